using Npgsql;
using Xunit;

namespace Mana.Testing;

/// <summary>For <c>IClassFixture</c>: one host over one database of the class's own.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    /// <summary>Where the database is, when the test brings a server of its own.</summary>
    public string? Given { get; init; }

    /// <summary>Before the host starts.</summary>
    public Action<TestHost>? Configure { get; init; }

    public TestHost Host { get; private set; } = null!;

    public string Database { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Database = Given ?? await TestCluster.CreateDatabaseAsync();
        Host = new TestHost(Database);
        Configure?.Invoke(Host);
        await Host.StartAsync();
    }

    /// <summary>A superuser connection beside the host, for looking at what is stored.</summary>
    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>One value, read past row-level security.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync() is T result ? result : default;
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        if (Given is null)
            await TestCluster.DropDatabaseAsync(Database);
    }
}
