using Mana.Simulation.Devices;

namespace Mana.Simulation.Worlds;

/// <summary>A record that somebody may come to write.</summary>
/// <param name="Scope">Where it belongs.</param>
/// <param name="Author">In a space: the only person who creates it, so that nobody else meets its id while it is hidden; null for anybody.</param>
/// <param name="Secret">Created private and never shown.</param>
internal sealed record Entry(RecordKey Key, string Scope, Person? Author, bool Secret);

/// <summary>
/// The ids of a world: few, so that devices meet. An id names its world and scope, which makes every leak visible. Half of them start with
/// the sign that <see cref="Network.Gate"/> can hold back.
/// </summary>
internal sealed class Catalogue
{
    readonly Dictionary<string, Entry> _byId = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<Entry>> _byScope = new(StringComparer.Ordinal);

    public void AddScope(string tag, string scope, string shortName, IReadOnlyList<Person> members)
    {
        var entries = _byScope[scope] = [];
        for (var i = 0; i < 4; i++)
            Add(entries, new Entry(Key(tag, shortName, "r", i), scope, null, false));
        foreach (var member in members)
        {
            for (var i = 0; i < 2; i++)
                Add(entries, new Entry(Key(tag, shortName, $"of{member}-", i), scope, member, false));
            Add(entries, new Entry(Key(tag, shortName, $"secret{member}-", 0), scope, member, true));
        }
    }

    public IReadOnlyList<Entry> Of(string scope) => _byScope[scope];

    public Entry? Find(string id) => _byId.GetValueOrDefault(id);

    public string? ScopeOf(RecordKey key) => Find(key.Id)?.Scope;

    static RecordKey Key(string tag, string scope, string kind, int number) =>
        new(Device.Tables[number / 2 % 2], $"{(number % 2 == 0 ? "~" : "")}{tag}:{scope}.{kind}{number}");

    void Add(List<Entry> entries, Entry entry)
    {
        entries.Add(entry);
        _byId[entry.Key.Id] = entry;
    }
}
