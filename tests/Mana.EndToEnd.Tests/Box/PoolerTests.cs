using Mana.EndToEnd.Tests.Crashes;
using Mana.EndToEnd.Tests.Live;

namespace Mana.EndToEnd.Tests.Box;

/// <summary>Two hosts that reach PostgreSQL through PgBouncer in transaction mode: no request may count on the session that served the one before it.</summary>
public sealed class PoolerTests(PrivatePostgres postgres) : IClassFixture<PrivatePostgres>
{
    /// <summary>Fewer than the connections of one host.</summary>
    const int Sessions = 6;

    [Fact]
    public async Task The_platform_works_through_a_pooler_that_gives_every_transaction_another_session()
    {
        var database = await postgres.CreateDatabaseAsync();
        // The role that comes through the pooler exists once a host has migrated.
        await using (var first = await HostProcess.StartAsync(database))
            Assert.Equal(0, await first.TerminateAsync());
        await using var pooler = await Pooler.StartAsync(database, Sessions);
        await using var one = await HostProcess.StartAsync(pooler.ConnectionString, ("DATABASE_DIRECT_URL", database));
        await using var two = await HostProcess.StartAsync(pooler.ConnectionString, ("DATABASE_DIRECT_URL", database));

        // Sign-up on one host; push on it, hint, stream and pull on the other.
        var person = await one.CreateAccountAsync();
        using var socket = await Wire.SocketAsync(two.Address, person, "socket");
        await using var stream = new StreamReading(Wire.ClientOf(two.Address, person), "stream");
        await stream.ConnectAsync();
        using (var pushing = Wire.ClientOf(one.Address, person))
            await Wire.PushAsync(pushing, "pusher", "through-the-pooler");
        var hint = await Wire.MessageAsync(socket);
        Assert.Equal(("sync-available", "tasks"), ((string?)hint["type"], (string?)hint["tables"]?[0]));
        await stream.UntilAsync("through-the-pooler");
        using (var pulling = Wire.ClientOf(two.Address, person))
            Assert.Contains("through-the-pooler", await pulling.GetStringAsync(new Uri("/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z", UriKind.Relative)), StringComparison.Ordinal);

        // Many transactions at once over few sessions: none fails, none sees another tenant's settings.
        var people = await Task.WhenAll(one.CreateAccountAsync(), two.CreateAccountAsync());
        var devices = people.Select(owner => new StubbornDevices(owner)).ToList();
        await Task.WhenAll(devices.Select(device => device.PlayAsync([.. PushScript.Make(11).Take(400)])));
        Assert.All(devices, device => Assert.Equal((400, 0), (device.Acknowledged, device.Failures)));
        Assert.Equal(await Stored.ExactAsync(database, people[0].UserId), await Stored.ExactAsync(database, people[1].UserId));

        // Jobs run: Quartz keeps its cluster through the pooler.
        await Eventually.TrueAsync("A job has run", async () => (await MetricsAsync(one) + await MetricsAsync(two)).Contains("mana_jobs_runs_total{", StringComparison.Ordinal), 60);
        foreach (var host in (HostProcess[])[one, two])
        {
            Assert.DoesNotContain("reconnecting", host.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("PostgresException", host.Output, StringComparison.Ordinal);
        }

        // Through the pooler come no more sessions than it may have; beside them stand the listeners of both hosts.
        Assert.InRange(await CountAsync(database, "query NOT LIKE 'LISTEN%' AND query NOT LIKE '%LISTEN mana_sync%'"), 1, Sessions + (2 * 4));
        Assert.True(await CountAsync(database, "query LIKE '%LISTEN %'") >= 8, "Nobody listens past the pooler.");
        Assert.Equal((0, 0), (await one.TerminateAsync(), await two.TerminateAsync()));
    }

    static Task<long> CountAsync(string database, string which) =>
        Stored.ScalarAsync<long>(database, $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'mana_app' AND {which}");

    static async Task<string> MetricsAsync(HostProcess host)
    {
        using var http = host.CreateClient();
        return await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
    }
}
