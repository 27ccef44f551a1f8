using Mana.Kernel.Database;
using Mana.Kernel.Stopping;
using Mana.Payments.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Payments.Inbox;

/// <summary>
/// Handles events after they were acknowledged: woken by NOTIFY, by a poll when a notification was lost or a retry is due. Any number of hosts may run it
/// at once: the row lock keeps an event with one of them, an advisory lock the events of one object in single file.
/// </summary>
internal sealed class InboxDispatcher(
    NpgsqlDataSource database, [FromKeyedServices(DirectConnection.Key)] NpgsqlDataSource direct, InboxStore store, EventHandling handling, StripeOptions options, TimeProvider time, PaymentsMetrics metrics, ILogger<InboxDispatcher> log) : Worker
{
    const int Lanes = 2;
    static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);
    readonly SemaphoreSlim _wake = new(Lanes);

    protected override Task WorkAsync(CancellationToken stoppingToken) =>
        options.CanCall && options.Process ? Task.WhenAll([ListenAsync(stoppingToken), .. Enumerable.Range(0, Lanes).Select(lane => RunAsync(lane, stoppingToken))]) : Task.CompletedTask;

    /// <summary>Handles everything that is due and in nobody's hands; returns how many events those were.</summary>
    public async Task<int> DrainAsync(CancellationToken cancellationToken)
    {
        var (handled, busy) = (0, new HashSet<string>(StringComparer.Ordinal));
        while (await NextAsync(busy, cancellationToken) is { } done)
            handled += done;
        return handled;
    }

    /// <summary>1 for an event, 0 for one that had to be left to others; null when there is none.</summary>
    async Task<int?> NextAsync(HashSet<string> busy, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (claimed, left) = await InboxStore.ClaimAsync(transaction, time.GetUtcNow(), busy, cancellationToken);
        if (left is not null)
            busy.Add(left);
        if (claimed is null)
            return left is null ? null : 0;
        var state = await handling.HandleAsync(claimed, cancellationToken);
        await InboxStore.SettleAsync(transaction, claimed, state, time.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return 1;
    }

    async Task RunAsync(int lane, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DrainAsync(stoppingToken);
                if (lane == 0)
                    await SampleAsync(stoppingToken);
                await WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                log.LogWarning("The inbox of Stripe's events could not be read ({Kind}); trying again", failure.GetType().Name);
                await Task.Delay(PollInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task SampleAsync(CancellationToken cancellationToken)
    {
        var (pending, parked, oldest) = await store.CountAsync(cancellationToken);
        (metrics.Pending, metrics.Parked) = (pending, parked);
        metrics.LagSeconds = oldest is { } at ? Math.Max(0, (time.GetUtcNow() - at).TotalSeconds) : 0;
    }

    async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var poll = new CancellationTokenSource(PollInterval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(poll.Token, cancellationToken);
        await _wake.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await direct.OpenConnectionAsync(cancellationToken);
                connection.Notification += (_, _) => Wake();
                await using (var listen = new NpgsqlCommand($"LISTEN {PaymentsSchema.Channel}", connection))
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                Wake();
                while (true)
                    await connection.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Nothing is lost meanwhile: the poll in WaitAsync goes on.
                log.LogWarning("The listener for Stripe's events lost its connection ({Kind}); reconnecting", failure.GetType().Name);
                await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    void Wake()
    {
        if (Lanes - _wake.CurrentCount is > 0 and var missing)
            _wake.Release(missing);
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }
}
