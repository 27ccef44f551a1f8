using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mana.Kernel.Tests.Telemetry;

public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task Answers_with_the_content_type_of_format_0_0_4_and_its_length()
    {
        await using var host = await WebHost.StartAsync();
        using var response = await host.Client.GetAsync("/metrics");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", Assert.Single(response.Content.Headers.GetValues("Content-Type")));
        Assert.Equal((await response.Content.ReadAsByteArrayAsync()).Length, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Is_not_described_in_OpenApi()
    {
        await using var host = await WebHost.StartAsync();
        var endpoint = host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>().Single(e => e.RoutePattern.RawText == "/metrics");
        Assert.True(endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()!.ExcludeFromDescription);
    }

    [Fact]
    public async Task Requests_appear_under_the_name_of_dotnet_and_under_both_older_names()
    {
        await using var host = await WebHost.StartAsync();
        for (var i = 0; i < 3; i++) await host.Client.GetStringAsync("/things/7?secret=1");
        using (await host.Client.GetAsync("/things/none")) { }
        using (await host.Client.GetAsync("/nowhere")) { }

        var page = await ReadAsync(host, samples => samples.Count(s => s.Name == "http_requests_total") >= 3);

        Assert.Equal("3", Value(
            page, "http_server_request_duration_seconds_count",
            ("http_request_method", "GET"), ("http_route", "/things/{id}"), ("http_response_status_code", "200")));
        Assert.Equal("3", Value(page, "http_request_duration_seconds_count", ("method", "GET"), ("route", "/things/{id}"), ("status", "200")));
        Assert.Equal("3", Value(page, "http_request_duration_seconds_bucket", ("method", "GET"), ("route", "/things/{id}"), ("status", "200"), ("le", "+Inf")));
        Assert.Equal("3", Value(page, "http_requests_total", ("method", "GET"), ("route", "/things/{id}"), ("status", "200")));
        Assert.Equal("1", Value(page, "http_requests_total", ("method", "GET"), ("route", "/things/{id}"), ("status", "404")));
        Assert.Equal("1", Value(page, "http_requests_total", ("method", "GET"), ("status", "404")));
        Assert.DoesNotContain(page, sample => sample.Labels.ContainsKey("url_scheme")
            && sample.Name.StartsWith("http_server_request_duration", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_and_process_are_there_with_plausible_values()
    {
        await using var host = await WebHost.StartAsync();
        var page = await ReadAsync(host, _ => true);

        var build = Assert.Single(page, sample => sample.Name == "mana_build_info");
        Assert.Equal("1", build.Value);
        Assert.NotEmpty(build.Labels["version"]);
        Assert.InRange(Number("process_resident_memory_bytes"), 10e6, 10e9);
        Assert.True(Number("process_cpu_seconds_total") > 0);
        var age = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - Number("process_start_time_seconds");
        Assert.InRange(age, -2, 3600);
        Assert.True(Number("dotnet_gc_heap_total_allocated_bytes_total") > 0);

        double Number(string name) => double.Parse(Assert.Single(page, sample => sample.Name == name).Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Families_are_declared_once_and_no_series_repeats()
    {
        await using var host = await WebHost.StartAsync();
        await host.Client.GetStringAsync("/things/7");
        var text = await host.Client.GetStringAsync("/metrics");

        var declared = text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToArray();
        Assert.Equal(declared.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), declared);
        var series = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line[..line.LastIndexOf(' ')]).ToArray();
        Assert.Equal(series.Distinct(StringComparer.Ordinal).Count(), series.Length);
    }

    /// <summary>The server counts a request after the client has read the answer: scrape until it has.</summary>
    private static async Task<List<Sample>> ReadAsync(WebHost host, Func<List<Sample>, bool> complete)
    {
        for (var attempt = 0; ; attempt++)
        {
            var page = TextFormatParser.Parse(await host.Client.GetStringAsync("/metrics")).ToList();
            if (complete(page) || attempt == 100) return page;
        }
    }

    private static string Value(List<Sample> page, string name, params (string Key, string Value)[] labels) =>
        Assert.Single(page, sample => sample.Name == name && sample.Labels.Count == labels.Length
            && labels.All(label => sample.Labels.TryGetValue(label.Key, out var value) && value == label.Value)).Value;
}
