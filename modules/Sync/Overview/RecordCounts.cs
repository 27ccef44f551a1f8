using Mana.Auth.Contracts;
using Mana.Sync.Compaction;
using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Overview;

/// <summary>
/// How much a person has stored, for the overview of their data (auth.md 19.1). Deleted records do not count, neither do those in spaces
/// that were left: nothing is told of these any more (sync.md 19, rule 2).
/// </summary>
internal sealed class RecordCounts(NpgsqlDataSource database, Tenancy tenancy) : IRecordCounts
{
    const string Counts = """
        SELECT app_id, table_name, count(*), max(last_seq) FROM sync.records
        WHERE author_id = (SELECT id FROM sync.scopes WHERE name = $1) AND scope_id IN (SELECT id FROM sync.scopes WHERE name = ANY ($2)) AND NOT deleted
        GROUP BY app_id, table_name ORDER BY app_id, table_name
        """;

    public async Task<IReadOnlyList<RecordCount>> OfUserAsync(string userId, CancellationToken cancellationToken)
    {
        var own = ScopeNames.OfUser(userId);
        var scopes = (await tenancy.OfAsync(userId, cancellationToken)).Scopes.Select(scope => scope.Name).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter(string.Join(Tenant.Separator, scopes), own));
        batch.BatchCommands.Add(Maintenance.Command(Counts, Maintenance.Text(own), Maintenance.Value(scopes)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var counts = new List<RecordCount>();
        while (await rows.ReadAsync(cancellationToken))
            counts.Add(new RecordCount(rows.GetString(0), rows.GetString(1), rows.GetInt64(2), DateTimeOffset.UnixEpoch.AddMicroseconds(rows.GetInt64(3))));
        return counts;
    }
}
