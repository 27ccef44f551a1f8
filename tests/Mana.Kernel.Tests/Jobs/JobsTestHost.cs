using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Kernel.Tests.Jobs;

/// <summary>What the test's job does and what it saw.</summary>
internal sealed class Probe
{
    private int _running;
    private int _highWater;

    public ConcurrentQueue<ProbeJob> Runs { get; } = new();

    public int MostAtOnce => _highWater;

    public Func<CancellationToken, Task> Body { get; set; } = _ => Task.CompletedTask;

    public async Task RunAsync(ProbeJob job, CancellationToken cancellationToken)
    {
        var now = Interlocked.Increment(ref _running);
        InterlockedMax(ref _highWater, now);
        Runs.Enqueue(job);
        try
        {
            await Body(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}

internal sealed class ProbeJob(Probe probe) : IManaJob
{
    public Task RunAsync(CancellationToken cancellationToken) => probe.RunAsync(this, cancellationToken);
}

/// <summary>One host of the cluster, with the times of the cluster shortened to what a test can wait for.</summary>
internal sealed class JobsTestHost : IAsyncDisposable
{
    /// <summary>A schedule that does not come due while a test runs.</summary>
    public const string Never = "0 0 0 1 1 ? 2098";

    private readonly IHost _host;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Instrument, string Tags), double> _measurements = new();

    public JobsTestHost(NpgsqlDataSource dataSource, Action<IServiceCollection> configure, Probe? probe = null, bool enabled = true)
    {
        Probe = probe ?? new Probe();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Jobs:Enabled"] = enabled.ToString(),
            ["Jobs:CheckInInterval"] = "00:00:01",
            ["Jobs:CheckInTolerance"] = "00:00:01",
            ["Jobs:IdleWait"] = "00:00:01",
        });
        builder.Logging.AddProvider(new QueueLoggerProvider(Errors));
        builder.Services.AddSingleton(Probe);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddManaJobs(builder.Configuration, _ => dataSource);
        configure(builder.Services);
        _host = builder.Build();
        Listen();
    }

    public Probe Probe { get; }

    /// <summary>Everything logged as an error.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    public IManaJobs Jobs => _host.Services.GetRequiredService<IManaJobs>();

    public IServiceProvider Services => _host.Services;

    public Task StartAsync() => _host.StartAsync();

    /// <summary>Whether the scheduler is started, hence the store reconciled.</summary>
    public bool IsRunning => Services.GetRequiredService<JobScheduler>().Current is not null;

    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    /// <summary>The value of an instrument of this host; 0 when it was never measured.</summary>
    public double Metric(string instrument, string tags)
    {
        _listener.RecordObservableInstruments();
        return _measurements.GetValueOrDefault((instrument, tags));
    }

    public async ValueTask DisposeAsync()
    {
        Probe.Body = _ => Task.CompletedTask;
        await _host.StopAsync();
        _host.Dispose();
        _listener.Dispose();
    }

    private void Listen()
    {
        var factory = _host.Services.GetService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Mana.Jobs" && ReferenceEquals(instrument.Meter.Scope, factory)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = (instrument.Name, string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")));
        _measurements.AddOrUpdate(key, value, (_, known) => instrument.IsObservable ? value : known + value);
    }

    private sealed class QueueLoggerProvider(ConcurrentQueue<string> errors) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) errors.Enqueue($"{formatter(state, exception)} {exception?.Message} {exception?.InnerException?.Message}");
        }

        public void Dispose()
        {
        }
    }
}

internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Deadline) throw new TimeoutException($"Not within {Deadline}: {what}");
            await Task.Delay(20);
        }
    }
}
