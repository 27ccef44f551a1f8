using System.Diagnostics;
using Mana.Kernel.Database;
using Mana.Kernel.Stopping;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Sync.Live.Hosts;

/// <summary>
/// Hears what the other hosts notify. PostgreSQL keeps nothing for a listener that is away, so every time the connection is made anew,
/// whatever was remembered is forgotten and everything is read again from before the loss.
/// </summary>
internal sealed class BackplaneListener([FromKeyedServices(DirectConnection.Key)] NpgsqlDataSource database, HostName host, LiveHub hub, LiveReactions reactions, LiveMetrics metrics, TimeProvider time, ILogger<BackplaneListener> log)
    : Worker
{
    /// <summary>How often a silent connection is asked whether it is still there.</summary>
    static readonly TimeSpan Keepalive = TimeSpan.FromSeconds(10);

    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>A push has its positions some time before it is announced: it waits for locks, commits, and is gathered with others.</summary>
    const long LateMicros = 60 * 1_000_000L;

    const int PatienceSeconds = 5;

    /// <summary>Saying it again is harmless, and proves that the connection lives and listens.</summary>
    const string Listen = $"LISTEN {BackplaneMessage.Channel}";

    const string Now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    long _heardUntil;
    bool _hasListened;

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        // Connections may be let in before the first attempt to listen succeeds; what they miss is made up for like any other loss.
        _heardUntil = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var pause = ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, notification) => Take(notification.Payload);
                await BeginAsync(connection, stoppingToken);
                pause = ShortestPause;
                await HearAsync(connection, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Notifications of other hosts are not heard ({Kind}); reconnecting", exception.GetType().Name);
                await Task.Delay(pause, stoppingToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var now = await ConfirmAsync(connection, cancellationToken);
        var before = Math.Min(_heardUntil, now);
        if (_hasListened)
            metrics.Reconnected();
        (_hasListened, _heardUntil) = (true, now);
        reactions.Everything(before - LateMicros);
    }

    async Task HearAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var confirmed = Stopwatch.GetTimestamp(); ;)
        {
            await connection.WaitAsync(Keepalive, cancellationToken);
            if (Stopwatch.GetElapsedTime(confirmed) < Keepalive)
                continue;
            _heardUntil = await ConfirmAsync(connection, cancellationToken);
            confirmed = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Returns the database's clock, µs: what is notified from then on will be heard.</summary>
    static async Task<long> ConfirmAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand(Now), new NpgsqlBatchCommand(Listen) }, Timeout = PatienceSeconds };
        return (long)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    void Take(string payload)
    {
        if (BackplaneMessage.Parse(payload) is not { } message || message.Host == host.Value)
            return;
        foreach (var change in message.Changes ?? [])
            hub.Spread(change.Announcement);
        if (message.MembershipsOf is { } member)
            reactions.On(new LiveSignal.Memberships(member));
        if (message.EntitlementOf is { } user)
            reactions.On(new LiveSignal.Entitlement(user));
        if (message is { Session: { } session, User: { } owner })
            reactions.On(new LiveSignal.Session(owner, session));
        if (message.Since is { } since)
            reactions.Everything(since);
    }
}
