using System.Diagnostics;
using Mana.Sync.Compaction;
using Mana.Sync.Replicas;
using Mana.Sync.Tests.Live;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Sync.Tests.Replicas;

/// <summary>A PostgreSQL of the class's own with a streaming standby, and a host that knows both.</summary>
public sealed class ReplicaFixture : IAsyncLifetime
{
    readonly List<string> _servers = [];

    internal SyncFixture Inner { get; private set; } = null!;

    internal TestHost Host => Inner.Host;

    internal ReplicaSet Replicas => Host.Services.GetRequiredService<ReplicaSet>();

    /// <summary>Superuser, the host's database.</summary>
    internal string Primary { get; private set; } = "";

    internal string Standby { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var server = await ScratchAsync();
        // As a server is run that keeps what it acknowledges; the script's own are faster than that.
        await RunAsync(server, "ALTER ROLE ALL SET synchronous_commit = on");
        await RunAsync(server, "CREATE DATABASE mana");
        Primary = In(server);
        Standby = await StandbyAsync();
        Inner = new SyncFixture(new HostFixture { Given = Primary, Configure = host => host.With("Database:ReadUrl", Standby) });
        await Inner.InitializeAsync();
        await RunAsync(Primary, """
            CREATE FUNCTION sync.test_gate(app text, seq bigint) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
            CREATE POLICY test_gate ON sync.changes AS RESTRICTIVE FOR SELECT TO mana_app USING (sync.test_gate(app_id, seq));
            CREATE POLICY test_gate ON sync.records AS RESTRICTIVE FOR SELECT TO mana_app USING (sync.test_gate(app_id, last_seq));
            """);
        await UsedAsync();
    }

    /// <summary>A further standby of the same primary.</summary>
    internal async Task<string> StandbyAsync()
    {
        var server = await ScratchAsync("standby", _servers[0]);
        // Reads stand in the way of replay only where a test wants that.
        await RunAsync(server, "ALTER SYSTEM SET max_standby_streaming_delay = -1");
        await RunAsync(server, "SELECT pg_reload_conf()");
        return In(server);
    }

    /// <summary>Runs for every row of the log and of the records that the host sees: plpgsql with <c>app</c> and <c>seq</c>.</summary>
    internal Task GateAsync(string statements) =>
        RunAsync(Primary, $"CREATE OR REPLACE FUNCTION sync.test_gate(app text, seq bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN {statements} RETURN true; END $$");

    /// <summary>From now on no row of this app can be read from the primary.</summary>
    internal async Task OnlyStandbyAsync(string app)
    {
        await GateAsync($"IF app = '{app}' AND NOT pg_is_in_recovery() THEN RAISE EXCEPTION 'read from the primary'; END IF;");
        await UsedAsync();
    }

    internal async Task PauseAsync()
    {
        await RunAsync(Standby, "SELECT pg_wal_replay_pause()");
        await Soon.TrueAsync("Replay is paused", async () => await ScalarAsync<string>(Standby, "SELECT pg_get_wal_replay_pause_state()") == "paused");
    }

    internal async Task ResumeAsync()
    {
        await RunAsync(Standby, "SELECT pg_wal_replay_resume()");
        await UsedAsync();
    }

    /// <summary>Looks as the watch does, until every standby is read from.</summary>
    internal Task UsedAsync() => Soon.TrueAsync("The standby is used", async () =>
    {
        await Host.Services.GetRequiredService<ReplicaWatch>().LookAsync(CancellationToken.None);
        return Replicas.Used == Replicas.Configured;
    });

    internal async Task CompactAsync() => await Host.Services.GetRequiredService<Compactor>().RunAsync(TimeSpan.Zero, TimeSpan.FromDays(180), CancellationToken.None);

    /// <summary>How many pages had this result, since the host started.</summary>
    internal async Task<long> ReadsAsync(string result, TestHost? host = null)
    {
        using var http = (host ?? Host).CreateClient();
        var line = (await http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n').FirstOrDefault(line =>
            line.StartsWith("mana_sync_replica_reads_total{", StringComparison.Ordinal) && line.Contains($"result=\"{result}\"", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    internal static async Task RunAsync(string server, string sql)
    {
        await using var connection = await OpenAsync(server);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    internal static async Task<T?> ScalarAsync<T>(string server, string sql)
    {
        await using var connection = await OpenAsync(server);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    internal static async Task<NpgsqlConnection> OpenAsync(string server)
    {
        var connection = new NpgsqlConnection(server + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>SIGQUIT to the postmaster: no goodbye to anybody.</summary>
    internal static async Task KillAsync(string server)
    {
        var file = Path.Combine(new NpgsqlConnectionStringBuilder(server).Host!, "cluster", "postmaster.pid");
        var pid = (await File.ReadAllLinesAsync(file))[0];
        using var kill = Process.Start("/bin/kill", ["-QUIT", pid]);
        await kill.WaitForExitAsync();
        await Soon.TrueAsync("The server is gone", () => !File.Exists(file));
    }

    async Task<string> ScratchAsync(params string[] arguments)
    {
        var (script, started) = (ScriptPath(), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var line in (await OutputAsync(script, arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            started[line[..line.IndexOf('=', StringComparison.Ordinal)]] = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
        _servers.Add(started["MANA_TEST_POSTGRES_DIR"]);
        return started["MANA_TEST_POSTGRES"];
    }

    static string In(string server) => new NpgsqlConnectionStringBuilder(server) { Database = "mana" }.ConnectionString;

    static string ScriptPath()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Mana.Platform.sln")))
                return Path.Combine(folder, "infra", "postgres", "scratch");
        throw new InvalidOperationException("No Mana.Platform.sln above the test's own folder.");
    }

    static async Task<string> OutputAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        if (Inner is not null)
            await Inner.DisposeAsync();
        for (var i = _servers.Count - 1; i >= 0; i--)
            await OutputAsync(ScriptPath(), ["stop", _servers[i]]);
    }
}
