using Mana.Kernel.Database;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Apps.Reminders.Firing;

/// <summary>Wakes the loops of this host: by NOTIFY when any host made something due sooner, else when the next thing is due.</summary>
internal sealed class ReminderSignal([FromKeyedServices(DirectConnection.Key)] NpgsqlDataSource database, TimeProvider time, ILogger<ReminderSignal> log) : IDisposable
{
    const string Channel = "mana_reminders";
    static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(5);

    readonly SemaphoreSlim _instances = new(0, 1);
    readonly SemaphoreSlim _deliveries = new(0, 1);

    public Task InstancesAsync(TimeSpan atMost, CancellationToken cancellationToken) => WaitAsync(_instances, atMost, cancellationToken);

    public Task DeliveriesAsync(TimeSpan atMost, CancellationToken cancellationToken) => WaitAsync(_deliveries, atMost, cancellationToken);

    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                connection.Notification += (_, happened) => Wake(happened.Payload);
                await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                // For what came before anybody listened.
                Wake("instances");
                Wake("deliveries");
                while (true)
                    await connection.WaitAsync(cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                log.LogWarning("The reminder listener lost its connection ({Kind}); reconnecting", exception.GetType().Name);
                await Task.Delay(Reconnect, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        _instances.Dispose();
        _deliveries.Dispose();
    }

    void Wake(string which)
    {
        var signal = which == "instances" ? _instances : _deliveries;
        if (signal.CurrentCount == 0)
            signal.Release();
    }

    async Task WaitAsync(SemaphoreSlim signal, TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (atMost <= TimeSpan.Zero)
            return;
        using var poll = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(poll.Token, cancellationToken);
        await signal.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
