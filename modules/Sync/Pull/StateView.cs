using System.Globalization;
using Mana.Sync.Cursors;
using Mana.Sync.Merge;
using Mana.Sync.Push;
using Mana.Sync.Replicas;
using Mana.Sync.Spaces;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Pull;

/// <summary>
/// The merged state of one collection as synthetic changes (sync.md 14.5), for devices that start from nothing. The first page fixes the
/// positions at which the ordinary read goes on afterwards; what changes while the pages are fetched is delivered again by that read. The
/// cursor inside a view carries those positions and the record that was sent last; between pages the server remembers nothing.
/// </summary>
internal sealed class StateView(NpgsqlDataSource database, ReplicaReads replicas, SyncMetrics metrics)
{
    const string Records = """
        SELECT r.record_id, r.state, r.last_seq FROM sync.records r
        WHERE r.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND r.app_id = $2 AND r.table_name = $3 AND r.record_id > $4
        ORDER BY r.record_id LIMIT $5
        """;

    /// <summary>Writes one page of the view.</summary>
    /// <param name="from">The cursor of the page before; null for the first page.</param>
    public async Task WriteAsync(DeltaRequest request, SyncCursor? from, AnswerOutput output, CancellationToken cancellationToken)
    {
        var (heads, fence) = await LookAsync(request.Caller, from is null, cancellationToken);
        var end = heads is not null
            ? PageEnd.Of(request, ReadVector.Start, heads, null)
            : new PageEnd(from!.Vector, from.Vector.Shared.Values.Append(from.Vector.Own).Max(), false);
        var walk = new Walk { At = Place.Of(request.Caller, from?.Selection.StateAfter) };
        var writer = new DeltaWriter(output, request);
        writer.WriteStart();
        var next = await RecordsAsync(request, fence, walk, writer, cancellationToken);
        if (next is null)
            await writer.WriteEndAsync(end, PullService.NoConflicts, cancellationToken);
        else
            // A timestamp cannot say where in a view its reader is: it stays where it was, and a reader that knows nothing else starts over.
            await writer.WriteEndAsync(end with { SyncedUntil = 0, HasMore = true }, PullService.NoConflicts, cancellationToken, request.Selection with { StateAfter = next.Value.Text });
        metrics.Delivered(writer.Count, "state");
    }

    /// <summary>
    /// Where to go on; null when all scopes have been written. A standby that fails half-way ends the page behind the last record. What a later page is read from may
    /// be older than this one's source: a record that changed since then comes once more after the view.
    /// </summary>
    async Task<Place?> RecordsAsync(DeltaRequest request, Fence? fence, Walk walk, DeltaWriter writer, CancellationToken cancellationToken)
    {
        if (!replicas.IsOff && await replicas.OpenAsync(request.Caller, fence, cancellationToken) is { } read)
        {
            await using (read)
            {
                try
                {
                    var next = await WriteRecordsAsync(read.Connection, request, walk, writer, cancellationToken);
                    read.Served();
                    return next;
                }
                catch (Exception exception) when (ReplicaReads.IsFault(exception))
                {
                    read.Failed(exception);
                    if (writer.Count > 0)
                        return walk.At;
                }
            }
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await WriteRecordsAsync(connection, request, walk, writer, cancellationToken);
    }

    static async Task<Place?> WriteRecordsAsync(NpgsqlConnection connection, DeltaRequest request, Walk walk, DeltaWriter writer, CancellationToken cancellationToken)
    {
        for (var (index, after) = (walk.At.Scope, walk.At.RecordId); index < request.Caller.Scopes.Count; (index, after) = (index + 1, ""))
        {
            var scope = request.Caller.Scopes[index];
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(request.Caller.EnterReading());
            batch.BatchCommands.Add(Query(request, scope, after, request.PageSize - writer.Count + 1));
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                if (writer.IsFull)
                    return walk.At;
                after = rows.GetString(0);
                var (kind, body) = StateBody.Synthetic(RecordStateJson.Read(rows.GetFieldValue<byte[]>(1)), scope.Name);
                var eventId = EventIds.OfState(scope.Name, request.Selection.Apps[0], request.Selection.Collections[0], after, rows.GetInt64(2));
                writer.Write(eventId, request.Selection.Collections[0], after, kind, body, cancellationToken);
                walk.At = new Place(index, scope.Key, after);
            }
        }

        return null;
    }

    /// <summary>From the primary: on the first page where the view will end, and how far a standby must have come.</summary>
    async Task<(ScopeHeads? Heads, Fence? Fence)> LookAsync(Tenant caller, bool isFirst, CancellationToken cancellationToken)
    {
        if (!isFirst)
            return (null, replicas.IsOff ? null : await Fence.TakeAsync(database, cancellationToken));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(caller.EnterReading());
        batch.BatchCommands.Add(Horizon.Await(caller));
        batch.BatchCommands.Add(Horizon.PassClock(caller));
        batch.BatchCommands.Add(DeltaQuery.Heads(caller));
        if (!replicas.IsOff)
            batch.BatchCommands.Add(Fence.Query());
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var heads = await DeltaQuery.ReadHeadsAsync(rows, caller, cancellationToken);
        return (heads, await rows.NextResultAsync(cancellationToken) ? await Fence.ReadAsync(rows, cancellationToken) : null);
    }

    static NpgsqlBatchCommand Query(DeltaRequest request, ScopeAccess scope, string after, int limit) => new(Records)
    {
        Parameters =
        {
            Text(scope.Name), Text(request.Selection.Apps[0]), Text(request.Selection.Collections[0]), Text(after), new NpgsqlParameter<int> { TypedValue = limit },
        },
    };

    static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    /// <summary>The record that was sent last. A space that was left meanwhile is not found again; the view then starts over.</summary>
    readonly record struct Place(int Scope, ulong Key, string RecordId)
    {
        public string Text => string.Create(CultureInfo.InvariantCulture, $"{Key:x16}{RecordId}");

        public static Place Of(Tenant caller, string? text)
        {
            if (text is { Length: >= 16 } && ulong.TryParse(text.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var key))
                for (var i = 0; i < caller.Scopes.Count; i++)
                    if (caller.Scopes[i].Key == key)
                        return new Place(i, key, text[16..]);
            return new Place(0, 0, "");
        }
    }

    /// <summary>Moves on with every record that was written.</summary>
    sealed class Walk
    {
        public Place At { get; set; }
    }
}
