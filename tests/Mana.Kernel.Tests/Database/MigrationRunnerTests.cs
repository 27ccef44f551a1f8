using Mana.Kernel.Database;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Mana.Kernel.Tests.Database;

public sealed class MigrationRunnerTests
{
    [Fact]
    public async Task Four_hosts_that_start_at_once_on_an_empty_database_migrate_it_once()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        var hosts = Enumerable.Range(0, 4).Select(_ => new TestHost(database)).ToList();
        try
        {
            await Task.WhenAll(hosts.Select(host => Task.Run(host.StartAsync)));
            await using var connection = new NpgsqlConnection(database);
            await connection.OpenAsync();
            foreach (var schema in new[] { "jobs", "auth", "sync" })
            {
                await using var rows = new NpgsqlCommand($"SELECT count(*) = count(DISTINCT \"MigrationId\") AND count(*) > 0 FROM {schema}.__migrations", connection);
                Assert.Equal(true, await rows.ExecuteScalarAsync());
            }

            await using var owner = new NpgsqlCommand("SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname IN ('jobs', 'auth', 'sync')", connection);
            Assert.Equal("mana_owner", await owner.ExecuteScalarAsync());
        }
        finally
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
            await TestCluster.DropDatabaseAsync(database);
        }
    }

    [Fact]
    public async Task The_app_role_refuses_to_serve_an_older_schema()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        var current = await TestCluster.CreateDatabaseAsync();
        await using var host = await new TestHost(current).StartAsync();
        var options = new DatabaseOptions { Url = new NpgsqlConnectionStringBuilder(database) { Username = "mana_app" }.ConnectionString };
        var runner = new MigrationRunner(options, host.Services.GetServices<ModuleSchema>(), NullLogger<MigrationRunner>.Instance);

        var refused = await Assert.ThrowsAsync<StartupRefusedException>(() => runner.RunAsync(default));

        Assert.Contains("DATABASE_MIGRATION_URL", refused.Message, StringComparison.Ordinal);
        await host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(current);
        await TestCluster.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task A_superuser_is_recognised_as_one_that_bypasses_row_level_security()
    {
        await using var connection = new NpgsqlConnection(await TestCluster.AdminAsync());
        await connection.OpenAsync();
        Assert.Equal("is a superuser", await RuntimeRole.ProblemAsync(connection, default));
    }

    [Fact]
    public async Task The_host_serves_as_mana_app_whatever_role_it_was_given()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using var host = await new TestHost(database).StartAsync();
        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT session_user || ' ' || current_user");
        Assert.Equal("mana_app mana_app", await command.ExecuteScalarAsync());
        await host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(database);
    }
}
