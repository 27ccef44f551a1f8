using System.Buffers;
using Mana.Kernel.Errors;
using Mana.Sync.Cursors;
using Mana.Sync.Devices;
using Mana.Sync.Pull;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Push;

/// <summary>Who pushes what, and what it has seen so far.</summary>
/// <param name="Body">What the changeset points into; given back as soon as nothing needs it, so that it does not wait for a slow reader of the answer.</param>
internal sealed record PushCommand(Tenant Caller, string AppId, string ClientId, Changeset Changeset, ReadStart Start, IDisposable Body);

/// <summary>
/// A push (sync.md 6): authorise the spaces, then one transaction for the whole batch, then the delta, read after the commit.
/// Nothing is written to the response before the commit has succeeded.
/// </summary>
internal sealed class PushService(NpgsqlDataSource database, ChangeStore store, DeltaReader reader, DeviceNotes devices)
{
    /// <summary>Null when the response has been written, else the refusal; then nothing was stored.</summary>
    public async Task<ApiError?> WriteAsync(PushCommand push, AnswerOutput output, CancellationToken cancellationToken)
    {
        var (planned, refused) = store.Plan(push.Caller, push.AppId, push.ClientId, push.Changeset.Changes);
        if (refused is not null)
            return refused;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                await (planned.Count == 0 ? AnswerAsync(connection, push, output, cancellationToken) : StoreAndAnswerAsync(connection, push, planned, output, cancellationToken));
                return null;
            }
            catch (PostgresException exception) when (IsReusedEvent(exception))
            {
                // The same change was stored meanwhile through another space: the second attempt finds it. If it does not, it lies in a
                // space that the caller has left.
                if (attempt == 2)
                    return SyncError.EventIdReused();
            }
        }
    }

    /// <summary>Another transaction of the same author has stored one of these event ids, in another scope.</summary>
    public static bool IsReusedEvent(PostgresException exception) => exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "changes_event" };

    async Task AnswerAsync(NpgsqlConnection connection, PushCommand push, AnswerOutput output, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        await reader.WriteAsync(connection, batch, Delta(push), output, buffer => Report(buffer, push, null), "push", cancellationToken);
    }

    async Task StoreAndAnswerAsync(NpgsqlConnection connection, PushCommand push, List<PlannedChange> planned, AnswerOutput output, CancellationToken cancellationToken)
    {
        var stored = await store.MergeAsync(connection, push.Caller, push.AppId, push.ClientId, planned, cancellationToken);
        devices.Pushed(push.Caller.UserId, push.ClientId, push.AppId, ClockAheadMs(planned, stored));
        await using var batch = connection.CreateBatch();
        stored.AppendTo(batch);
        var delta = Delta(push) with { JustPushed = stored.Ranges };
        await reader.WriteAsync(
            connection, batch, delta, output, buffer => Report(buffer, push, stored.Outcome), "push", cancellationToken, () => store.Announce(stored));
    }

    /// <summary>The last thing that reads the changeset.</summary>
    static void Report(IBufferWriter<byte> buffer, PushCommand push, PushOutcome? outcome)
    {
        PushReport.Write(buffer, push.Changeset, outcome);
        push.Body.Dispose();
    }

    /// <summary>How far the newest time that the device named lies ahead of ours.</summary>
    static long? ClockAheadMs(List<PlannedChange> planned, MergedChanges stored)
    {
        var newest = planned.SelectMany(change => change.Fields).Max(field => field.At?.Micros);
        return newest is { } at && stored.Sessions[0].Rows.Count > 0 ? (at - stored.Sessions[0].Rows[0].Seq) / 1000 : null;
    }

    static DeltaRequest Delta(PushCommand push) => new(push.Caller, Selection.Of(push.AppId), push.ClientId, push.Start, Limits.PushPage);
}
