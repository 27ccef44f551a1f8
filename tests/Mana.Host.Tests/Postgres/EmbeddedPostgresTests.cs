using Mana.Host.Postgres;
using Microsoft.Extensions.Logging;

namespace Mana.Host.Tests.Postgres;

public sealed class EmbeddedPostgresTests : PostgresSandbox
{
    [Fact]
    public async Task First_start_makes_a_cluster_with_checksums_that_only_the_socket_reaches()
    {
        await using var postgres = await StartAsync(new() { DataDirectory = Data, Settings = new Dictionary<string, string> { ["work_mem"] = "5MB" } });

        Assert.Equal("1", await AskAsync(postgres, "SELECT 1"));
        Assert.Equal("mana", await AskAsync(postgres, "SELECT current_database()"));
        Assert.Equal("on", await AskAsync(postgres, "SHOW data_checksums"));
        Assert.Equal("UTF8", await AskAsync(postgres, "SHOW server_encoding"));
        Assert.StartsWith("C", await AskAsync(postgres, "SHOW lc_collate"), StringComparison.Ordinal);
        Assert.Equal("", await AskAsync(postgres, "SHOW listen_addresses"));
        Assert.Equal("5MB", await AskAsync(postgres, "SHOW work_mem"));
        foreach (var setting in (string[])["fsync", "synchronous_commit", "full_page_writes"])
            Assert.Equal("on", await AskAsync(postgres, $"SHOW {setting}"));
        if (!OperatingSystem.IsWindows())
        {
            var onlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Assert.Equal(onlyOwner, File.GetUnixFileMode(Home.Sockets));
            Assert.Equal(onlyOwner, File.GetUnixFileMode(Home.Cluster));
        }
    }

    [Fact]
    public async Task Data_survives_a_stop_and_the_stop_ends_the_server()
    {
        int first;
        await using (var postgres = await StartAsync())
        {
            first = postgres.ProcessId;
            await AskAsync(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
        }

        Assert.False(await IsAliveAsync(first));
        Assert.False(File.Exists(Home.OwnerFile));
        await using var again = await StartAsync();
        Assert.Equal("42", await AskAsync(again, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Tests_may_start_it_without_durability()
    {
        await using var postgres = await StartAsync();
        Assert.Equal("off", await AskAsync(postgres, "SHOW fsync"));
    }

    [Theory]
    [InlineData("listen_addresses", "*")]
    [InlineData("Port", "5433")]
    [InlineData("fsync", "off")]
    public async Task A_setting_that_would_open_or_weaken_the_cluster_is_refused(string name, string value)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartAsync(new() { DataDirectory = Data, Settings = new Dictionary<string, string> { [name] = value } }));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_ends_at_once_is_reported_with_the_end_of_its_log()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartAsync(new() { DataDirectory = Data, Durable = false, Settings = new Dictionary<string, string> { ["work_mem"] = "a lot" } }));

        Assert.Contains("invalid value for parameter \"work_mem\"", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Home.OwnerFile));
    }

    [Fact]
    public async Task A_half_made_cluster_is_not_taken_for_one()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Home.LockFile, "");
        var halfMade = Path.Combine(Data, "cluster.init-0badc0de");
        Directory.CreateDirectory(halfMade);
        await File.WriteAllTextAsync(Path.Combine(halfMade, "PG_VERSION"), "15\n");

        await using var postgres = await StartAsync();

        Assert.Equal("1", await AskAsync(postgres, "SELECT 1"));
        Assert.False(Directory.Exists(halfMade));
    }

    [Fact]
    public async Task A_directory_of_somebody_else_is_left_alone()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "thesis.txt"), "…");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync());

        Assert.Contains("left alone", error.Message, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(Data));
    }

    [Fact]
    public async Task The_log_is_rotated_at_a_start_when_it_is_long()
    {
        await using (await StartAsync())
        {
            // Makes the directory and its log.
        }

        await using (var log = File.OpenWrite(Home.LogFile))
            log.SetLength((10 * 1024 * 1024) + 1);

        await using var postgres = await StartAsync();

        Assert.True(new FileInfo(Home.LogFile).Length < 100_000);
        Assert.True(File.Exists(Home.LogFile + ".1"));
    }

    [Fact]
    public async Task A_cancelled_start_leaves_nothing_running()
    {
        using var cancel = new CancellationTokenSource();
        var start = EmbeddedPostgres.StartAsync(Options, new CancelOn("Making a PostgreSQL", cancel), TimeProvider.System, cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);

        Assert.Null(await Postmaster.FindAsync(Home, CancellationToken.None));
        Assert.False(Directory.Exists(Home.Cluster));
    }

    private sealed class CancelOn(string text, CancellationTokenSource cancel) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).StartsWith(text, StringComparison.Ordinal))
                cancel.CancelAfter(TimeSpan.FromMilliseconds(50));
        }
    }
}
