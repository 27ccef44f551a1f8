using System.Globalization;
using Mana.Devices;
using Mana.Host.Postgres;

namespace Mana.EndToEnd.Tests.Operations;

/// <summary>A newcomer's start: no <c>DATABASE_URL</c>, an empty folder.</summary>
public sealed class EmbeddedDatabaseTests
{
    [Fact]
    public async Task A_host_without_a_database_makes_one_keeps_it_and_stops_it()
    {
        await using var host = await HostProcess.StartAsync(null);
        var account = await host.CreateAccountAsync();
        var first = await PostmasterAsync(host);
        Assert.Equal(0, await host.TerminateAsync());
        Assert.False(await IsAliveAsync(first), "PostgreSQL outlived the host that owns it.");

        await host.RestartAsync();
        await SignInAsync(host, account);
        var second = await PostmasterAsync(host);

        await host.KillAsync();
        Assert.True(await IsAliveAsync(second), "PostgreSQL dies with a killed host.");
        await host.RestartAsync();
        await SignInAsync(host, account);
        Assert.Contains("Adopted the PostgreSQL", host.Output, StringComparison.Ordinal);
        Assert.Equal(second, await PostmasterAsync(host));

        Assert.Equal(0, await host.TerminateAsync());
        Assert.False(await IsAliveAsync(second), "An adopted PostgreSQL outlived its host.");
    }

    static async Task SignInAsync(HostProcess host, Account account)
    {
        using var http = host.CreateClient();
        Assert.Equal(account.UserId, (await Account.SignInAsync(http, account.Email)).UserId);
    }

    static async Task<int> PostmasterAsync(HostProcess host) => int.Parse(
        (await File.ReadAllLinesAsync(Path.Combine(host.Folder, ".data", "postgres", "cluster", "postmaster.pid")))[0], CultureInfo.InvariantCulture);

    static async Task<bool> IsAliveAsync(int pid) => await ProcessProbe.IdentityAsync(pid, CancellationToken.None) is not null;
}
