using Mana.Kernel.Errors;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Mana.Sync.Contracts;
using Mana.Sync.Internal;
using Mana.Sync.Live;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Push;

/// <summary>Changes that are merged in memory while their scopes are locked, with the statements that make them last.</summary>
internal sealed class MergedChanges(PushOutcome outcome, Tenant caller, string appId, string clientId, List<PushSession> sessions, List<NpgsqlBatchCommand> writes)
{
    public PushOutcome Outcome => outcome;

    public Tenant Caller => caller;

    public string AppId => appId;

    public string ClientId => clientId;

    public IReadOnlyList<PushSession> Sessions => sessions;

    /// <summary>First and last position that were taken, by scope.</summary>
    public IReadOnlyDictionary<string, (long From, long To)> Ranges => sessions.Where(session => session.Rows.Count > 0)
        .ToDictionary(session => session.Scope.Name, session => (session.Rows[0].Seq, session.Rows[^1].Seq), StringComparer.Ordinal);

    /// <summary>The outbox has got something, too.</summary>
    public bool HasEvents { get; init; }

    /// <summary>A record that is not at the position which the request expected. Nothing must be written then.</summary>
    public (int Index, long Position)? Unexpected { get; init; }

    public void AppendTo(NpgsqlBatch batch)
    {
        foreach (var write in writes)
            batch.BatchCommands.Add(write);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
    }
}

/// <summary>
/// The one way into the log, for devices and for the server's own modules (sync.md 6.1, 16.2): plan, lock, merge; the caller commits, then
/// has it announced.
/// </summary>
internal sealed class ChangeStore(IIdSource ids, IAnnouncements announcements, RecordFeedWriter feed, OutboxBell bell, SyncMetrics metrics, IAppCatalogue apps, SyncOptions options)
{
    /// <summary>Interprets the changes and decides where each goes; the first one that the caller may not write refuses all.</summary>
    public (List<PlannedChange> Planned, ApiError? Refused) Plan(Tenant caller, string appId, string clientId, IReadOnlyList<IncomingChange> changes)
    {
        if (options.ValidateCollections && changes.FirstOrDefault(change => !apps.Allows(appId, change.Table!)) is { } unknown)
            return ([], SyncError.UnknownCollection(unknown.Index, appId));
        var planned = new List<PlannedChange>(changes.Count);
        foreach (var change in changes)
            planned.AddRange(Interpreter.Plan(change));
        foreach (var change in planned)
        {
            if (ScopeRules.Resolve(caller, change.SpaceId) is not { } scope)
                return ([], SyncError.SpaceForbidden(change.Source.Index));
            change.Scope = scope.Name;
            EventIds.Assign(change, caller, clientId, appId);
        }

        return (planned, null);
    }

    /// <summary>Opens a transaction on <paramref name="connection"/>, which the statements of the result end.</summary>
    public async Task<MergedChanges> MergeAsync(
        NpgsqlConnection connection, Tenant caller, string appId, string clientId, List<PlannedChange> planned, CancellationToken cancellationToken)
    {
        var store = new PushStore(connection, caller, appId);
        var locked = await store.BeginAsync(planned, cancellationToken);
        var outcome = new PushOutcome();
        var sessions = locked.Scopes.ToDictionary(scope => scope.Name, scope => new PushSession(scope, locked, outcome, ids), StringComparer.Ordinal);
        if (planned.Select(change => sessions[change.Scope].Unexpected(change)).FirstOrDefault(found => found is not null) is { } unexpected)
            return new MergedChanges(outcome, caller, appId, clientId, [], []) { Unexpected = unexpected };
        foreach (var change in planned)
            sessions[change.Scope].Add(change);

        var writes = new List<NpgsqlBatchCommand>();
        foreach (var session in sessions.Values)
        {
            var superseded = session.Superseded.Count == 0 ? [] : await store.SupersededAsync(session.Scope, session.Superseded, cancellationToken);
            writes.AddRange(PushWrites.Of(session, locked.AuthorId, appId, clientId, superseded));
        }

        var events = feed.Events(caller.UserId, appId, sessions.Values).ToList();
        writes.AddRange(events);
        return new MergedChanges(outcome, caller, appId, clientId, [.. sessions.Values], writes) { HasEvents = events.Count > 0 };
    }

    /// <summary>After the commit: counts, and tells whoever is listening.</summary>
    public void Announce(MergedChanges stored)
    {
        foreach (var session in stored.Sessions)
        {
            foreach (var group in session.Rows.CountBy(row => row.Change.Source.Op))
                metrics.Pushed(OpName(group.Key), group.Value);
            metrics.PushedTo(apps.LabelOf(stored.AppId), session.Rows.Count);
            Announce(stored, session, session.Rows.Where(row => row.Body is not null && row.Audience is null or < 0), null);
            Announce(stored, session, session.Rows.Where(row => row.Body is not null && row.Audience > 0), stored.Caller.UserId);
        }

        metrics.Outcome(stored.Outcome);
        if (stored.HasEvents)
            bell.Ring();
    }

    void Announce(MergedChanges stored, PushSession session, IEnumerable<LogRow> rows, string? onlyUser)
    {
        var tables = rows.Select(row => row.Change.Key.Table).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (tables.Count > 0)
            announcements.Announce(new Announcement(
                session.Scope.Name, stored.AppId, tables, stored.Caller.UserId, stored.ClientId, session.Rows[^1].Seq, onlyUser));
    }

    static string OpName(ChangeOp op) => op switch
    {
        ChangeOp.Insert => "insert",
        ChangeOp.Update => "update",
        ChangeOp.Delete => "delete",
    };
}
