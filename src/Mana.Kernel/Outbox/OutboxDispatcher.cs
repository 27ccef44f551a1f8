using System.Diagnostics.Metrics;
using Mana.Kernel.Database;
using Mana.Kernel.Stopping;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Kernel.Outbox;

/// <summary>
/// Delivers events after commit: woken by NOTIFY or by <see cref="OutboxBell"/>, by a poll when neither came. Any number of hosts may run it at once;
/// the row lock of the claim keeps an event with one of them. A failure is retried with back-off and parked after
/// <see cref="MaxAttempts"/> attempts.
/// </summary>
internal sealed class OutboxDispatcher : Worker
{
    public const string Channel = "mana_outbox";
    public const int MaxAttempts = 10;
    static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(10);
    static readonly TimeSpan LongestClaim = TimeSpan.FromSeconds(5);

    /// <summary>Of one module's outbox; then it is the next one's.</summary>
    static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    const int AtOnce = 16;

    readonly NpgsqlDataSource _database;
    readonly NpgsqlDataSource _direct;
    readonly IServiceScopeFactory _scopes;
    readonly TimeProvider _time;
    readonly ILogger<OutboxDispatcher> _log;
    readonly List<OutboxStore> _stores;
    readonly ILookup<string, EventSubscription> _subscriptions;
    readonly Counter<long> _delivered;
    readonly OutboxBell _bell;
    readonly OutboxGauges _gauges;

    public OutboxDispatcher(
        NpgsqlDataSource database, [FromKeyedServices(DirectConnection.Key)] NpgsqlDataSource direct, IServiceScopeFactory scopes, OutboxBell bell, TimeProvider time, ILogger<OutboxDispatcher> log, IMeterFactory meters,
        IEnumerable<OutboxSource> sources, IEnumerable<EventSubscription> subscriptions)
    {
        (_database, _direct, _scopes, _bell, _time, _log) = (database, direct, scopes, bell, time, log);
        _stores = [.. sources.Select(source => new OutboxStore(source.Schema))];
        _subscriptions = subscriptions.ToLookup(subscription => subscription.EventName, StringComparer.Ordinal);
        var meter = meters.Create("Mana.Outbox");
        _gauges = new OutboxGauges(meter, _stores, database, time);
        _delivered = meter.CreateCounter<long>("mana_outbox_deliveries_total", description: "Deliveries of events to handlers");
    }

    public IReadOnlyList<OutboxStore> Stores => _stores;

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        if (_stores.Count == 0)
            return;
        var listening = ListenAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DrainAsync(stoppingToken);
                await _gauges.SampleAsync(stoppingToken);
                await WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                _log.LogWarning("The outbox could not be read ({Kind}); trying again", exception.GetType().Name);
                await Task.Delay(PollInterval, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Delivers everything that is due now; returns how many events were taken up.</summary>
    internal async Task<int> DrainAsync(CancellationToken cancellationToken)
    {
        var (taken, sampled) = (0, _time.GetTimestamp());
        for (var before = -1; taken != before;)
        {
            before = taken;
            foreach (var store in _stores)
            {
                var begun = _time.GetTimestamp();
                while (await DeliverSomeAsync(store, cancellationToken) is > 0 and var some)
                {
                    taken += some;
                    if (_time.GetElapsedTime(begun) >= Turn)
                        break;
                }
            }

            if (_time.GetElapsedTime(sampled) < PollInterval)
                continue;
            // There may be no end to it for long.
            await _gauges.SampleAsync(cancellationToken);
            sampled = _time.GetTimestamp();
        }

        return taken;
    }

    /// <summary>A few events for one claim: when many wait, the claims and the deletions would cost more than the handlers.</summary>
    async Task<int> DeliverSomeAsync(OutboxStore store, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (messages, done, begun) = (await store.ClaimAsync(transaction, _time.GetUtcNow(), AtOnce, cancellationToken), new List<Guid>(), _time.GetTimestamp());
        try
        {
            // Who waits behind slow ones is left to whoever claims next.
            foreach (var message in messages.TakeWhile(_ => _time.GetElapsedTime(begun) < LongestClaim))
                if (await DeliverAsync(message, cancellationToken) is { } failure)
                    await PostponeAsync(store, transaction, message, failure);
                else
                    done.Add(message.Id);
        }
        finally
        {
            // A host that stops does not deliver again what it has delivered.
            if (messages.Count > 0)
                await store.CompleteAsync(transaction, done, CancellationToken.None);
        }

        return messages.Count;
    }

    /// <summary>Offers the event to every handler that has not taken it; one that fails does not keep it from the others.</summary>
    async Task<Exception?> DeliverAsync(ClaimedMessage message, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        foreach (var subscription in _subscriptions[message.Type].Where(subscription => !message.Handled.Contains(subscription.HandlerName)))
        {
            try
            {
                await using var scope = _scopes.CreateAsyncScope();
                var context = new EventContext(message.Id, message.OccurredAt, message.Attempts + 1);
                await subscription.DeliverAsync(scope.ServiceProvider, message.Payload, context, cancellationToken);
                message.Handled.Add(subscription.HandlerName);
                _delivered.Add(1, new("handler", subscription.HandlerName), new("result", "ok"));
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                failure = exception;
                _delivered.Add(1, new("handler", subscription.HandlerName), new("result", "failed"));
                _log.LogWarning(exception, "Handler {Handler} failed on {Event} {EventId}, attempt {Attempt}", subscription.HandlerName, message.Type, message.Id, message.Attempts + 1);
            }
        }

        return failure;
    }

    async Task PostponeAsync(OutboxStore store, NpgsqlTransaction transaction, ClaimedMessage message, Exception failure)
    {
        var now = _time.GetUtcNow();
        var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, message.Attempts), LongestBackOff.TotalSeconds));
        DateTimeOffset? parkedAt = message.Attempts + 1 >= MaxAttempts ? now : null;
        var kind = failure is PostgresException postgres ? $"{failure.GetType().Name} {postgres.SqlState}" : failure.GetType().Name;
        await store.PostponeAsync(transaction, message, now + wait, parkedAt, kind, CancellationToken.None);
        if (parkedAt is not null)
            _log.LogError("Event {Event} {EventId} of {Schema} is parked after {Attempts} attempts", message.Type, message.Id, store.Schema, MaxAttempts);
    }

    async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var poll = new CancellationTokenSource(PollInterval, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(poll.Token, cancellationToken);
        await _bell.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _direct.OpenConnectionAsync(cancellationToken);
                connection.Notification += (_, _) => _bell.Ring();
                await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                while (true)
                    await connection.WaitAsync(cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing is lost meanwhile: the poll in WaitAsync goes on.
                _log.LogWarning("The outbox listener lost its connection ({Kind}); reconnecting", exception.GetType().Name);
                await Task.Delay(PollInterval, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
