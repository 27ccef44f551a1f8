using System.Net.WebSockets;
using Mana.Devices;
using Mana.Testing;

namespace Mana.EndToEnd.Tests.Live;

/// <summary>Two hosts on one database behind haproxy, and devices that do not know which of them they talk to (sync.md 24.7, 108).</summary>
public sealed class ManyHostsLiveTests
{
    [Fact]
    public async Task Scenario_24_7_108_behind_a_balancer_every_device_hears_of_every_push_and_survives_the_death_of_a_host()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        await using (var first = await HostProcess.StartAsync(database))
        await using (var second = await HostProcess.StartAsync(database))
        await using (var balancer = await Balancer.StartAsync(first, second))
        {
            var person = await PersonAsync(first, second);
            await using var one = new StreamReading(Wire.ClientOf(balancer.Address, person), "one");
            await using var two = new StreamReading(Wire.ClientOf(balancer.Address, person), "two");
            using var sockets = new Sockets();
            await one.ConnectAsync();
            await two.ConnectAsync();
            // The health checks take turns too, so some tries may land on the same host.
            await Eventually.TrueAsync("Both hosts have sockets", async () =>
            {
                sockets.Add(await Wire.SocketAsync(balancer.Address, person, "socket"));
                return (await Wire.PresenceAsync(first.Address)).Sockets > 0 && (await Wire.PresenceAsync(second.Address)).Sockets > 0;
            });

            using (var pushing = Wire.ClientOf(first.Address, person))
                await Wire.PushAsync(pushing, "pusher", "through-first");
            using (var pushing = Wire.ClientOf(second.Address, person))
                await Wire.PushAsync(pushing, "pusher", "through-second");
            foreach (var socket in sockets)
                Assert.Equal(("sync-available", "tasks"), Told(await Wire.MessageAsync(socket)));
            await one.UntilAsync("through-second");
            await two.UntilAsync("through-second");

            await second.KillAsync();
            using (var pushing = Wire.ClientOf(first.Address, person))
                await Wire.PushAsync(pushing, "pusher", "after-the-death");
            await one.UntilAsync("after-the-death");
            await two.UntilAsync("after-the-death");
            // Whoever was on the dead host was cut off and resumed; nobody missed anything, or got it twice.
            Assert.Equal(["through-first", "through-second", "after-the-death"], one.Ids);
            Assert.Equal(["through-first", "through-second", "after-the-death"], two.Ids);
            Assert.Equal(2, (await Wire.PresenceAsync(first.Address)).Streams);
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task When_the_listening_connections_break_nothing_is_lost()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        await using (var first = await HostProcess.StartAsync(database))
        await using (var second = await HostProcess.StartAsync(database))
        {
            var person = await PersonAsync(first, second);
            using var pushing = Wire.ClientOf(first.Address, person);
            using var socket = await Wire.SocketAsync(second.Address, person, "socket");
            await using var stream = new StreamReading(Wire.ClientOf(second.Address, person), "stream");
            await stream.ConnectAsync();
            await Wire.PushAsync(pushing, "pusher", "before");
            await stream.UntilAsync("before");
            Assert.Equal(("sync-available", "tasks"), Told(await Wire.MessageAsync(socket)));

            var cut = await Stored.ScalarAsync<long>(
                database, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%LISTEN mana_sync%' AND pid <> pg_backend_pid()");
            Assert.Equal(2, cut);
            // Nobody listens at this moment, and nobody pushes again.
            await Wire.PushAsync(pushing, "pusher", "meanwhile");

            await stream.UntilAsync("meanwhile");
            Assert.Equal(("sync-available", "tasks"), Told(await Wire.MessageAsync(socket)));
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    /// <summary>Known to one host; the other has signed somebody in as well, and so has the very first signing key, which appeared after it started.</summary>
    static async Task<Account> PersonAsync(HostProcess first, HostProcess second)
    {
        var person = await first.CreateAccountAsync();
        await second.CreateAccountAsync();
        return person;
    }

    static (string?, string?) Told(System.Text.Json.Nodes.JsonNode message) => ((string?)message["type"], (string?)message["tables"]?[0]);

    sealed class Sockets : List<ClientWebSocket>, IDisposable
    {
        public void Dispose() => ForEach(socket => socket.Dispose());
    }
}
