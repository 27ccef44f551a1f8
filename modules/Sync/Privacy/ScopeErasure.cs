using Mana.Sync.Compaction;
using Npgsql;

namespace Mana.Sync.Privacy;

/// <summary>Removes what a scope holds, a few thousand rows per transaction. Safe to kill and to repeat: what is gone is gone.</summary>
internal sealed class ScopeErasure(NpgsqlDataSource database)
{
    const int RowsPerStep = 5000;

    const string Changes = """
        DELETE FROM sync.changes WHERE ctid = ANY (ARRAY(
          SELECT r.ctid FROM sync.changes r WHERE r.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) LIMIT $2))
        """;

    const string Records = """
        DELETE FROM sync.records WHERE ctid = ANY (ARRAY(
          SELECT r.ctid FROM sync.records r WHERE r.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) LIMIT $2))
        """;

    public async Task RemoveRowsAsync(string scope, CancellationToken cancellationToken)
    {
        foreach (var statement in (string[])[Changes, Records])
            // One that somebody else has just rewritten is left for the next step.
            while (await StepAsync(scope, statement, cancellationToken) > 0)
            {
                // Next rows.
            }
    }

    public async Task RemoveScopeAsync(string scope, CancellationToken cancellationToken)
    {
        await RemoveRowsAsync(scope, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter(scope));
        batch.BatchCommands.Add(Maintenance.Command("DELETE FROM sync.scopes WHERE name = $1", Maintenance.Text(scope)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<int> StepAsync(string scope, string statement, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter(scope));
        batch.BatchCommands.Add(Maintenance.Command(statement, Maintenance.Text(scope), Maintenance.Value(RowsPerStep)));
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
