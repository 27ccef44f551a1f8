using System.Text.Json;
using Mana.Kernel.Ids;
using Mana.Kernel.Privacy;
using Mana.Sync.Compaction;
using Mana.Sync.Devices;
using Mana.Sync.Merge;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Privacy;

/// <summary>Export and erasure of what someone synchronised (sync.md 18; GDPR art. 15, 17, 20).</summary>
internal sealed class SyncPersonalData(NpgsqlDataSource database, ScopeErasure scopes, SharedTraces traces, IIdSource ids, Tenancy tenancy, DeviceNotes devices) : IPersonalData
{
    const int PageSize = 500;

    const string Own = """
        SELECT r.app_id, r.table_name, r.record_id, r.state, r.last_seq FROM sync.records r
        WHERE r.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND (r.app_id, r.table_name, r.record_id) > ($2, $3, $4)
          AND r.author_id = (SELECT id FROM sync.scopes WHERE name = $5)
        ORDER BY r.app_id, r.table_name, r.record_id LIMIT $6
        """;

    const string Forget = """
        WITH states AS (DELETE FROM sync.read_states WHERE owner = $1), known AS (DELETE FROM sync.devices WHERE owner = $1),
          told AS (UPDATE sync.outbox SET payload = replace(payload::text, $2, $4)::jsonb WHERE strpos(payload::text, $2) > 0)
        UPDATE sync.scopes SET name = $3 WHERE name = $1
        """;

    const string Held = """
        SELECT (SELECT count(*) FROM sync.scopes WHERE name = $1) + (SELECT count(*) FROM sync.records WHERE author_id = (SELECT id FROM sync.scopes WHERE name = $1))
          + (SELECT count(*) FROM sync.changes WHERE author_id = (SELECT id FROM sync.scopes WHERE name = $1))
          + (SELECT count(*) FROM sync.read_states WHERE owner = $1) + (SELECT count(*) FROM sync.devices WHERE owner = $1)
        """;

    public string Module => "sync";

    /// <summary><c>{"records":[{"scope","app","table","id","fields":{name:{value,at}},"deleted","changedAt"}]}</c>: one's own, and what one wrote first in spaces.</summary>
    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = RawJson.Options.Encoder });
        json.WriteStartObject();
        json.WriteStartArray("records");
        // Of a space that was left nothing is told any more, not even what one wrote there (sync.md 19, rule 2).
        foreach (var scope in (await tenancy.OfAsync(userId, cancellationToken)).Scopes)
            await ExportScopeAsync(json, ScopeNames.OfUser(userId), scope.Name, cancellationToken);
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    /// <summary>
    /// First the traces in shared spaces, then the own scope, at last the scope's name: the row itself stays, nameless, as the author of
    /// what others keep. Killed in between, a repetition goes on where it was.
    /// </summary>
    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        var own = ScopeNames.OfUser(userId);
        foreach (var space in await traces.SpacesOfAsync(userId, cancellationToken))
            await traces.EraseAsync(userId, space, cancellationToken);
        await scopes.RemoveRowsAsync(own, cancellationToken);
        var nameless = ScopeNames.OfUser($"{SharedTraces.Nobody}-{ids.NewId()}");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter(own + Tenant.Separator + nameless));
        // A push that was under way has finished when the lock is granted; what it left goes now.
        batch.BatchCommands.Add(Maintenance.Command("SELECT FROM sync.scopes WHERE name = $1 FOR UPDATE", Maintenance.Text(own)));
        foreach (var table in (string[])["changes", "records"])
            batch.BatchCommands.Add(Maintenance.Command($"DELETE FROM sync.{table} WHERE scope_id = (SELECT id FROM sync.scopes WHERE name = $1)", Maintenance.Text(own)));
        batch.BatchCommands.Add(Maintenance.Command(
            Forget, Maintenance.Text(own), Maintenance.Text(userId), Maintenance.Text(nameless), Maintenance.Text(SharedTraces.Nobody)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        tenancy.Forget(userId);
        devices.Forget(userId);
    }

    /// <summary>After an erasure nothing goes by the person's name any more, so nothing is found by it.</summary>
    public async Task<long> CountAsync(string userId, CancellationToken cancellationToken)
    {
        var own = ScopeNames.OfUser(userId);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter(own, own));
        batch.BatchCommands.Add(Maintenance.Command(Held, Maintenance.Text(own)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return rows.GetInt64(0);
    }

    async Task ExportScopeAsync(Utf8JsonWriter json, string author, string scope, CancellationToken cancellationToken)
    {
        var after = ("", "", "");
        for (var count = PageSize; count == PageSize;)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(Maintenance.Enter(scope, author));
            batch.BatchCommands.Add(Maintenance.Command(
                Own, Maintenance.Text(scope), Maintenance.Text(after.Item1), Maintenance.Text(after.Item2), Maintenance.Text(after.Item3), Maintenance.Text(author),
                Maintenance.Value(PageSize)));
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            for (count = 0; await rows.ReadAsync(cancellationToken); count++)
            {
                after = (rows.GetString(0), rows.GetString(1), rows.GetString(2));
                Write(json, scope, after, RecordStateJson.Read(rows.GetFieldValue<byte[]>(3)), rows.GetInt64(4));
            }

            await json.FlushAsync(cancellationToken);
        }
    }

    static void Write(Utf8JsonWriter json, string scope, (string App, string Table, string Id) record, RecordState state, long changed)
    {
        json.WriteStartObject();
        if (ScopeNames.SpaceIdOf(scope) is { } space)
            json.WriteString("spaceId", space);
        json.WriteString("app", record.App);
        json.WriteString("table", record.Table);
        json.WriteString("id", record.Id);
        json.WriteVersions(state.Fields);
        json.WriteBoolean("deleted", state.IsDeleted || state.IsErased);
        json.WriteString("changedAt", Rfc3339.FormatMicros(changed));
        json.WriteEndObject();
    }
}
