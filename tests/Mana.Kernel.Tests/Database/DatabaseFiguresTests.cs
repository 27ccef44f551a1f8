using Mana.Kernel.Database;
using Mana.Kernel.Tests.Jobs;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Mana.Kernel.Tests.Database;

/// <summary>What the host says of PostgreSQL, against what a superuser sees.</summary>
public sealed class DatabaseFiguresTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    DatabaseFigures Figures => fixture.Host.Services.GetRequiredService<DatabaseFigures>();

    [Fact]
    public async Task Figures_are_those_of_the_server()
    {
        await using var other = await fixture.OpenAsync();
        var sample = await Figures.SampleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(await fixture.ScalarAsync<string>("SHOW server_version"), sample.Version);
        Assert.Equal(await fixture.ScalarAsync<string>("SHOW max_connections"), sample.MostConnections.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(sample.OwnConnections, 1, sample.Connections);
        Assert.True(sample.Connections > sample.OwnConnections, "the connection beside the host is seen, too");
        Assert.InRange(sample.Bytes, 5_000_000, 500_000_000);
        Assert.True(sample.Commits > 0 && sample.BlocksHit > 0);
        Assert.Equal(0, sample.Replicas);
    }

    [Fact]
    public async Task An_old_transaction_of_the_platform_and_a_wait_for_a_lock_are_seen()
    {
        var data = fixture.Host.Services.GetRequiredService<NpgsqlDataSource>();
        await using var first = await data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var holding = await first.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_xact_lock(4711)", first))
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var second = await data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var wait = new NpgsqlCommand("SELECT pg_advisory_xact_lock(4711)", second);
        var waiting = wait.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => await Figures.SampleAsync(default) is { Waiting: >= 1, OldestTransactionSeconds: > 0 }, "the wait and the transaction are seen");
        await holding.RollbackAsync(TestContext.Current.CancellationToken);
        await waiting;
    }

    [Fact]
    public async Task They_are_metrics_and_a_scrape_asks_nothing()
    {
        await Figures.SampleAsync(TestContext.Current.CancellationToken);
        var page = await fixture.Host.CreateClient().GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        foreach (var name in (string[])["up 1", "connections ", "connections_own ", "connections_limit ", "database_bytes ", "oldest_transaction_seconds ", "waiting ", "live_rows ", "dead_rows ", "replicas 0", "replication_lag_seconds 0", "commits_total ", "deadlocks_total 0"])
            Assert.Contains("\nmana_postgres_" + name, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_database_there_are_no_figures_but_that_it_is_away()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using var host = await new TestHost(database).StartAsync();
        var figures = host.Services.GetRequiredService<DatabaseFigures>();
        await figures.SampleAsync(TestContext.Current.CancellationToken);
        await TestCluster.DropDatabaseAsync(database);
        await figures.TryAsync(TestContext.Current.CancellationToken);
        Assert.False(figures.IsUp);
        var page = await host.CreateClient().GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("\nmana_postgres_up 0\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\nmana_postgres_connections ", page, StringComparison.Ordinal);
    }
}
