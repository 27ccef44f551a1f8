using Mana.Sync.Contracts;
using Mana.Sync.Cursors;
using Npgsql;

namespace Mana.Sync.Import.Verification;

/// <summary>
/// Reads the original once more and compares: every row must be here under its id and in its place, and records must be what a replay of
/// their rows gives.
/// </summary>
internal sealed class Verifier(NpgsqlDataSource database, int sampleSize = Verifier.LargestSample)
{
    const int LargestSample = 50_000;
    const int RowsPerLook = 1000;
    const int FirstDifferences = 20;
    readonly StoredSide _stored = new(database);
    readonly RecordSample _sample = new(sampleSize);
    readonly Dictionary<(string Scope, string App, string Table), (long There, long Here)> _tables = [];
    readonly List<string> _differences = [];
    long _count;

    /// <summary>Of the whole original: what could not be stored, and what there is to say about the rest.</summary>
    public Tally Tally { get; } = new();

    public IEnumerable<string> Scopes => _tables.Keys.Select(table => table.Scope).Distinct(StringComparer.Ordinal);

    public long RecordsOf(string app) => _sample.CountOf(app);

    public async Task<ImportVerification> RunAsync(OriginalChunks original, long total, IProgress<ImportProgress> progress, CancellationToken cancellationToken)
    {
        var read = 0L;
        await foreach (var chunk in original.ReadAsync(null, RowsPerLook, cancellationToken))
        {
            await CompareRowsAsync(chunk, cancellationToken);
            Tally.Add(chunk.Tally);
            progress.Report(new ImportProgress(ImportPhase.Verifying, read += chunk.Read, total));
        }

        var (compared, changedSince) = await CompareRecordsAsync(cancellationToken);
        var incomplete = _tables.Where(table => table.Value.There != table.Value.Here)
            .Select(table => $"{table.Key.Scope} {table.Key.App}/{table.Key.Table}: {table.Value.There} rows in the original, {table.Value.Here} here");
        return new ImportVerification(
            _tables.Values.Sum(table => table.There), _tables.Values.Sum(table => table.Here), _sample.Count, compared, changedSince,
            _count, [.. incomplete.Take(FirstDifferences / 2).Concat(_differences).Take(FirstDifferences)]);
    }

    async Task CompareRowsAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        var (rows, compacted) = await _stored.FindAsync(chunk.Rows, cancellationToken);
        foreach (var row in chunk.Rows)
        {
            var place = new RecordPlace(row.Scope, row.AppId, row.Change.Key.Table, row.Change.Key.Id);
            var natural = Position.EvenUp(row.Row.CreatedAt!.Value);
            var here = rows.TryGetValue(row.Row.Id, out var stored);
            var table = (place.Scope, place.App, place.Table);
            var (there, found) = _tables.GetValueOrDefault(table);
            if (here && stored.Place == place)
                found++;
            else if (!here && natural <= compacted.GetValueOrDefault(row.Scope))
                found++;
            else
                Differ($"row {row.Row.Id} {(here ? $"lies in {stored.Place.Scope} {stored.Place.App}/{stored.Place.Table}/{stored.Place.Id}" : "is not here")}");
            _tables[table] = (there + 1, found);
            if (here)
                chunk.Tally.App(row.AppId).Duplicates++;
            _sample.Add(place, row.Row, here ? stored.Position : natural);
        }
    }

    async Task<(long Compared, long ChangedSince)> CompareRecordsAsync(CancellationToken cancellationToken)
    {
        var (compared, changedSince) = (0L, 0L);
        foreach (var records in _sample.Kept.Chunk(RowsPerLook))
        {
            var stored = await _stored.RecordsAsync(records.Select(record => record.Key).ToList(), cancellationToken);
            foreach (var (place, expected) in records)
            {
                compared++;
                var here = stored.GetValueOrDefault(place);
                changedSince += here is not null && !expected.Positions.Contains(here.LastSeq) ? 1 : 0;
                if ((here is null ? "is not here" : RecordComparison.Difference(expected, here)) is { } difference)
                    Differ($"record {place.Id} of {place.Scope} {place.App}/{place.Table} {difference}");
            }
        }

        return (compared, changedSince);
    }

    void Differ(string difference)
    {
        _count++;
        if (_differences.Count < FirstDifferences)
            _differences.Add(difference);
    }
}
