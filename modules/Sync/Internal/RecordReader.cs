using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Mana.Sync.Compaction;
using Mana.Sync.Contracts;
using Mana.Sync.Merge;
using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Internal;

/// <summary>Merged records for the server's own use: one scope at a time, entered by name.</summary>
internal sealed class RecordReader(NpgsqlDataSource database)
{
    const int PageSize = 500;
    const string Columns = "r.record_id, r.state, r.last_seq, r.private, CASE WHEN r.private THEN (SELECT a.name FROM sync.scopes a WHERE a.id = r.author_id) END";
    const string Scope = "r.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND r.app_id = $2 AND r.table_name = $3";
    const string One = $"SELECT {Columns} FROM sync.records r WHERE {Scope} AND r.record_id = $4";
    const string Page = $"SELECT {Columns} FROM sync.records r WHERE {Scope} AND r.record_id > $4 ORDER BY r.record_id LIMIT $5";

    // Values are kept as they were sent: what is escaped in any way has to be looked at by whoever asks.
    const string Mentioning = $"SELECT {Columns} FROM sync.records r WHERE {Scope} AND r.record_id > $4 AND (position($6 IN r.state::text) > 0 OR position('\\' IN r.state::text) > 0) ORDER BY r.record_id LIMIT $5";
    const string NextScope = "SELECT id, name, last_seq FROM sync.scopes WHERE id > $1 ORDER BY id LIMIT 1";

    public async Task<SyncRecord?> FindAsync(string scope, string appId, string table, string id, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(scope, appId, table, Maintenance.Command(
            One, Maintenance.Text(scope), Maintenance.Text(appId), Maintenance.Text(table), Maintenance.Text(id)), cancellationToken);
        return found.Records.Count == 0 ? null : found.Records[0];
    }

    public async IAsyncEnumerable<SyncRecord> TableAsync(
        string scope, string appId, string table, string after, string? mentioned, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var query = Maintenance.Command(
                mentioned is null ? Page : Mentioning, Maintenance.Text(scope), Maintenance.Text(appId), Maintenance.Text(table), Maintenance.Text(after), Maintenance.Value(PageSize));
            if (mentioned is not null)
                query.Parameters.Add(Maintenance.Text(mentioned));
            var page = await ReadAsync(scope, appId, table, query, cancellationToken);
            foreach (var record in page.Records)
                yield return record;
            if (page.Seen < PageSize)
                yield break;
            after = page.Last;
        }
    }

    /// <summary>The next scope by its surrogate key.</summary>
    public async Task<(long Id, string Name, long Newest)?> NextScopeAsync(long after, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter());
        batch.BatchCommands.Add(Maintenance.Command(NextScope, Maintenance.Value(after)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetInt64(0), rows.GetString(1), rows.GetInt64(2)) : null;
    }

    async Task<(List<SyncRecord> Records, int Seen, string Last)> ReadAsync(
        string scope, string appId, string table, NpgsqlBatchCommand query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter(scope));
        batch.BatchCommands.Add(query);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var (records, seen, last) = (new List<SyncRecord>(), 0, "");
        for (; await rows.ReadAsync(cancellationToken); seen++)
        {
            last = rows.GetString(0);
            var state = RecordStateJson.Read(rows.GetFieldValue<byte[]>(1));
            if (!state.IsErased)
                records.Add(new SyncRecord(appId, table, last, FieldsOf(state), rows.GetInt64(2), state.IsDeleted, rows.GetBoolean(3))
                {
                    PrivateTo = rows.IsDBNull(4) ? null : ScopeNames.UserIdOf(rows.GetString(4)),
                });
        }

        return (records, seen, last);
    }

    static JsonObject FieldsOf(RecordState state) =>
        new(state.Fields.Select(field => KeyValuePair.Create(field.Key, JsonNode.Parse(field.Value.Value.Span))));
}
