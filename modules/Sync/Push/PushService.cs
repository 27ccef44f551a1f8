using System.IO.Pipelines;
using Mana.Kernel.Errors;
using Mana.Kernel.Ids;
using Mana.Sync.Cursors;
using Mana.Sync.Pull;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Push;

/// <summary>Who pushes what, and what it has seen so far.</summary>
internal sealed record PushCommand(Tenant Caller, string AppId, string ClientId, Changeset Changeset, ReadPosition Position);

/// <summary>
/// A push (sync.md 6): authorise the spaces, then one transaction for the whole batch, then the delta, read after the commit.
/// Nothing is written to the response before the commit has succeeded.
/// </summary>
internal sealed class PushService(NpgsqlDataSource database, IIdSource ids, SyncMetrics metrics)
{
    /// <summary>Null when the response has been written, else the refusal; then nothing was stored.</summary>
    public async Task<ApiError?> WriteAsync(PushCommand push, PipeWriter output, CancellationToken cancellationToken)
    {
        var planned = new List<PlannedChange>(push.Changeset.Changes.Count);
        foreach (var change in push.Changeset.Changes)
            planned.AddRange(Interpreter.Plan(change));
        foreach (var change in planned)
        {
            if (ScopeRules.Resolve(push.Caller, change.SpaceId) is null)
                return SyncError.SpaceForbidden(change.Source.Index);
            EventIds.Assign(change, push.Caller.UserId, push.ClientId, push.AppId);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var delta = new DeltaRequest(push.Caller, push.AppId, null, push.ClientId, push.Position, Limits.PushPage);
        var session = planned.Count == 0 ? null : await StoreAndAnswerAsync(connection, push, planned, delta, output, cancellationToken);
        if (session is null)
            await AnswerAsync(connection.CreateBatch(), delta, output, session, push, cancellationToken);
        return null;
    }

    async Task<PushSession> StoreAndAnswerAsync(
        NpgsqlConnection connection, PushCommand push, List<PlannedChange> planned, DeltaRequest delta, PipeWriter output, CancellationToken cancellationToken)
    {
        var store = new PushStore(connection, push.Caller, push.AppId);
        var scope = await store.BeginAsync(push.Caller.OwnScope, planned, cancellationToken);
        var session = new PushSession(scope.FirstSeq, scope.Records, scope.KnownEvents, ids);
        planned.ForEach(session.Add);
        var superseded = session.Superseded.Count == 0 ? [] : await store.SupersededAsync(scope, session.Superseded, cancellationToken);
        var batch = connection.CreateBatch();
        store.AppendWrites(batch, scope, session, superseded, push.ClientId);
        var answer = delta with { JustPushed = (scope.FirstSeq, scope.FirstSeq + ((planned.Count - 1L) * Position.Step)) };
        await AnswerAsync(batch, answer, output, session, push, cancellationToken);
        Count(session);
        return session;
    }

    /// <summary>Runs the batch (writes, commit, delta) and streams the answer while its last result arrives.</summary>
    async Task AnswerAsync(
        NpgsqlBatch batch, DeltaRequest delta, PipeWriter output, PushSession? session, PushCommand push, CancellationToken cancellationToken)
    {
        await using var owned = batch;
        DeltaQuery.Append(batch, delta);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var delivered = await DeltaWriter.WriteAsync(output, rows, delta, buffer => PushReport.Write(buffer, push.Changeset, session), cancellationToken);
        metrics.Delivered(delivered, "push");
    }

    void Count(PushSession session)
    {
        foreach (var group in session.Rows.CountBy(row => row.Change.Source.Op))
            metrics.Pushed(OpName(group.Key), group.Value);
        metrics.Duplicates(session.Duplicates);
        metrics.Clamped(session.Clamped);
        metrics.Frozen(session.Frozen);
    }

    static string OpName(ChangeOp op) => op switch
    {
        ChangeOp.Insert => "insert",
        ChangeOp.Update => "update",
        ChangeOp.Delete => "delete",
    };
}
