using System.Diagnostics;
using System.Globalization;
using Mana.Host.Postgres;
using Npgsql;

namespace Mana.Host.Tests.Postgres;

/// <summary>As whom, where and out of which binaries the server runs.</summary>
public sealed class PlacementTests : PostgresSandbox
{
    [Fact]
    public async Task It_never_runs_as_root_and_keeps_no_group_of_root()
    {
        await using var postgres = await StartAsync();

        Assert.NotEqual("0", await PsAsync("uid=", postgres.ProcessId));
        Assert.NotEqual("0", await PsAsync("gid=", postgres.ProcessId));
        if (OperatingSystem.IsLinux())
        {
            var status = await File.ReadAllLinesAsync($"/proc/{postgres.ProcessId}/status");
            var groups = status.Single(line => line.StartsWith("Groups:", StringComparison.Ordinal)).Split('\t', ' ');
            Assert.True(!Environment.IsPrivilegedProcess || !groups.Contains("0"), "The server kept the group root.");
        }
    }

    [Fact]
    public async Task A_signal_of_the_terminal_does_not_reach_it()
    {
        await using var postgres = await StartAsync();

        Assert.Equal(postgres.ProcessId.ToString(CultureInfo.InvariantCulture), await PsAsync("pgid=", postgres.ProcessId));
        Assert.NotEqual(await PsAsync("pgid=", Environment.ProcessId), await PsAsync("pgid=", postgres.ProcessId));
    }

    [Fact]
    public async Task It_inherits_nothing_of_the_hosts_environment()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await using var postgres = await StartAsync();

        var environment = await File.ReadAllTextAsync($"/proc/{postgres.ProcessId}/environ");

        Assert.Contains("LC_ALL=C", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("HOME=", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("DOTNET", environment, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a-folder-name-that-is-long-enough-to-leave-no-room-for-a-unix-socket-address-in-any-operating-system")]
    [InlineData("comma,separated")]
    public async Task A_path_unfit_for_a_socket_gets_one_under_the_temp_path(string folder)
    {
        string sockets;
        var options = new EmbeddedPostgresOptions { DataDirectory = Path.Combine(Folder, folder), Durable = false };
        await using (var postgres = await StartAsync(options))
        {
            sockets = new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Host!;
            Assert.DoesNotContain(Folder, sockets, StringComparison.Ordinal);
            Assert.Equal("1", await AskAsync(postgres, "SELECT 1"));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(sockets));

            await using var sharing = await StartAsync(options);
            Assert.Equal(postgres.ConnectionString, sharing.ConnectionString);
        }

        Assert.False(Directory.Exists(sockets));
    }

    [Fact]
    public async Task A_place_that_its_user_cannot_reach_is_replaced_and_the_log_says_so()
    {
        SetMode(Folder, "0700");
        var fallback = new PostgresHome(PostgresHome.FallbackOf(Data));
        var log = new LogLines();
        try
        {
            await using (var postgres = await StartAsync(logger: log))
            {
                Assert.Equal("1", await AskAsync(postgres, "SELECT 1"));
                Assert.Equal(Environment.IsPrivilegedProcess ? fallback.Root : Data, postgres.DataDirectory);
                Assert.Equal(Environment.IsPrivilegedProcess, log.Lines.Any(line => line.Contains($"{fallback.Root} instead of {Data}", StringComparison.Ordinal)));
            }

            // Opened later, the wanted place must not start empty while the data is in the other.
            SetMode(Folder, "0711");
            await using var again = await StartAsync();
            Assert.Equal(Environment.IsPrivilegedProcess ? fallback.Root : Data, again.DataDirectory);
        }
        finally
        {
            await RemoveAsync(fallback);
        }
    }

    [Fact]
    public async Task A_cluster_that_became_unreachable_is_not_replaced_by_an_empty_one()
    {
        await using (await StartAsync())
        {
            // Makes the cluster.
        }

        SetMode(Folder, "0700");
        if (Environment.IsPrivilegedProcess)
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync());
            Assert.Contains("chmod o+x", error.Message, StringComparison.Ordinal);
        }
        else
        {
            await using var again = await StartAsync();
            Assert.Equal(Data, again.DataDirectory);
        }
    }

    private static async Task<string> PsAsync(string column, int pid)
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["-o", column, "-p", pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return (await ps.StandardOutput.ReadToEndAsync()).Trim();
    }
}
