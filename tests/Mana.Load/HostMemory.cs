using System.Globalization;

namespace Mana.Load;

/// <summary>Samples the host's resident memory from its own <c>/metrics</c> while a run goes on.</summary>
internal sealed class HostMemory : IDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly HttpClient _http;
    Task _watching = Task.CompletedTask;
    double _before;
    double _peak;

    HostMemory(string url) => _http = new HttpClient { BaseAddress = new Uri(url) };

    public static async Task<HostMemory> WatchAsync(string url)
    {
        var memory = new HostMemory(url);
        memory._before = memory._peak = await memory.ReadAsync();
        memory._watching = memory.LoopAsync();
        return memory;
    }

    public async Task<(double Before, double Peak)> StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        return (_before, _peak);
    }

    public void Dispose()
    {
        _http.Dispose();
        _stop.Dispose();
    }

    async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
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

    async Task<double> ReadAsync()
    {
        var page = await _http.GetStringAsync("/metrics");
        var line = page.Split('\n').FirstOrDefault(line => line.StartsWith("process_resident_memory_bytes ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) / 1024 / 1024;
    }
}
