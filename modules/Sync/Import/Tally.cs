using Mana.Sync.Contracts;

namespace Mana.Sync.Import;

/// <summary>What was done with the rows that were read.</summary>
internal sealed class Tally
{
    const int FirstIds = 5;
    readonly SortedDictionary<string, AppTally> _apps = new(StringComparer.Ordinal);
    readonly Dictionary<string, Finding> _skipped = new(StringComparer.Ordinal);
    readonly Dictionary<string, Finding> _remarks = new(StringComparer.Ordinal);

    readonly List<Guid> _ahead = [];

    public IReadOnlyDictionary<string, AppTally> Apps => _apps;

    public IReadOnlyList<ImportFinding> Skipped => Findings(_skipped);

    public IReadOnlyList<ImportFinding> Remarks => Findings(_remarks);

    public AppTally App(string app)
    {
        if (!_apps.TryGetValue(app, out var tally))
            _apps[app] = tally = new AppTally();
        return tally;
    }

    public void Skip(string reason, Guid id) => Note(_skipped, reason, 1, [id]);

    public void Remark(string what, Guid id) => Note(_remarks, what, 1, [id]);

    /// <summary>A row was stored in front of its own time.</summary>
    public void Ahead(Guid id) => _ahead.Add(id);

    /// <summary>Once a chunk is committed its counts are true.</summary>
    public void Add(Tally chunk)
    {
        foreach (var (app, counts) in chunk._apps)
            App(app).Add(counts);
        foreach (var (reason, finding) in chunk._skipped)
            Note(_skipped, reason, finding.Count, finding.Ids);
        foreach (var (what, finding) in chunk._remarks)
            Note(_remarks, what, finding.Count, finding.Ids);
        if (chunk._ahead.Count > 0)
            Note(_remarks, RowReader.OfTheFuture, chunk._ahead.Count, chunk._ahead);
    }

    /// <summary>Forgets what was stored: it was not, and will be tried again.</summary>
    public void Uncount()
    {
        foreach (var app in _apps.Values)
            (app.Stored, app.Duplicates) = (0, 0);
        _ahead.Clear();
    }

    static void Note(Dictionary<string, Finding> findings, string what, long count, IEnumerable<Guid> ids)
    {
        if (!findings.TryGetValue(what, out var finding))
            findings[what] = finding = new Finding();
        finding.Count += count;
        finding.Ids.AddRange(ids.Take(FirstIds - finding.Ids.Count));
    }

    static List<ImportFinding> Findings(Dictionary<string, Finding> findings) =>
        [.. findings.OrderByDescending(pair => pair.Value.Count).Select(pair => new ImportFinding(pair.Key, pair.Value.Count, pair.Value.Ids))];

    sealed class Finding
    {
        public long Count { get; set; }

        public List<Guid> Ids { get; } = [];
    }
}

internal sealed class AppTally
{
    public long Read { get; set; }

    public long Stored { get; set; }

    public long Duplicates { get; set; }

    public long Skipped { get; set; }

    public void Add(AppTally other) => (Read, Stored, Duplicates, Skipped) =
        (Read + other.Read, Stored + other.Stored, Duplicates + other.Duplicates, Skipped + other.Skipped);
}
