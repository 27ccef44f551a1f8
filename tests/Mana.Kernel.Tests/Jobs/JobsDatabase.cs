using System.Security.Cryptography;
using Mana.Kernel.Jobs;
using Npgsql;
using Xunit;

namespace Mana.Kernel.Tests.Jobs;

/// <summary>A database of its own per test class, with the scheduler's tables, and roles that may do no more than the run-time role.</summary>
public sealed class JobsDatabase : IAsyncLifetime
{
    private readonly string _name = "jobs_" + RandomNumberGenerator.GetHexString(12, lowercase: true);
    private readonly List<string> _roles = [];
    private NpgsqlConnectionStringBuilder _server = null!;

    /// <summary>As superuser, for looking into the tables.</summary>
    public NpgsqlDataSource Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _server = new NpgsqlConnectionStringBuilder(await Mana.Testing.TestCluster.AdminAsync());
        await OnServerAsync($"create database {_name}");
        Admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = _name, MaxPoolSize = 10 });
        await ExecuteAsync(QuartzSchema.Sql);
    }

    public async ValueTask DisposeAsync()
    {
        await Admin.DisposeAsync();
        await OnServerAsync($"drop database {_name} with (force)");
        foreach (var role in _roles) await OnServerAsync($"drop role {role}");
    }

    /// <summary>A data source under a role of its own with the grants of <c>mana_app</c>.</summary>
    public async Task<NpgsqlDataSource> AsAppAsync()
    {
        var role = $"{_name}_{_roles.Count}";
        _roles.Add(role);
        var password = RandomNumberGenerator.GetHexString(16);
        await ExecuteAsync($"""
            create role {role} login password '{password}';
            grant usage on schema jobs to {role};
            grant select, insert, update, delete on all tables in schema jobs to {role};
            """);
        return NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = _name, Username = role, Password = password, MaxPoolSize = 10 });
    }

    /// <summary>What <c>kill -9</c> of a host looks like from the database: its sessions end, and nothing of it comes back.</summary>
    public async Task CutOffAsync(NpgsqlDataSource app)
    {
        var role = new NpgsqlConnectionStringBuilder(app.ConnectionString).Username;
        // Its own transaction: until it is committed, a session that is ended comes back at once, and the host with it.
        await ExecuteAsync($"alter role {role} nologin");
        await Eventually.TrueAsync(
            async () => (await QueryAsync<bool>($"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}'")).Count == 0,
            $"no session of {role}");
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql)
    {
        await using var command = Admin.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(reader.GetFieldValue<T>(0));
        return rows;
    }

    private async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
