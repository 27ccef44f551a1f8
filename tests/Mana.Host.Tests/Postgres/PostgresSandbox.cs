using System.Diagnostics;
using System.Globalization;
using Mana.Host.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mana.Host.Tests.Postgres;

/// <summary>A data directory for one test. Whatever server is left on it in the end is killed, and the directory removed.</summary>
public abstract class PostgresSandbox : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    protected PostgresSandbox()
    {
        Folder = Directory.CreateTempSubdirectory("mana-host-tests-").FullName;
        // mkdtemp makes 0700, which the unprivileged user of a root host cannot pass.
        SetMode(Folder, "0711");
        Data = Path.Combine(Folder, "pg");
    }

    protected string Folder { get; }

    protected string Data { get; }

    private protected PostgresHome Home => new(Data);

    private protected EmbeddedPostgresOptions Options => new() { DataDirectory = Data, Durable = false };

    private protected Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions? options = null, ILogger? logger = null) =>
        EmbeddedPostgres.StartAsync(options ?? Options, logger ?? NullLogger.Instance, TimeProvider.System, TestContext.Current.CancellationToken);

    private protected static async Task<string> AskAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) ?? "";
    }

    protected static async Task<bool> IsAliveAsync(int pid) => await ProcessProbe.IdentityAsync(pid, CancellationToken.None) is not null;

    protected static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"{what} has not happened within {Deadline}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    protected static async Task KillServerAsync(int pid)
    {
        using (var server = Process.GetProcessById(pid))
            server.Kill();
        await EventuallyAsync(async () => !await IsAliveAsync(pid), "The end of the killed server");
    }

    protected static void SetMode(string path, string octal)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(octal, 8));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var data in Directory.EnumerateDirectories(Folder))
            await RemoveAsync(new PostgresHome(data));
        // The initdb of a killed host may write into the folder for a moment more.
        await EventuallyAsync(() => Task.FromResult(TryDelete(Folder)), "The removal of the test's folder");
        GC.SuppressFinalize(this);
    }

    private protected static async Task RemoveAsync(PostgresHome home)
    {
        if (await Postmaster.FindAsync(home, CancellationToken.None) is { } left)
            await KillServerAsync(left.Pid);
        await EventuallyAsync(() => Task.FromResult(TryDelete(home.Root)), "The removal of the data directory");
    }

    private static bool TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
