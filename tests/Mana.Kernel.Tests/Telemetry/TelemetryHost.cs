using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using System.Text;
using Mana.Kernel.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mana.Kernel.Tests.Telemetry;

/// <summary>What AddManaTelemetry registers, started, without a web server.</summary>
internal sealed class TelemetryHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TelemetryHost(ServiceProvider services) => _services = services;

    public Meter Meter => Factory.ForModule("Test");

    public IMeterFactory Factory => _services.GetRequiredService<IMeterFactory>();

    public MetricsScraper Scraper => _services.GetRequiredService<MetricsScraper>();

    public TelemetryPipeline Pipeline => _services.GetRequiredService<TelemetryPipeline>();

    public static async Task<TelemetryHost> StartAsync()
    {
        var services = new ServiceCollection();
        services.AddManaTelemetry(new ConfigurationBuilder().Build());
        var host = new TelemetryHost(services.BuildServiceProvider());
        foreach (var hosted in host._services.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return host;
    }

    public async Task<string> ScrapeAsync()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await Scraper.WriteAsync(pipe.Writer, _ => { }, default);
        await pipe.Writer.CompleteAsync();
        using var reader = new StreamReader(pipe.Reader.AsStream(), new UTF8Encoding(false, throwOnInvalidBytes: true));
        return await reader.ReadToEndAsync();
    }

    /// <summary>The lines of the families whose names start so, comments included.</summary>
    public async Task<string> ScrapeAsync(string prefix)
    {
        var lines = (await ScrapeAsync()).Split('\n');
        return string.Join('\n', lines.Where(line =>
            line.StartsWith(prefix, StringComparison.Ordinal)
            || line.StartsWith($"# HELP {prefix}", StringComparison.Ordinal)
            || line.StartsWith($"# TYPE {prefix}", StringComparison.Ordinal)));
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
