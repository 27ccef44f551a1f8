namespace Mana.Load;

/// <summary>Resident memory of the host, MB: before, the highest seen meanwhile, and at the end.</summary>
internal readonly record struct MemoryUse(double Before, double Peak, double After);

/// <summary>Samples the host's resident memory from its own <c>/metrics</c> while a run goes on.</summary>
internal sealed class HostMemory : IDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly HttpClient _http;
    readonly TimeSpan _every;
    Task _watching = Task.CompletedTask;
    double _before;
    double _peak;

    HostMemory(string url, TimeSpan every) => (_http, _every) = (new HttpClient { BaseAddress = new Uri(url) }, every);

    public static async Task<HostMemory> WatchAsync(string url, TimeSpan? every = null)
    {
        var memory = new HostMemory(url, every ?? TimeSpan.FromSeconds(1));
        memory._before = memory._peak = await memory.ReadAsync();
        memory._watching = memory.LoopAsync();
        return memory;
    }

    public async Task<MemoryUse> StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        var after = await ReadAsync();
        return new MemoryUse(_before, Math.Max(_peak, after), after);
    }

    public void Dispose()
    {
        _http.Dispose();
        _stop.Dispose();
    }

    async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(_every);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                _peak = Math.Max(_peak, await ReadAsync());
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    async Task<double> ReadAsync() => (await MetricsPage.ReadAsync(_http)).ResidentMb;
}
