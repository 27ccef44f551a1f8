using Mana.Kernel.Outbox;
using Npgsql;

namespace Mana.Kernel.Admin;

/// <summary>Events that were given up, of every module's outbox, and the way back in line.</summary>
internal sealed class ParkedEvents(OutboxDispatcher dispatcher, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How many wait and how many were given up, by module.</summary>
    public async Task<List<(string Module, long Pending, long Parked)>> CountsAsync(CancellationToken cancellationToken)
    {
        var counts = new List<(string, long, long)>();
        foreach (var store in dispatcher.Stores)
        {
            var (pending, parked) = await store.CountAsync(database, cancellationToken);
            counts.Add((store.Schema, pending, parked));
        }

        return counts;
    }

    public async Task<List<ParkedMessage>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<ParkedMessage>();
        foreach (var store in dispatcher.Stores)
            all.AddRange(await store.ParkedAsync(database, cancellationToken));
        return all;
    }

    /// <summary>False when none is parked under this id.</summary>
    public async Task<bool> RetryAsync(string module, Guid id, CancellationToken cancellationToken) =>
        dispatcher.Stores.FirstOrDefault(store => store.Schema == module) is { } found && await found.RetryAsync(database, id, time.GetUtcNow(), cancellationToken);
}
