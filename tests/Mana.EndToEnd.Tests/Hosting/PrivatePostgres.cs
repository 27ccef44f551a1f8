using Mana.Host.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mana.EndToEnd.Tests.Hosting;

/// <summary>A PostgreSQL of one test class's own, to be killed, restarted, or have its roles changed. Durable: what it acknowledged must survive.</summary>
public sealed class PrivatePostgres : IAsyncLifetime
{
    readonly EmbeddedPostgresOptions _options = new() { DataDirectory = Directory.CreateTempSubdirectory("mana-e2e-pg-").FullName, SearchPath = Environment.GetEnvironmentVariable("PATH") };
    EmbeddedPostgres? _server;

    /// <summary>Superuser, database <c>mana</c>; the same before and after a restart.</summary>
    public string ConnectionString => _server!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(_options.DataDirectory, (UnixFileMode)0b111_001_001);
        await StartAsync();
    }

    public async Task StartAsync() => _server = await EmbeddedPostgres.StartAsync(_options, NullLogger.Instance, TimeProvider.System, CancellationToken.None);

    /// <summary>What <c>pg_ctl stop -m immediate</c> does: SIGQUIT, no checkpoint, recovery at the next start.</summary>
    public async Task CrashAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await Signals.SendAsync("QUIT", _server!.ProcessId);
        await Eventually.TrueAsync("PostgreSQL is gone", async () => await ProcessProbe.IdentityAsync(_server.ProcessId, CancellationToken.None) is null);
    }

    public async Task<string> CreateDatabaseAsync()
    {
        var name = "t_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_options.DataDirectory, recursive: true);
    }
}
