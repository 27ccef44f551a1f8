using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mana.Host.Postgres;
using Npgsql;

namespace Mana.EndToEnd.Tests.Box;

/// <summary>PostgreSQL as the box has it: with the repository's <c>pg_hba.conf</c>, reached by TCP and password. It can be killed, and lost with all its files.</summary>
internal sealed class BoxPostgres : IAsyncDisposable
{
    const string Password = "a-password-of-the-box";
    readonly PostgresAccount _account;
    readonly PostgresBinaries _binaries;
    readonly string _folder = Directory.CreateTempSubdirectory("mana-box-pg-").FullName;
    string _data;
    int _port;

    BoxPostgres(PostgresAccount account, PostgresBinaries binaries)
    {
        (_account, _binaries) = (account, binaries);
        _data = Path.Combine(_folder, "data");
    }

    public string ConnectionString => new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = _port, Username = "mana", Password = Password, Database = "mana", Pooling = false }.ConnectionString;

    public static async Task<BoxPostgres> StartAsync()
    {
        var account = await PostgresAccount.ResolveAsync(CancellationToken.None);
        var postgres = new BoxPostgres(account, await PostgresBinaries.FindAsync(new() { SearchPath = Environment.GetEnvironmentVariable("PATH") }, null, CancellationToken.None));
        await File.WriteAllTextAsync(Path.Combine(postgres._folder, "password"), Password);
        File.Copy(Path.Combine(Script.Root, "infra/postgres/pg_hba.conf"), Path.Combine(postgres._folder, "pg_hba.conf"));
        await account.OwnAsync(postgres._folder, CancellationToken.None);
        await postgres.RunAsync(postgres._binaries.InitDb, "-D", postgres._data, "-U", "mana", "-E", "UTF8", "--locale=C", "--data-checksums", "-A", "scram-sha-256",
            "--pwfile", Path.Combine(postgres._folder, "password"), "--no-sync");
        await postgres.StartAsync(postgres._data);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "postgres" }.ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand("CREATE DATABASE mana", connection);
        await create.ExecuteNonQueryAsync();
        return postgres;
    }

    /// <summary>Starts on a directory, which may be what a restore has made.</summary>
    public async Task StartAsync(string data)
    {
        _data = data;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        await RunAsync(_binaries.PgCtl, "start", "-D", _data, "-w", "-t", "60", "-l", Path.Combine(_folder, "log"),
            "-o", $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c hba_file={_folder}/pg_hba.conf -c max_slot_wal_keep_size=8GB -c max_connections=120 -c fsync=off");
    }

    /// <summary>kill -9, and nothing of its files is left.</summary>
    public async Task LoseAsync()
    {
        await KillAsync();
        Directory.Delete(_data, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Its processes end with the postmaster, a little later.</summary>
    async Task KillAsync()
    {
        var file = Path.Combine(_data, "postmaster.pid");
        if (!File.Exists(file))
            return;
        var pid = int.Parse((await File.ReadAllLinesAsync(file))[0], CultureInfo.InvariantCulture);
        var processes = (await _account.RunAsync("ps", ["-o", "pid=", "--ppid", $"{pid}"], CancellationToken.None)).Output
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(each => int.Parse(each, CultureInfo.InvariantCulture)).Append(pid).ToList();
        await Signals.SendAsync("KILL", pid);
        foreach (var process in processes)
            await Eventually.TrueAsync("PostgreSQL is gone", async () => await ProcessProbe.IdentityAsync(process, CancellationToken.None) is null);
        File.Delete(file);
    }

    async Task RunAsync(string program, params string[] arguments)
    {
        // pg_ctl's server keeps the streams of its starter open.
        var answer = await _account.RunAsync("/bin/sh", ["-c", "\"$0\" \"$@\" >\"$OUT\" 2>&1 </dev/null || { cat \"$OUT\"; exit 1; }".Replace("$OUT", _folder + "/said", StringComparison.Ordinal), program, .. arguments], CancellationToken.None);
        Assert.True(answer.Succeeded, answer.Output);
    }
}
