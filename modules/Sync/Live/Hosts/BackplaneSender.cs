using Mana.Kernel.Ids;
using Mana.Kernel.Stopping;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Sync.Live.Hosts;

/// <summary>The name of this host among those that share a database; another one after every start.</summary>
internal sealed class HostName(IIdSource ids)
{
    public string Value { get; } = ids.NewId();
}

/// <summary>
/// Tells the other hosts by NOTIFY. Never inside a push: transactions that notify commit one after the other in all of PostgreSQL. So
/// announcements are gathered for a few milliseconds and sent by one statement of their own.
/// </summary>
internal sealed class BackplaneSender(NpgsqlDataSource database, HostName host, LiveMetrics metrics, ILogger<BackplaneSender> log) : Worker, IBackplane
{
    static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A push takes its positions before it announces the newest of them.</summary>
    const long PushMicros = 60 * 1_000_000L;

    readonly Outgoing _outgoing = new(metrics);
    readonly SemaphoreSlim _wake = new(0);

    public void Announce(Announcement announcement)
    {
        _outgoing.Add(announcement);
        if (_wake.CurrentCount == 0)
            _wake.Release();
    }

    public Task SendAsync(LiveSignal signal, CancellationToken cancellationToken) => NotifyAsync([BackplaneMessage.Of(host.Value, signal)], cancellationToken);

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await _wake.WaitAsync(stoppingToken);
            await Task.Delay(Gather, stoppingToken);
            var batch = _outgoing.Take();
            if (batch.IsEmpty)
                continue;
            try
            {
                await NotifyAsync(PayloadsOf(batch), stoppingToken);
                metrics.Notified("backplane", "sent", batch.Announcements.Count);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("The other hosts could not be notified ({Kind}); trying again", exception.GetType().Name);
                _outgoing.Return(batch);
                await Task.Delay(Pause, stoppingToken);
                _wake.Release();
            }
        }
    }

    /// <summary>What a push announced while the host was already stopping; its devices are elsewhere by now, but others are not.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        var batch = _outgoing.Take();
        if (batch.IsEmpty)
            return;
        try
        {
            await NotifyAsync(PayloadsOf(batch), cancellationToken);
        }
        catch (Exception exception)
        {
            log.LogWarning("The other hosts could not be notified of the last pushes ({Kind})", exception.GetType().Name);
        }
    }

    string[] PayloadsOf(OutgoingBatch batch)
    {
        var payloads = BackplaneMessage.Of(host.Value, batch.Announcements);
        return batch.EverythingSince is { } since ? [.. payloads, BackplaneMessage.OfEverything(host.Value, since - PushMicros)] : [.. payloads];
    }

    async Task NotifyAsync(string[] payloads, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT pg_notify($1, payload) FROM unnest($2) AS n (payload)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = BackplaneMessage.Channel });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = payloads });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
