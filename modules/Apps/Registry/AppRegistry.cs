using System.Text.RegularExpressions;
using Mana.Apps.Contracts;
using Mana.Sync.Contracts;

namespace Mana.Apps.Registry;

/// <summary>The registry, checked as a whole when it is made: a host with a wrong one does not start (compute.md 2.1).</summary>
internal sealed partial class AppRegistry : IAppRegistry, IAppCatalogue
{
    readonly Dictionary<string, AppDef> _byName = new(StringComparer.Ordinal);

    public AppRegistry()
        : this(AppTable.All)
    {
    }

    /// <summary>Checks all of it.</summary>
    /// <exception cref="InvalidOperationException">The table contradicts itself; the message names what and where.</exception>
    public AppRegistry(IReadOnlyList<AppDef> apps)
    {
        Apps = apps;
        var localNames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var app in apps)
        {
            Named(app.AppId, $"app '{app.AppId}'");
            if (!_byName.TryAdd(app.AppId, app))
                throw Wrong($"two apps are called '{app.AppId}': one with {Tables(_byName[app.AppId])}, one with {Tables(app)}");
            if (app.Collections.Count == 0)
                throw Wrong($"app '{app.AppId}' has no collections");
            if (app.Collections.GroupBy(one => one.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
                throw Wrong($"app '{app.AppId}' has the collection '{twice.Key}' twice");
            foreach (var collection in app.Collections)
            {
                Named(collection.Name, $"collection '{collection.Name}' of '{app.AppId}'");
                if (collection.LocalName is { } local && !localNames.TryAdd(local, app.AppId))
                    throw Wrong($"the local name '{local}' is used by '{localNames[local]}' and by '{app.AppId}'");
            }
        }

        foreach (var app in apps)
        foreach (var alias in app.Aliases)
        {
            Named(alias, $"alias '{alias}' of '{app.AppId}'");
            if (!_byName.TryAdd(alias, app))
                throw Wrong($"the alias '{alias}' of '{app.AppId}' is also a name of '{_byName[alias].AppId}'");
        }
    }

    public IReadOnlyList<AppDef> Apps { get; }

    public AppDef? Find(string appId) => _byName.GetValueOrDefault(appId);

    public bool Allows(string appId, string table) => Find(appId) is not { } app || app.Has(table);

    public string LabelOf(string appId) => Find(appId)?.AppId ?? "other";

    static void Named(string name, string what)
    {
        if (!Name().IsMatch(name))
            throw Wrong($"{what} has a name that is no name");
    }

    static string Tables(AppDef app) => string.Join(", ", app.Collections.Select(one => one.Name));

    static InvalidOperationException Wrong(string what) => new($"The registry of apps is wrong: {what}.");

    [GeneratedRegex("^[a-z][A-Za-z0-9-]{0,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
