using Mana.Sync.Cursors;
using Mana.Sync.Replicas;
using Npgsql;

namespace Mana.Sync.Pull;

/// <summary>
/// What a read takes from the primary before its rows: the common horizon of its scopes, what the timestamp of the client stands for, and, when the rows may come
/// from a standby, how far that must have come.
/// </summary>
internal sealed record ReadLook(ScopeHeads Heads, List<ReadState> States, Fence? Fence)
{
    /// <summary>Waits for the writers under way in the scopes of somebody who has several, then looks. The shared locks end with this round trip.</summary>
    /// <param name="batch">Ends with the settings of the caller; may hold writes before them, without results.</param>
    /// <param name="committed">Called once what came before the read has taken effect.</param>
    public static async Task<ReadLook> TakeAsync(NpgsqlBatch batch, DeltaRequest request, bool fenced, Action? committed, CancellationToken cancellationToken)
    {
        var locks = request.Caller.Shares ? 2 : 0;
        if (request.Caller.Shares)
        {
            batch.BatchCommands.Add(Horizon.Await(request.Caller));
            batch.BatchCommands.Add(Horizon.PassClock(request.Caller));
        }

        batch.BatchCommands.Add(DeltaQuery.Heads(request.Caller));
        if (ReadStates.Concern(request))
            batch.BatchCommands.Add(ReadStates.Query(request));
        if (fenced)
            batch.BatchCommands.Add(Fence.Query());
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        committed?.Invoke();
        for (var skipped = 0; skipped <= locks; skipped++)
            await rows.NextResultAsync(cancellationToken);
        var heads = await DeltaQuery.ReadHeadsAsync(rows, request.Caller, cancellationToken);
        List<ReadState> states = ReadStates.Concern(request) && await rows.NextResultAsync(cancellationToken) ? await ReadStates.ReadAsync(rows, request, cancellationToken) : [];
        var fence = fenced && await rows.NextResultAsync(cancellationToken) ? await Fence.ReadAsync(rows, cancellationToken) : null;
        return new ReadLook(heads, states, fence);
    }

    /// <summary>Where the read really starts.</summary>
    public ReadVector Start(DeltaRequest request) => ReadStates.Concern(request) ? ReadStates.Start(request, States) : request.Start.Vector(request.Caller);

    /// <summary>The end that the client is told, once what a bare timestamp cannot say is remembered.</summary>
    public async Task<PageEnd> ToldAsync(NpgsqlConnection primary, DeltaRequest request, PageEnd end, ReadVector start, CancellationToken cancellationToken)
    {
        var (told, change) = ReadStates.Told(request, end, start, States.Count > 0);
        if (change != ReadStateChange.None)
            await RememberAsync(primary, request, told, change == ReadStateChange.Store, cancellationToken);
        return told;
    }

    static async Task RememberAsync(NpgsqlConnection primary, DeltaRequest request, PageEnd told, bool store, CancellationToken cancellationToken)
    {
        if (request.ClientId.Length == 0)
        {
            if (store)
                await ReadStates.StoreSharedAsync(primary, request, told, cancellationToken);
            return;
        }

        await using var batch = primary.CreateBatch();
        batch.BatchCommands.Add(request.Caller.EnterReading());
        batch.BatchCommands.Add(store ? ReadStates.Store(request, told) : ReadStates.Forget(request));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
