using System.Diagnostics.Metrics;
using Mana.Sync;
using Mana.Sync.Compaction;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mana.Load.Compaction;

/// <summary>
/// Does what the host's hourly job does, as the role that the host uses: runs through everything that has become old, pauses a second, and
/// starts again.
/// </summary>
internal sealed class CompactionLoop(string postgres) : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource _stop = new();
    readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { Options = "-c role=mana_app" });
    Task _running = Task.CompletedTask;
    Compactor? _compactor;

    public int Runs { get; private set; }

    public long Removed { get; private set; }

    public void Start(TimeSpan history) => _running = Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            await OnceAsync(history);
            await Task.WhenAny(Task.Delay(Pause, _stop.Token));
        }
    });

    public async Task OnceAsync(TimeSpan history)
    {
        _compactor ??= Create();
        var report = await _compactor.RunAsync(history, history, CancellationToken.None);
        (Runs, Removed) = (Runs + 1, Removed + report.Removed);
    }

    Compactor Create()
    {
        var metrics = new SyncMetrics(_services.GetRequiredService<IMeterFactory>());
        return new Compactor(_database, new SyncOptions(), new Reclaim(_database, metrics, TimeProvider.System, NullLogger<Reclaim>.Instance), metrics, NullLogger<Compactor>.Instance);
    }

    /// <summary>Ends after the run under way.</summary>
    public Task StopAsync()
    {
        _stop.Cancel();
        return _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _database.DisposeAsync();
        await _services.DisposeAsync();
        _stop.Dispose();
    }
}
