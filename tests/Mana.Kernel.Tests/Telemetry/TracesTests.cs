using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Mana.Kernel.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mana.Kernel.Tests.Telemetry;

/// <summary>What a collector on the other end of OTLP receives, read from the bytes on the wire.</summary>
[Collection("activities")]
public sealed class TracesTests
{
    private static readonly ActivitySource Source = ManaMeters.SourceForModule("TracesTests");

    [Fact]
    public async Task Spans_and_metrics_are_exported_without_anything_private()
    {
        await using var collector = await Collector.StartAsync();
        await using (var host = await WebHost.StartAsync(collector.Settings, Map))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/errand/PATHSECRET?code=QUERYSECRET");
            request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            using var response = await host.Client.SendAsync(request);
            Assert.Equal("0af7651916cd43dd8448eb211c80319c", await response.Content.ReadAsStringAsync());
            using var failed = await host.Client.GetAsync("/broken?q=QUERYSECRET");
            Assert.Equal(500, (int)failed.StatusCode);
        }

        var traces = collector.Received("/v1/traces");
        Assert.Contains("GET /errand/{id}", traces, StringComparison.Ordinal);
        Assert.Contains("GET /broken", traces, StringComparison.Ordinal);
        Assert.Contains("inner work", traces, StringComparison.Ordinal);
        Assert.Contains("kept value", traces, StringComparison.Ordinal);
        Assert.Contains("System.FormatException", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("@example.org", traces, StringComparison.Ordinal);
        Assert.Contains("mana-platform", traces, StringComparison.Ordinal);
        Assert.Contains("mana_build_info", collector.Received("/v1/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_endpoint_nobody_listens_to_activities()
    {
        await using var host = await WebHost.StartAsync();
        Assert.False(Source.HasListeners());
    }

    [Fact]
    public void The_propagator_speaks_W3C()
    {
        var propagator = DistributedContextPropagator.Current;
        Assert.Contains("traceparent", propagator.Fields);
        Assert.DoesNotContain("Request-Id", propagator.Fields);
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/errand/{id}", Work);
        app.MapGet("/broken", string () => throw new InvalidOperationException("duplicate key SECRET6"));
    }

    private static string Work(string id)
    {
        using var activity = Source.StartActivity("inner work")!;
        activity.SetTag("kept", "kept value");
        activity.SetTag("access_token", "SECRET1");
        activity.SetTag("note", $"sent to ann@example.org via https://x.example/{id[..0]}?q=SECRET2");
        activity.SetTag("db.query.text", "SELECT 'SECRET3', $1");
        activity.SetTag("db.query.parameter.0", "SECRET4");
        activity.AddException(new FormatException("cannot read SECRET5"));
        activity.SetStatus(ActivityStatusCode.Error, "could not mail bob@example.org");
        return activity.TraceId.ToString();
    }

    private sealed class Collector(WebApplication app, ConcurrentBag<(string Path, string Body)> bodies) : IAsyncDisposable
    {
        public Dictionary<string, string?> Settings => new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = app.Urls.Single(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var bodies = new ConcurrentBag<(string, string)>();
            app.MapPost("/v1/{signal}", async (HttpContext context) =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                bodies.Add((context.Request.Path, Encoding.UTF8.GetString(body.ToArray())));
            });
            await app.StartAsync();
            return new Collector(app, bodies);
        }

        public string Received(string path) => string.Concat(bodies.Where(body => body.Path == path).Select(body => body.Body));

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
