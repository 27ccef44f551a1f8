namespace Mana.Sync.Cursors;

/// <summary>Which part of a person's data a read covers.</summary>
/// <param name="Apps">Sorted, distinct; more than one only for the stream of several apps.</param>
/// <param name="Collections">Sorted, distinct; none: all of them.</param>
/// <param name="StateAfter">Inside a state view: what was sent last (<c>StateView</c>).</param>
internal sealed record Selection(IReadOnlyList<string> Apps, IReadOnlyList<string> Collections, string? StateAfter = null)
{
    /// <summary>No app, collection or record can be named with this character: bodies and parameters that hold it are refused.</summary>
    const char Item = '\0';
    const string Part = "\0\0";

    public static Selection Of(string appId, string? collection = null) => new([appId], collection is null ? [] : [collection]);

    public static Selection Of(IEnumerable<string> apps, IEnumerable<string> collections) => new(Sorted(apps), Sorted(collections));

    public string Text => string.Join(Item, Apps) + Part + string.Join(Item, Collections) + (StateAfter is null ? "" : Part + StateAfter);

    public static Selection Parse(string text)
    {
        var parts = text.Split(Part);
        return new Selection(Items(parts[0]), Items(parts.Length > 1 ? parts[1] : ""), parts.Length > 2 ? parts[2] : null);
    }

    /// <summary>A reader of several apps has also read each of them, one of a whole app each collection of it; the other way round nothing is known.</summary>
    public bool Covers(Selection wanted) =>
        wanted.Apps.All(app => Apps.Contains(app, StringComparer.Ordinal))
        && (Collections.Count == 0 || (wanted.Collections.Count > 0 && wanted.Collections.All(collection => Collections.Contains(collection, StringComparer.Ordinal))));

    static string[] Items(string part) => part.Length == 0 ? [] : part.Split(Item);

    static string[] Sorted(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
