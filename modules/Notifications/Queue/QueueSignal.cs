using Mana.Kernel.Database;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Notifications.Queue;

/// <summary>Wakes the lanes of this host: by NOTIFY when any host queued a mail, by a poll when a notification was lost or a retry is due.</summary>
internal sealed class QueueSignal([FromKeyedServices(DirectConnection.Key)] NpgsqlDataSource database, NotificationsOptions options, TimeProvider time, ILogger<QueueSignal> log) : IDisposable
{
    const string Channel = "mana_mail";

    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(10);

    readonly SemaphoreSlim _wake = new(0);

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var poll = new CancellationTokenSource(PollInterval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(poll.Token, cancellationToken);
        await _wake.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                connection.Notification += (_, _) => Wake();
                await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                // For what was queued before anybody listened.
                Wake();
                while (true)
                    await connection.WaitAsync(cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing is lost meanwhile: the poll in WaitAsync goes on.
                log.LogWarning("The mail listener lost its connection ({Kind}); reconnecting", exception.GetType().Name);
                await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Every lane looks once; a signal that nobody has taken yet is not added to.</summary>
    void Wake()
    {
        if (options.Lanes - _wake.CurrentCount is > 0 and var missing)
            _wake.Release(missing);
    }

    public void Dispose() => _wake.Dispose();
}
