using Mana.Sync.Cursors;
using Mana.Sync.Spaces;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Pull;

/// <summary>
/// What a bare timestamp cannot say (sync.md 14.4): "own changes up to here, but of the space that was joined later only up to there".
/// While a client that sends nothing but <c>since</c> is given the history of a space page by page, each page ends on a timestamp of its
/// own, an odd number just behind the one before, and the server remembers what it stands for. A page that got lost is asked for again
/// by the older timestamp, which still stands for what it stood for. In every other situation nothing is stored.
/// </summary>
internal static class ReadStates
{
    /// <summary>Pages of one history that a client may have to ask for again; the oldest make room.</summary>
    const string MostPerCollection = "64";

    // Devices without a name share their states: nobody's complete read can say that the others need them no longer, so they end by themselves.
    const string Young = "(client_id <> '' OR issued_at > clock_timestamp() - interval '1 hour')";

    const string Select = $"SELECT collection, since, vector FROM sync.read_states WHERE owner = $1 AND client_id = $2 AND app_id = $3 AND {Young}";

    const string Kept = $"SELECT vector FROM sync.read_states WHERE owner = $1 AND client_id = $2 AND app_id = $3 AND collection = $4 AND since = $5 AND {Young}";

    const string OneAtATime = "SELECT pg_advisory_xact_lock(hashtextextended('read_states ' || $1, 0))";

    const string Upsert = $"""
        WITH gone AS (
          DELETE FROM sync.read_states WHERE owner = $1 AND client_id = $2 AND app_id = $3 AND collection = $4 AND since <> $5 AND (NOT {Young} OR since IN (
            SELECT o.since FROM sync.read_states o WHERE o.owner = $1 AND o.client_id = $2 AND o.app_id = $3 AND o.collection = $4 AND o.since <> $5
            ORDER BY o.issued_at DESC, o.since DESC OFFSET {MostPerCollection} - 1)))
        INSERT INTO sync.read_states AS s (owner, client_id, app_id, collection, since, vector, issued_at) VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
        ON CONFLICT (owner, client_id, app_id, collection, since) DO UPDATE SET vector = excluded.vector, issued_at = excluded.issued_at
        """;

    const string Delete = "DELETE FROM sync.read_states WHERE owner = $1 AND client_id = $2 AND app_id = $3 AND ($4 = '' OR collection IN ($4, ''))";

    /// <summary>A timestamp alone, over several scopes, not from the beginning: only then can there be a state.</summary>
    public static bool Concern(DeltaRequest request) => request.Caller.Shares && request.Start is { Cursor: null, Since: > 0 };

    public static NpgsqlBatchCommand Query(DeltaRequest request) => Command(Select, request);

    public static async Task<List<ReadState>> ReadAsync(NpgsqlDataReader rows, DeltaRequest request, CancellationToken cancellationToken)
    {
        var states = new List<ReadState>();
        while (await rows.ReadAsync(cancellationToken))
            if (SyncCursor.Decode(rows.GetString(2), request.Caller.UserId) is { } stored)
                states.Add(new ReadState(rows.GetString(0), rows.GetInt64(1), stored.Vector));
        return states;
    }

    /// <summary>
    /// Where the read really starts. A push answers for all collections at once, and its sender moves all of their cursors to the end of that
    /// answer: it starts where the furthest behind of them is.
    /// </summary>
    public static ReadVector Start(DeltaRequest request, List<ReadState> states)
    {
        var since = request.Start.Since;
        var collection = CollectionOf(request);
        var exact = states.Where(state => state.Since == since && (collection.Length == 0 || state.Collection == collection || state.Collection.Length == 0)).ToList();
        var vectors = exact.ConvertAll(state => state.Vector);
        // A state of one collection says nothing about the others: for them the same timestamp may stand for itself.
        if (exact.Count == 0 || (collection.Length == 0 && exact.TrueForAll(state => state.Collection.Length > 0)))
            vectors.Add(ReadVector.OfSince(since, request.Caller));
        var start = Least(request.Caller, vectors);
        return collection.Length == 0 && states.Count > 0 ? Least(request.Caller, [start, .. states.Select(state => state.Vector)]) : start;
    }

    /// <summary>
    /// A page that does not get beyond an odd <c>since</c> ends on the next odd number (<see cref="Told"/>), and steps over a position. What lies
    /// there is given out with the page, in every scope of which the bare timestamp will say that it was. So a timestamp that was counted up
    /// skips nothing, whoever reads it without what it stands for: the state is gone, it starts a stream, its owner has left the space.
    /// </summary>
    /// <returns>Where the rows up to two behind <c>since</c> begin; null when the page gets further in any case.</returns>
    public static ReadVector? StepOver(DeltaRequest request, ReadVector start)
    {
        var since = request.Start.Since;
        if (!Concern(request) || !Position.IsInitial(since) || request.Caller.Scopes.All(scope => start.At(scope) >= since))
            return null;
        var literal = ReadVector.OfSince(since + Position.Step, request.Caller);
        return ReadVector.Of(request.Caller, scope => literal.At(scope) == 0 ? since + Position.Step : Math.Max(start.At(scope), Position.IsInitial(start.At(scope)) ? since : since - 1));
    }

    /// <summary>The end of a page that was given out with what it steps over.</summary>
    public static PageEnd SteppedOver(DeltaRequest request, PageEnd end)
    {
        var since = request.Start.Since;
        var literal = ReadVector.OfSince(since + Position.Step, request.Caller);
        var vector = ReadVector.Of(request.Caller, scope => end.Vector.At(scope) is var at && literal.At(scope) > 0 && at >= since - 1 ? Math.Max(at, Position.Cut(at, since + 1)) : at);
        return end with { Vector = vector };
    }

    /// <summary>The end that is told to the client, and what must be done about the states.</summary>
    /// <param name="start">Where the read started.</param>
    /// <param name="known">There are states of this client and app.</param>
    public static (PageEnd End, ReadStateChange Change) Told(DeltaRequest request, PageEnd end, ReadVector start, bool known)
    {
        if (request.Start.Cursor is not null || !request.Caller.Shares)
            return (end, ReadStateChange.None);
        var (caller, since) = (request.Caller, request.Start.Since);
        if (Says(end, caller) && (end.SyncedUntil > since || !end.HasMore))
            return (end, known && !end.HasMore ? ReadStateChange.Forget : ReadStateChange.None);
        // Nothing new for somebody whose timestamp stands for a state already: it goes on standing for it.
        if (!end.HasMore && known && end.SyncedUntil <= since && end.Vector.SameFor(caller, start))
            return (end with { SyncedUntil = since }, ReadStateChange.None);
        var minted = end.SyncedUntil > since ? end.SyncedUntil : since + (Position.IsInitial(since) ? Position.Step : 1);
        return (end with { SyncedUntil = minted }, ReadStateChange.Store);
    }

    /// <summary>The bare timestamp leads a reader to no later place than the vector, and to no earlier one where history would come again.</summary>
    static bool Says(PageEnd end, Tenant caller)
    {
        var literal = ReadVector.OfSince(end.SyncedUntil, caller);
        return end.HasMore ? literal.SameFor(caller, end.Vector) : caller.Scopes.All(scope => literal.At(scope) >= end.Vector.At(scope));
    }

    /// <summary>
    /// For a client without a name: several of them may stand at one timestamp, so it stands for the least of what they were given. Whoever was
    /// given more is given some of it again.
    /// </summary>
    public static async Task StoreSharedAsync(NpgsqlConnection connection, DeltaRequest request, PageEnd end, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var look = connection.CreateBatch())
        {
            look.BatchCommands.Add(request.Caller.EnterReading());
            look.BatchCommands.Add(new NpgsqlBatchCommand(OneAtATime) { Parameters = { Text(request.Caller.Own.Name) } });
            var kept = Command(Kept, request);
            kept.Parameters.Add(Text(CollectionOf(request)));
            kept.Parameters.Add(new NpgsqlParameter<long> { TypedValue = end.SyncedUntil });
            look.BatchCommands.Add(kept);
            await using var rows = await look.ExecuteReaderAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            if (await rows.ReadAsync(cancellationToken) && SyncCursor.Decode(rows.GetString(0), request.Caller.UserId) is { } other)
                end = end with { Vector = Least(request.Caller, [other.Vector, end.Vector]) };
        }

        await using var store = connection.CreateBatch();
        store.BatchCommands.Add(Store(request, end));
        await store.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public static NpgsqlBatchCommand Store(DeltaRequest request, PageEnd end)
    {
        var command = Command(Upsert, request);
        command.Parameters.Add(Text(CollectionOf(request)));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = end.SyncedUntil });
        command.Parameters.Add(Text(new SyncCursor(request.Selection, end.Vector).Encode(request.Caller.UserId)));
        return command;
    }

    /// <summary>A complete read leaves nothing to remember. Whoever missed its answer gets the history anew, and their own rows from where they were.</summary>
    public static NpgsqlBatchCommand Forget(DeltaRequest request)
    {
        var command = Command(Delete, request);
        command.Parameters.Add(Text(CollectionOf(request)));
        return command;
    }

    /// <summary>Nothing that one of them still wants is left out: the furthest behind, and the client's own rows when one of them wants those.</summary>
    static ReadVector Least(Tenant caller, List<ReadVector> vectors) => ReadVector.Of(caller, scope => Position.Least(vectors.ConvertAll(vector => vector.At(scope))));

    static string CollectionOf(DeltaRequest request) => request.Selection.Collections.Count == 0 ? "" : request.Selection.Collections[0];

    static NpgsqlBatchCommand Command(string sql, DeltaRequest request) =>
        new(sql) { Parameters = { Text(request.Caller.Own.Name), Text(request.ClientId), Text(request.Selection.Apps[0]) } };

    static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}

/// <summary>What a read leaves behind.</summary>
internal enum ReadStateChange
{
    None,
    Store,
    Forget,
}

/// <summary>What one timestamp stands for.</summary>
/// <param name="Collection">Empty: the whole app.</param>
internal sealed record ReadState(string Collection, long Since, ReadVector Vector);
