using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Telemetry;

/// <summary>Metrics and traces of the host: registration, and the Prometheus endpoint.</summary>
public static class ManaTelemetry
{
    /// <summary>Content type of the Prometheus text format 0.0.4.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>
    /// Collects the meters of <see cref="ManaMeters"/>, ASP.NET Core, the runtime and Npgsql. Call it before the modules register
    /// their hosted services, so that their first measurements count.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> (an absolute URL) turns on OTLP export of metrics and traces; the other <c>OTEL_*</c> keys then apply.
    /// Without it nothing listens to activities: they cost nothing, and <c>traceparent</c> still travels.
    /// </param>
    public static IServiceCollection AddManaTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (TelemetryPipeline.IsExporting(configuration))
        {
            // ASP.NET Core 10 tags its spans, but only when this switch, read as the host is built, says so.
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
            services.AddTransient<IStartupFilter, SpanRoutes>();
        }
        services.AddMetrics();
        services.AddSingleton<PrometheusExporter>();
        services.AddSingleton<MetricsScraper>();
        services.AddSingleton<ProcessMetrics>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TelemetryPipeline>(provider, configuration));
        services.AddHostedService(provider => provider.GetRequiredService<TelemetryPipeline>());
        return services;
    }

    /// <summary>
    /// <c>GET /metrics</c>: collects on demand; requests that arrive while a collection runs share the next one. Not part of OpenAPI.
    /// </summary>
    /// <returns>The endpoint, for the host to add its policy to.</returns>
    public static IEndpointConventionBuilder MapManaMetrics(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/metrics", static (HttpContext context, MetricsScraper scraper) =>
        {
            var response = context.Response;
            response.ContentType = ContentType;
            response.Headers.CacheControl = "no-store";
            return scraper.WriteAsync(response.BodyWriter, length => response.ContentLength = length, context.RequestAborted);
        }).ExcludeFromDescription();
}
