using System.Text.Json.Nodes;
using Npgsql;

namespace Mana.Auth.Import;

/// <summary>A row that is to be stored.</summary>
/// <param name="SourceId">Its id in the original.</param>
/// <param name="Remarks">Told once it is stored.</param>
internal sealed record PlannedRow(string SourceId, JsonObject Row, IReadOnlyList<string> Remarks);

/// <summary>Rows of one table that are dealt with in one transaction.</summary>
internal sealed class ImportBatch(ITableImport table, long run)
{
    readonly TargetTable _target = table.Target;

    public List<PlannedRow> Rows { get; } = [];

    /// <summary>Stores what no run has stored before. Counts are added to the tally once the transaction is committed.</summary>
    public async Task<Action<TableTally>> StoreAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var known = await ImportBook.RunsOfAsync(connection, table.Source.Name, [.. Rows.Select(row => row.SourceId)], cancellationToken);
        var (stored, refused) = (new List<PlannedRow>(), new List<(PlannedRow Row, string Why)>());
        foreach (var part in Parts(Rows.Where(row => !known.ContainsKey(row.SourceId))))
        {
            await EnterAsync(connection, part, cancellationToken);
            await StoreAsync(connection, part, stored, refused, cancellationToken);
        }

        await ImportBook.AddAsync(connection, table.Source.Name, [.. stored.Select(row => row.SourceId)], run, cancellationToken);
        return tally =>
        {
            (tally.Stored, tally.Before) = (tally.Stored + stored.Count, tally.Before + known.Count);
            foreach (var row in stored)
                foreach (var remark in row.Remarks)
                    tally.Remark(remark, row.SourceId);
            foreach (var (row, why) in refused)
                tally.Skip(why, row.SourceId);
        };
    }

    /// <summary>Finds the rows that are not here as they are wanted.</summary>
    public async Task<Action<TableTally>> CompareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var runs = await ImportBook.RunsOfAsync(connection, table.Source.Name, [.. Rows.Select(row => row.SourceId)], cancellationToken);
        var (equal, differing) = (0, new List<PlannedRow>());
        foreach (var part in Parts(Rows.Where(row => runs.ContainsKey(row.SourceId))))
        {
            await EnterAsync(connection, part, cancellationToken);
            var keys = await TargetSql.EqualAsync(connection, _target, part.Select(row => row.Row), cancellationToken);
            equal += part.Count(row => keys.Contains(KeyOf(row)));
            differing.AddRange(part.Where(row => !keys.Contains(KeyOf(row))));
        }

        return tally =>
        {
            tally.Equal += equal;
            foreach (var row in differing)
                tally.Differ(row.SourceId, isSince: runs[row.SourceId] < run);
        };
    }

    async Task StoreAsync(NpgsqlConnection connection, List<PlannedRow> part, List<PlannedRow> stored, List<(PlannedRow, string)> refused, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "SAVEPOINT part", cancellationToken);
        try
        {
            var keys = await TargetSql.StoreAsync(connection, _target, part.Select(row => row.Row), cancellationToken);
            stored.AddRange(part.Where(row => keys.Contains(KeyOf(row))));
            refused.AddRange(part.Where(row => !keys.Contains(KeyOf(row))).Select(row => (row, _target.NotStored)));
            await ExecuteAsync(connection, "RELEASE SAVEPOINT part", cancellationToken);
        }
        catch (PostgresException exception) when (IsAboutTheRow(exception))
        {
            await ExecuteAsync(connection, "ROLLBACK TO SAVEPOINT part", cancellationToken);
            if (part is [var single])
                refused.Add((single, $"the table here does not take it ({exception.ConstraintName ?? exception.SqlState})"));
            else
                // One of them is to blame; the others are not.
                foreach (var row in part)
                    await StoreAsync(connection, [row], stored, refused, cancellationToken);
        }
    }

    /// <summary>Class 22: a value that is none; class 23: a constraint.</summary>
    static bool IsAboutTheRow(PostgresException exception) =>
        exception.SqlState.StartsWith("22", StringComparison.Ordinal) || exception.SqlState.StartsWith("23", StringComparison.Ordinal);

    List<List<PlannedRow>> Parts(IEnumerable<PlannedRow> rows) => _target.OwnerColumn is { } owner
        ? [.. rows.GroupBy(row => (string)row.Row[owner]!, StringComparer.Ordinal).Select(group => group.ToList())]
        : [rows.ToList()];

    async Task EnterAsync(NpgsqlConnection connection, List<PlannedRow> part, CancellationToken cancellationToken)
    {
        if (_target.OwnerColumn is { } owner && part.Count > 0)
            await TargetSql.EnterAsync(connection, (string)part[0].Row[owner]!, cancellationToken);
    }

    string KeyOf(PlannedRow row) => (string)row.Row[_target.Key]!;

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
