using Mana.Auth.Contracts;

namespace Mana.Auth.Import;

/// <summary>What was done with the rows of one table.</summary>
internal sealed class TableTally(string table)
{
    const int FirstIds = 5;
    readonly Dictionary<string, (long Count, List<string> Ids)> _skipped = new(StringComparer.Ordinal);
    readonly Dictionary<string, (long Count, List<string> Ids)> _remarks = new(StringComparer.Ordinal);
    readonly List<string> _differences = [];
    long _skips;
    long _since;
    long _differing;

    public long Read { get; set; }

    public long Stored { get; set; }

    public long Before { get; set; }

    public long Equal { get; set; }

    public void Skip(string reason, string id)
    {
        _skips++;
        Note(_skipped, reason, id);
    }

    public void Remark(string what, string id) => Note(_remarks, what, id);

    /// <summary>A row that is not here as it should.</summary>
    /// <param name="isSince">An earlier run found it equal: it was changed here since.</param>
    public void Differ(string id, bool isSince)
    {
        if (isSince)
        {
            _since++;
            return;
        }

        _differing++;
        if (_differences.Count < FirstIds)
            _differences.Add(id);
    }

    public AuthImportTable Table => new(table, Read, Stored, Before, _skips, Equal, _since, _differing, _differences);

    public IEnumerable<AuthImportFinding> Skipped => Findings(_skipped);

    public IEnumerable<AuthImportFinding> Remarks => Findings(_remarks);

    static void Note(Dictionary<string, (long Count, List<string> Ids)> findings, string what, string id)
    {
        var (count, ids) = findings.GetValueOrDefault(what, (0, []));
        if (ids.Count < FirstIds)
            ids.Add(id);
        findings[what] = (count + 1, ids);
    }

    IEnumerable<AuthImportFinding> Findings(Dictionary<string, (long Count, List<string> Ids)> findings) =>
        findings.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new AuthImportFinding(table, pair.Key, pair.Value.Count, pair.Value.Ids));
}
