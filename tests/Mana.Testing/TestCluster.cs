using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Mana.Host.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mana.Testing;

/// <summary>
/// The PostgreSQL of the test run: the one that <c>infra/test</c> started (<c>MANA_TEST_POSTGRES</c>), else one of this process's own.
/// Holds one migrated template database, from which every test class gets a copy.
/// </summary>
public static class TestCluster
{
    static readonly Lazy<Task<string>> Server = new(StartAsync);
    static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);

    /// <summary>Superuser connection string of the maintenance database.</summary>
    public static Task<string> AdminAsync() => Server.Value;

    /// <summary>Creates an empty or (default) fully migrated database and returns its connection string, as superuser.</summary>
    public static async Task<string> CreateDatabaseAsync(bool migrated = true)
    {
        var name = "t_" + Guid.NewGuid().ToString("N");
        var from = migrated ? await Template.Value : "template1";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {from}");
        return new NpgsqlConnectionStringBuilder(await AdminAsync()) { Database = name }.ConnectionString;
    }

    public static async Task DropDatabaseAsync(string connectionString) =>
        await ExecuteAsync($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("MANA_TEST_POSTGRES") is { Length: > 0 } given)
            return given;
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = Directory.CreateTempSubdirectory("mana-test-").FullName,
            SearchPath = Environment.GetEnvironmentVariable("PATH"),
            Durable = false,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "300" },
        };
        File.SetUnixFileMode(options.DataDirectory, (UnixFileMode)0b111_101_101);
        var postgres = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, TimeProvider.System, CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(postgres, options.DataDirectory);
        return new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "postgres" }.ConnectionString;
    }

    static void Stop(EmbeddedPostgres postgres, string directory)
    {
        NpgsqlConnection.ClearAllPools();
        postgres.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Named by the build, so that the processes of one run share it and a rebuilt schema gets its own.</summary>
    static async Task<string> MakeTemplateAsync()
    {
        // The host names every module; what happens to be loaded already does not.
        var program = typeof(Program).Assembly;
        var builds = program.GetReferencedAssemblies().Where(reference => reference.Name!.StartsWith("Mana.", StringComparison.Ordinal)).Select(Assembly.Load)
            .Append(program).Select(assembly => assembly.ManifestModule.ModuleVersionId.ToString("N")).Order(StringComparer.Ordinal);
        var name = "mana_template_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(builds))))[..16];

        await using var connection = new NpgsqlConnection(await AdminAsync());
        await connection.OpenAsync();
        await ScalarAsync(connection, "SELECT pg_advisory_lock(hashtext($1))", name);
        if (await ScalarAsync(connection, "SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate", name) is null)
        {
            await ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            await ExecuteAsync($"CREATE DATABASE {name}");
            await using (var host = new TestHost(new NpgsqlConnectionStringBuilder(await AdminAsync()) { Database = name }.ConnectionString))
                await host.StartAsync();
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            await ExecuteAsync($"ALTER DATABASE {name} IS_TEMPLATE true");
        }

        return name;
    }

    static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, string value)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = value } }, CommandTimeout = 120 };
        return await command.ExecuteScalarAsync();
    }

    static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await AdminAsync());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
