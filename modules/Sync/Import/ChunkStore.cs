using Mana.Kernel.Ids;
using Mana.Sync.Contracts;
using Mana.Sync.Cursors;
using Mana.Sync.Internal;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Import;

/// <summary>
/// Stores rows of the past the way <see cref="ChangeStore"/> stores pushes: the same merge under the same locks, for many users at once, one
/// transaction per chunk, which also moves the bookmark. A row takes its own time as its position, so that the times which clients hold as
/// cursors go on; only where a scope is beyond that time already it goes to the end. Nobody is told: clients find it when they read next.
/// </summary>
internal sealed class ChunkStore(IIdSource ids, RecordFeedWriter feed)
{
    /// <summary>Counts into the chunk's tally; returns the state that was committed with it.</summary>
    /// <param name="atPresent">
    /// The database is in use: members of several scopes have been told times up to now, so nothing may be added before them (<see cref="Pull.Horizon"/>).
    /// </param>
    public async Task<ImportState> StoreAsync(NpgsqlConnection connection, Chunk chunk, ImportState state, bool atPresent, CancellationToken cancellationToken)
    {
        var everywhere = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StoreAsync(connection, chunk, state, new Circumstances(atPresent, everywhere), cancellationToken);
            }
            catch (PostgresException exception) when (attempt <= 3 && IsWorthAnother(exception))
            {
                // A row lies in a scope that it no longer belongs to: the author's personal space became known since, or names were given differently.
                everywhere |= exception.SqlState == PostgresErrorCodes.UniqueViolation;
                await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
                await rollback.ExecuteNonQueryAsync(cancellationToken);
                chunk.Tally.Uncount();
            }
        }
    }

    /// <summary>Besides: a push that met the chunk from the other side, about scopes that are new to both.</summary>
    static bool IsWorthAnother(PostgresException exception) =>
        exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "changes_event" } or { SqlState: PostgresErrorCodes.DeadlockDetected };

    async Task<ImportState> StoreAsync(NpgsqlConnection connection, Chunk chunk, ImportState state, Circumstances circumstances, CancellationToken cancellationToken)
    {
        var ground = await ChunkSql.BeginAsync(connection, chunk, circumstances.Everywhere, cancellationToken);
        var sessions = Merge(chunk, ground, circumstances.AtPresent);
        await using var batch = connection.CreateBatch();
        foreach (var command in await WritesAsync(connection, sessions, ground, cancellationToken))
            batch.BatchCommands.Add(command);
        var after = state with
        {
            Until = chunk.End ?? state.Until,
            Stored = state.Stored + chunk.Tally.Apps.Values.Sum(app => app.Stored),
            Duplicates = state.Duplicates + chunk.Tally.Apps.Values.Sum(app => app.Duplicates),
            Skipped = state.Skipped + chunk.Tally.Apps.Values.Sum(app => app.Skipped),
            NewestSeq = sessions.Count == 0 ? state.NewestSeq : Math.Max(state.NewestSeq, sessions.Values.Max(session => session.Scope.Positions.Last)),
        };
        batch.BatchCommands.Add(ImportBook.Save(after));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return after;
    }

    Dictionary<(string Scope, string App), PushSession> Merge(Chunk chunk, ChunkGround ground, bool atPresent)
    {
        var positions = ground.Scopes.ToDictionary(
            scope => scope.Key, scope => new Positions(Math.Max(scope.Value.LastSeq + Position.Step, atPresent ? ground.Clock : 0)), StringComparer.Ordinal);
        var locked = new LockedScopes(0, ground.KnownEvents, []);
        var outcome = new PushOutcome();
        var sessions = new Dictionary<(string, string), PushSession>();
        foreach (var row in chunk.Rows)
        {
            var counts = chunk.Tally.App(row.AppId);
            if (ground.KnownEvents.ContainsKey(row.Row.Id) || IsFolded(row, ground.Scopes[row.Scope]))
            {
                counts.Duplicates++;
                continue;
            }

            if (!sessions.TryGetValue((row.Scope, row.AppId), out var session))
            {
                var records = ground.Records.GetValueOrDefault((row.Scope, row.AppId)) ?? [];
                var scope = new LockedScope(row.Scope, ground.Scopes[row.Scope].Id, positions[row.Scope], records);
                sessions[(row.Scope, row.AppId)] = session = new PushSession(scope, locked, outcome, ids);
            }

            var createdAt = row.Row.CreatedAt!.Value;
            // A position of the future would become the end of what clients have read, and hide what is written until then.
            row.Change.Past = new PastChange(ground.Authors[ChunkSql.AuthorOf(row)], row.Row.ClientId, createdAt, Math.Min(createdAt, ground.Clock));
            if (createdAt > ground.Clock)
                chunk.Tally.Ahead(row.Row.Id);
            session.Add(row.Change);
            counts.Stored++;
        }

        return sessions;
    }

    /// <summary>An earlier run stored it, and compaction has since made it part of a newer change: it must not come back as news.</summary>
    static bool IsFolded(PlannedRow row, ChunkScope scope) => row.Row.Seen && Position.EvenUp(row.Row.CreatedAt!.Value) <= scope.CompactedSeq;

    async Task<List<NpgsqlBatchCommand>> WritesAsync(
        NpgsqlConnection connection, Dictionary<(string Scope, string App), PushSession> sessions, ChunkGround ground, CancellationToken cancellationToken)
    {
        // Of what reading has entered, only what is written to.
        var commands = new List<NpgsqlBatchCommand> { ChunkSql.Enter("", sessions.Keys.Select(place => place.Scope).Distinct(StringComparer.Ordinal)) };
        if (sessions.Count == 0)
            return commands;
        var rows = sessions.SelectMany(session => session.Value.Rows.Select(row => (Session: session.Value, Row: row, session.Key.App))).ToList();
        var names = ground.Authors.ToDictionary(author => author.Value, author => author.Key);
        var byAuthor = rows.GroupBy(row => row.Row.Change.Past!.AuthorId).ToList();
        // What changes stored rows is decided first: it reads them.
        foreach (var ((_, app), session) in sessions)
        {
            if (session.Superseded.Count > 0)
                commands.Add(PushWrites.RewriteBodies(session.Scope.Id, app, await PushStore.SupersededAsync(connection, app, session.Scope, session.Superseded, cancellationToken)));
            if (session.Touched.Where(record => record is { Withdrawn: true, StoredSeq: > 0 }).ToList() is { Count: > 0 } withdrawn)
                commands.Add(PushWrites.WithdrawHistory(session.Scope.Id, app, withdrawn));
        }

        foreach (var author in byAuthor)
            commands.AddRange(ChunkSql.InsertRows(names[author.Key], author.Key, [.. author]));
        commands.Add(ChunkSql.Enter("", sessions.Values.Select(session => session.Scope.Name).Distinct(StringComparer.Ordinal)));
        commands.Add(ChunkSql.UpsertRecords(
            [.. sessions.SelectMany(session => session.Value.Touched.Select(record => (session.Value.Scope.Id, session.Key.App, record)))]));
        commands.Add(ChunkSql.AdvanceScopes([.. sessions.Values.Select(session => session.Scope).DistinctBy(scope => scope.Id).Select(scope => (scope.Id, scope.Positions.Last))]));
        commands.AddRange(feed.Write([.. byAuthor.SelectMany(author => Events(ScopeNames.UserIdOf(names[author.Key])!, author))]));
        return commands;
    }

    IEnumerable<RecordChanged> Events(string author, IEnumerable<(PushSession Session, LogRow Row, string App)> rows) =>
        from place in rows.GroupBy(row => (row.Session.Scope.Name, row.App))
        from part in place.Chunk(Limits.Changes)
        from happened in feed.Events(author, place.Key.App, place.Key.Name, part.Select(row => row.Row))
        select happened;

    readonly record struct Circumstances(bool AtPresent, bool Everywhere);
}
