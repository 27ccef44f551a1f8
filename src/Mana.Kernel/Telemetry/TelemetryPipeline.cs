using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mana.Kernel.Telemetry;

/// <summary>Builds the OpenTelemetry providers when the host starts, flushes and disposes them when it stops.</summary>
internal sealed class TelemetryPipeline(
    IConfiguration configuration, IMeterFactory meters, PrometheusExporter prometheus, MetricsScraper scraper, ProcessMetrics process)
    : IHostedService, IDisposable
{
    internal const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const int FlushMilliseconds = 3000;

    private MeterProvider? _metrics;
    private TracerProvider? _traces;
    private SpanExceptions? _exceptions;

    internal bool Exports => IsExporting(configuration);

    internal static bool IsExporting(IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration[EndpointKey]);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        process.Start();
        var reader = new BaseExportingMetricReader(prometheus);
        _metrics = Metrics(reader).Build();
        scraper.Attach(reader);
        if (!Exports) return Task.CompletedTask;

        _exceptions = new SpanExceptions();
        _traces = Traces(Sdk.CreateTracerProviderBuilder()).AddOtlpExporter().Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Both calls block; the collector may be gone, and shutdown must not wait for it on a request thread.
        return Exports
            ? Task.Run(() => { _traces?.Shutdown(FlushMilliseconds); _metrics?.Shutdown(FlushMilliseconds); }, CancellationToken.None)
            : Task.CompletedTask;
    }

    public void Dispose()
    {
        scraper.Detach();
        _traces?.Dispose();
        _metrics?.Dispose();
        _exceptions?.Dispose();
    }

    /// <summary>Sources, resource and redaction; the exporter comes after, so that it never sees what the redactor takes out.</summary>
    internal TracerProviderBuilder Traces(TracerProviderBuilder builder) => builder
        .ConfigureServices(services => services.AddSingleton(configuration))
        .ConfigureResource(Describe)
        .AddSource(ManaMeters.Sources)
        .AddProcessor(new SpanRedactor());

    private MeterProviderBuilder Metrics(MetricReader reader)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(Describe)
            .AddMeter(ManaMeters.Meters)
            .AddView(instrument => MetricViews.For(instrument, meters))
            .AddReader(reader);
        return Exports ? builder.AddOtlpExporter() : builder;
    }

    private static void Describe(ResourceBuilder resource) => resource.AddService("mana-platform", serviceVersion: ProcessMetrics.Version);
}
