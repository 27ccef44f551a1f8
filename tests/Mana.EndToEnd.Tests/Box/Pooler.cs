using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;

namespace Mana.EndToEnd.Tests.Box;

/// <summary>
/// PgBouncer with the repository's configuration, except for addresses, few sessions so that they really are shared, and who may come in: the PostgreSQL of a
/// test trusts whoever reaches its socket.
/// </summary>
internal sealed class Pooler : IAsyncDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mana-pooler-").FullName;
    Process? _process;

    /// <summary>Role <c>mana_app</c>, through the pooler.</summary>
    public string ConnectionString { get; private set; } = "";

    public static async Task<Pooler> StartAsync(string database, int sessions)
    {
        var pooler = new Pooler();
        var direct = new NpgsqlConnectionStringBuilder(database);
        var port = FreePort();
        var configuration = await File.ReadAllTextAsync(Path.Combine(Script.Root, "infra/scale/pgbouncer.ini"));
        foreach (var (name, value) in new (string, string)[] {
            (direct.Database!, $"host={direct.Host} port={direct.Port} dbname={direct.Database} user=mana_app"),
            ("listen_addr", "127.0.0.1"), ("listen_port", port.ToString(CultureInfo.InvariantCulture)), ("default_pool_size", sessions.ToString(CultureInfo.InvariantCulture)),
            ("auth_type", "any"), ("auth_file", ""), ("auth_query", ""), ("admin_users", "mana_app") })
            configuration = Setting(name == direct.Database ? "mana" : name).Replace(configuration, value.Length == 0 ? "" : $"{name} = {value}", 1);
        var file = Path.Combine(pooler._folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(file, configuration);
        File.SetUnixFileMode(pooler._folder, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
        // It refuses to be root, and has to reach a socket that only the server's account may open.
        string[] arguments = Environment.UserName == "root" ? ["-q", "-u", "postgres", file] : ["-q", file];
        pooler._process = Process.Start(new ProcessStartInfo(File.Exists("/usr/sbin/pgbouncer") ? "/usr/sbin/pgbouncer" : "pgbouncer", arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        pooler._process.BeginErrorReadLine();
        pooler.ConnectionString = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Database = direct.Database, Username = "mana_app" }.ConnectionString;
        await Eventually.TrueAsync("PgBouncer listens", async () =>
        {
            Assert.False(pooler._process.HasExited, "PgBouncer has ended.");
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
        return pooler;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static Regex Setting(string name) => new($"(?m)^{name} = .*$", RegexOptions.None, TimeSpan.FromSeconds(1));

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
