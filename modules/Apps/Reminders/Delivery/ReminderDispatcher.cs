using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Mana.Apps.Reminders.Preferences;
using Mana.Kernel.Ids;

namespace Mana.Apps.Reminders.Delivery;

/// <summary>
/// Sends what is due. A host has so many messages in hand at once; results are written together as they come, because a transaction for each would be
/// the bottleneck. A host that is killed in between sends again what it had in hand, under the same keys.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Who still waits on a semaphore that is disposed waits for ever; without a wait handle it holds nothing but memory.")]
internal sealed class ReminderDispatcher(DeliveryQueue queue, ReminderSender sender, PreferenceStore preferences, ReminderOptions options, ReminderMetrics metrics, IIdSource ids, TimeProvider time)
{
    const int LargestBatch = 200;
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    readonly Guid _owner = ids.NewGuid();
    readonly SemaphoreSlim _lanes = new(options.Lanes);
    readonly Channel<Settlement> _results = System.Threading.Channels.Channel.CreateUnbounded<Settlement>();

    /// <summary>Takes what is due, as much as lanes are free, and sends it in the background; how many were taken.</summary>
    public async Task<int> TakeAsync(CancellationToken cancellationToken)
    {
        await _lanes.WaitAsync(cancellationToken);
        var free = 1;
        while (free < options.Lanes && _lanes.Wait(0, CancellationToken.None))
            free++;
        var begun = 0;
        try
        {
            var leased = await LeaseAsync(free, cancellationToken);
            var people = await preferences.OfAsync([.. leased.Select(delivery => delivery.UserId)], cancellationToken);
            foreach (var delivery in leased)
            {
                // Also when the host stops: an attempt that has begun is short, and its result is worth more than its end.
                _ = SendAsync(delivery, people(delivery.UserId), CancellationToken.None);
                begun++;
            }
        }
        finally
        {
            if (free > begun)
                _lanes.Release(free - begun);
        }

        return begun;
    }

    /// <summary>Writes results as they come, until the host stops.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        while (await _results.Reader.WaitToReadAsync(cancellationToken))
            await SettleBatchAsync(cancellationToken);
    }

    /// <summary>Waits a moment for what is in hand, and writes what became of it. A host that is stopped twice does it twice, so nothing is kept.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        var free = 0;
        try
        {
            while (free < options.Lanes && await _lanes.WaitAsync(Farewell, cancellationToken))
                free++;
        }
        finally
        {
            if (free > 0)
                _lanes.Release(free);
        }

        while (_results.Reader.TryPeek(out _))
            await SettleBatchAsync(cancellationToken);
    }

    /// <summary>Everything that is due at this moment, one after the other: for tests, whose clock stands.</summary>
    public async Task<int> DrainAsync(CancellationToken cancellationToken)
    {
        var sent = 0;
        while (await LeaseAsync(options.Lanes, cancellationToken) is { Count: > 0 } leased)
        {
            var people = await preferences.OfAsync([.. leased.Select(delivery => delivery.UserId)], cancellationToken);
            var settlements = await Task.WhenAll(leased.Select(delivery => sender.SendAsync(delivery, people(delivery.UserId), cancellationToken)));
            await queue.SettleAsync(settlements, time.GetUtcNow(), cancellationToken);
            sent += settlements.Count(settlement => settlement.Counts);
        }

        return sent;
    }

    Task<List<LeasedDelivery>> LeaseAsync(int most, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return queue.LeaseAsync(now, now + TimeSpan.FromSeconds(options.LeaseSeconds), _owner, most, cancellationToken);
    }

    async Task SendAsync(LeasedDelivery delivery, PersonalSettings person, CancellationToken cancellationToken)
    {
        // Not on the lane of whoever took it.
        await Task.Yield();
        try
        {
            var settlement = await sender.SendAsync(delivery, person, cancellationToken);
            metrics.Delivered(delivery, settlement, time.GetUtcNow());
            _results.Writer.TryWrite(settlement);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The database, or the host stops: the lease ends and somebody takes it again.
            metrics.Abandoned();
        }
        finally
        {
            _lanes.Release();
        }
    }

    async Task SettleBatchAsync(CancellationToken cancellationToken)
    {
        var batch = new List<Settlement>();
        while (batch.Count < LargestBatch && _results.Reader.TryRead(out var settlement))
            batch.Add(settlement);
        try
        {
            await queue.SettleAsync(batch, time.GetUtcNow(), cancellationToken);
        }
        catch
        {
            foreach (var settlement in batch)
                _results.Writer.TryWrite(settlement);
            throw;
        }
    }
}
