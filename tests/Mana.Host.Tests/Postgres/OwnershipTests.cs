using System.Globalization;

namespace Mana.Host.Tests.Postgres;

/// <summary>Who stops the server: shared, orphaned and crashed servers, and hosts that start at the same moment.</summary>
public sealed class OwnershipTests : PostgresSandbox
{
    [Fact]
    public async Task A_second_host_shares_the_server_and_leaves_it_running()
    {
        await using var first = await StartAsync();
        await using (var second = await HostProcess.Launch(Data).ReadyAsync())
        {
            Assert.Equal(first.ProcessId, second.ServerPid);
            Assert.False(second.IsOwner);
            await second.StopAsync();
        }

        Assert.Equal("1", await AskAsync(first, "SELECT 1"));
        Assert.True(first.IsOwner);
    }

    [Fact]
    public async Task The_owner_stops_it_for_everybody()
    {
        var first = await StartAsync();
        await using var second = await StartAsync();
        Assert.False(second.IsOwner);

        await first.DisposeAsync();

        Assert.False(await IsAliveAsync(first.ProcessId));
        Assert.False(File.Exists(Path.Combine(Home.Cluster, "postmaster.pid")));
    }

    [Fact]
    public async Task The_server_of_a_killed_host_is_adopted_and_stopped_in_the_end()
    {
        await using var killed = await HostProcess.Launch(Data).ReadyAsync();
        await killed.KillAsync();
        Assert.True(await IsAliveAsync(killed.ServerPid));

        await using (var next = await StartAsync())
        {
            Assert.Equal(killed.ServerPid, next.ProcessId);
            Assert.True(next.IsOwner);
            Assert.Equal("1", await AskAsync(next, "SELECT 1"));
        }

        await EventuallyAsync(async () => !await IsAliveAsync(killed.ServerPid), "The end of the adopted server");
    }

    [Fact]
    public async Task A_recycled_pid_is_not_mistaken_for_the_owner()
    {
        await using var killed = await HostProcess.Launch(Data).ReadyAsync();
        await killed.KillAsync();
        // The owner's pid now belongs to a living process, this one, that started at another time.
        var owner = await File.ReadAllLinesAsync(Home.OwnerFile);
        owner[0] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(Home.OwnerFile, owner);

        await using var next = await StartAsync();

        Assert.True(next.IsOwner);
    }

    [Fact]
    public async Task A_killed_server_is_recovered_by_the_next_start()
    {
        await using var first = await StartAsync(new() { DataDirectory = Data });
        await AskAsync(first, "CREATE TABLE kept AS SELECT 42 AS answer");
        await KillServerAsync(first.ProcessId);

        await using var next = await StartAsync(new() { DataDirectory = Data });

        Assert.NotEqual(first.ProcessId, next.ProcessId);
        Assert.Equal("42", await AskAsync(next, "SELECT answer FROM kept"));
        Assert.True(next.IsOwner);
        Assert.False(first.IsOwner);
        await first.DisposeAsync();
        Assert.Equal("1", await AskAsync(next, "SELECT 1"));
    }

    [Fact]
    public async Task A_stale_pid_file_whose_pid_is_another_program_now_does_not_prevent_the_start()
    {
        await using var other = await StartAsync(new() { DataDirectory = Path.Combine(Folder, "other"), Durable = false });
        await using (var first = await StartAsync())
            await KillServerAsync(first.ProcessId);
        // A process of the same user: the only kind that PostgreSQL itself takes for a living server.
        var pidFile = Path.Combine(Home.Cluster, "postmaster.pid");
        var lines = await File.ReadAllLinesAsync(pidFile);
        lines[0] = other.ProcessId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(pidFile, lines);

        await using var next = await StartAsync();

        Assert.NotEqual(other.ProcessId, next.ProcessId);
        Assert.Equal("1", await AskAsync(next, "SELECT 1"));
        Assert.Equal("1", await AskAsync(other, "SELECT 1"));
    }

    [Fact]
    public async Task Hosts_that_start_at_the_same_moment_make_one_server()
    {
        HostProcess[] hosts = [HostProcess.Launch(Data), HostProcess.Launch(Data), HostProcess.Launch(Data)];
        try
        {
            foreach (var host in hosts)
                await host.ReadyAsync();

            Assert.Single(hosts.Select(host => host.ServerPid).Distinct());
            Assert.Single(hosts, host => host.IsOwner);
        }
        finally
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_host_killed_while_it_makes_the_cluster_is_followed_by_a_whole_one()
    {
        await using var killed = HostProcess.Launch(Data);
        await EventuallyAsync(
            () => Task.FromResult(Directory.Exists(Data) && Directory.EnumerateDirectories(Data, "cluster.init-*").Any(made => File.Exists(Path.Combine(made, "PG_VERSION")))),
            "The middle of initdb");
        await killed.KillAsync();
        Assert.False(Directory.Exists(Home.Cluster));

        await using var next = await StartAsync();

        Assert.Equal("1", await AskAsync(next, "SELECT 1"));
    }
}
