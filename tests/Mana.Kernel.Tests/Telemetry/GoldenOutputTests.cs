using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;
using Xunit;

namespace Mana.Kernel.Tests.Telemetry;

public sealed class GoldenOutputTests
{
    [Fact]
    public async Task Counter_keeps_its_name_and_sorts_its_series()
    {
        await using var host = await TelemetryHost.StartAsync();
        var counter = host.Meter.CreateCounter<long>("mana_test_requests_total", unit: "{request}", description: "Requests.");
        counter.Add(2, new("status", 500), new("endpoint", "push"));
        counter.Add(40, new("endpoint", "pull"), new("status", 200));
        counter.Add(2, new("status", 200), new("endpoint", "pull"));

        Assert.Equal("""
            # HELP mana_test_requests_total Requests.
            # TYPE mana_test_requests_total counter
            mana_test_requests_total{endpoint="pull",status="200"} 42
            mana_test_requests_total{endpoint="push",status="500"} 2
            """, await host.ScrapeAsync("mana_test"));
    }

    [Fact]
    public async Task Gauges_of_every_sort_print_as_gauges_even_when_named_total()
    {
        await using var host = await TelemetryHost.StartAsync();
        host.Meter.CreateObservableGauge("mana_test_connections_total", () => 3, description: "Open connections.");
        host.Meter.CreateGauge<double>("mana_test_lag_seconds", unit: "s", description: "Lag.").Record(0.25);
        host.Meter.CreateUpDownCounter<int>("mana_test_queue", description: "Queue.").Add(-1);
        host.Meter.CreateObservableUpDownCounter("mana_test_slots", () => 7L, description: "Slots.");

        Assert.Equal("""
            # HELP mana_test_connections_total Open connections.
            # TYPE mana_test_connections_total gauge
            mana_test_connections_total 3
            # HELP mana_test_lag_seconds Lag.
            # TYPE mana_test_lag_seconds gauge
            mana_test_lag_seconds 0.25
            # HELP mana_test_queue Queue.
            # TYPE mana_test_queue gauge
            mana_test_queue -1
            # HELP mana_test_slots Slots.
            # TYPE mana_test_slots gauge
            mana_test_slots 7
            """, await host.ScrapeAsync("mana_test"));
    }

    [Fact]
    public async Task Observable_counter_prints_the_observed_sum_and_is_read_anew_on_each_scrape()
    {
        await using var host = await TelemetryHost.StartAsync();
        var total = 0.5;
        host.Meter.CreateObservableCounter("mana_test_busy_seconds_total", () => total, unit: "s", description: "Busy.");

        Assert.EndsWith("\nmana_test_busy_seconds_total 0.5", await host.ScrapeAsync("mana_test"), StringComparison.Ordinal);
        total = 12;
        Assert.EndsWith("\nmana_test_busy_seconds_total 12", await host.ScrapeAsync("mana_test"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Histogram_of_seconds_has_cumulative_buckets_from_1_ms_to_10_s()
    {
        await using var host = await TelemetryHost.StartAsync();
        var histogram = host.Meter.CreateHistogram<double>("mana_test_duration_seconds", "s", "Duration.");
        foreach (var seconds in new[] { 0.0005, 0.001, 0.003, 0.3, 20 })
            histogram.Record(seconds, new KeyValuePair<string, object?>("endpoint", "push"));

        Assert.Equal("""
            # HELP mana_test_duration_seconds Duration.
            # TYPE mana_test_duration_seconds histogram
            mana_test_duration_seconds_bucket{endpoint="push",le="0.001"} 2
            mana_test_duration_seconds_bucket{endpoint="push",le="0.0025"} 2
            mana_test_duration_seconds_bucket{endpoint="push",le="0.005"} 3
            mana_test_duration_seconds_bucket{endpoint="push",le="0.01"} 3
            mana_test_duration_seconds_bucket{endpoint="push",le="0.025"} 3
            mana_test_duration_seconds_bucket{endpoint="push",le="0.05"} 3
            mana_test_duration_seconds_bucket{endpoint="push",le="0.1"} 3
            mana_test_duration_seconds_bucket{endpoint="push",le="0.25"} 3
            mana_test_duration_seconds_bucket{endpoint="push",le="0.5"} 4
            mana_test_duration_seconds_bucket{endpoint="push",le="1"} 4
            mana_test_duration_seconds_bucket{endpoint="push",le="2.5"} 4
            mana_test_duration_seconds_bucket{endpoint="push",le="5"} 4
            mana_test_duration_seconds_bucket{endpoint="push",le="10"} 4
            mana_test_duration_seconds_bucket{endpoint="push",le="+Inf"} 5
            mana_test_duration_seconds_sum{endpoint="push"} 20.3045
            mana_test_duration_seconds_count{endpoint="push"} 5
            """, await host.ScrapeAsync("mana_test"));
    }

    [Fact]
    public async Task Histogram_keeps_the_buckets_its_author_advised()
    {
        await using var host = await TelemetryHost.StartAsync();
        var advice = new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 100] };
        host.Meter.CreateHistogram("mana_test_batch_size", "{change}", "Batch.", tags: null, advice).Record(50L);

        Assert.Equal("""
            # HELP mana_test_batch_size Batch.
            # TYPE mana_test_batch_size histogram
            mana_test_batch_size_bucket{le="1"} 0
            mana_test_batch_size_bucket{le="100"} 1
            mana_test_batch_size_bucket{le="+Inf"} 1
            mana_test_batch_size_sum 50
            mana_test_batch_size_count 1
            """, await host.ScrapeAsync("mana_test"));
    }

    [Fact]
    public async Task Two_meters_with_one_name_make_one_family_without_a_repeated_series()
    {
        await using var host = await TelemetryHost.StartAsync();
        var label = new KeyValuePair<string, object?>("k", "v");
        host.Factory.ForModule("TestA").CreateCounter<long>("mana_test_shared_total", description: "Shared.").Add(1, label);
        host.Factory.ForModule("TestB").CreateCounter<long>("mana_test_shared_total", description: "Shared.").Add(2, label);
        host.Factory.ForModule("TestB").CreateCounter<long>("mana_test_shared_total", description: "Shared.").Add(4);

        Assert.Equal("""
            # HELP mana_test_shared_total Shared.
            # TYPE mana_test_shared_total counter
            mana_test_shared_total 4
            mana_test_shared_total{k="v"} 3
            """, await host.ScrapeAsync("mana_test"));
    }

    [Fact]
    public async Task Another_hosts_meters_stay_out()
    {
        await using var first = await TelemetryHost.StartAsync();
        await using var second = await TelemetryHost.StartAsync();
        first.Meter.CreateCounter<long>("mana_test_mine_total").Add(1);

        Assert.Contains("mana_test_mine_total 1", await first.ScrapeAsync("mana_test"), StringComparison.Ordinal);
        Assert.Empty(await second.ScrapeAsync("mana_test"));
    }

    [Fact]
    public async Task Series_beyond_the_limit_fold_into_one()
    {
        await using var host = await TelemetryHost.StartAsync();
        var counter = host.Meter.CreateCounter<long>("mana_test_users_total");
        for (var user = 0; user < 5000; user++) counter.Add(1, new KeyValuePair<string, object?>("user", user));

        var lines = (await host.ScrapeAsync("mana_test_users_total{")).Split('\n');
        Assert.InRange(lines.Length, 2, ManaMeters.SeriesPerInstrument + 1);
        var folded = Assert.Single(lines, line => line.Contains("otel_metric_overflow=\"true\"", StringComparison.Ordinal));
        Assert.Equal(5000, lines.Sum(line => long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.DoesNotContain("user=", folded, StringComparison.Ordinal);
    }
}
