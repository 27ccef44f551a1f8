using System.IO.Pipelines;
using Xunit;

namespace Mana.Kernel.Tests.Telemetry;

public sealed class MetricsScraperTests
{
    [Fact]
    public async Task Requests_that_arrive_during_a_collection_share_the_next_one()
    {
        await using var host = await TelemetryHost.StartAsync();
        using var collecting = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        var reads = 0;
        host.Meter.CreateObservableGauge("mana_test_slow", () =>
        {
            collecting.Release();
            go.Wait(TestContext.Current.CancellationToken);
            return ++reads;
        });

        var first = Task.Run(host.ScrapeAsync);
        await collecting.WaitAsync(TestContext.Current.CancellationToken);
        var late = Enumerable.Range(0, 50).Select(_ => host.ScrapeAsync()).ToArray();
        go.Set();

        Assert.Contains("\nmana_test_slow 1\n", await first, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(late), page => Assert.Contains("\nmana_test_slow 2\n", page, StringComparison.Ordinal));
        Assert.Equal(2, host.Scraper.Collections);
    }

    [Fact]
    public async Task A_request_never_sees_numbers_older_than_itself()
    {
        await using var host = await TelemetryHost.StartAsync();
        var counter = host.Meter.CreateCounter<long>("mana_test_steps_total");
        for (var step = 1; step <= 20; step++)
        {
            counter.Add(1);
            Assert.Contains($"\nmana_test_steps_total {step}\n", await host.ScrapeAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cancelled_request_leaves_the_next_one_its_turn()
    {
        await using var host = await TelemetryHost.StartAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Scraper.WriteAsync(new Pipe().Writer, _ => { }, cancelled.Token));
        Assert.Contains("\nmana_build_info{", await host.ScrapeAsync(), StringComparison.Ordinal);
    }
}
