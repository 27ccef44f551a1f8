using Mana.Devices;
using Mana.Testing;
using Npgsql;

[assembly: AssemblyFixture(typeof(Mana.EndToEnd.Tests.Hosting.SharedHost))]

namespace Mana.EndToEnd.Tests.Hosting;

/// <summary>One host in its default configuration, for every test that only talks to it.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    public const string Origin = "https://app.example.test";
    public const string WildcardOrigin = "https://*.family.example.test";
    HostProcess? _host;

    public HostProcess Process => _host!;

    public Uri Address => Process.Address;

    public string Database { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync(migrated: false);
        _host = await HostProcess.StartAsync(Database, ("CORS_ORIGINS", $"{Origin}, {WildcardOrigin}"));
    }

    public HttpClient CreateClient() => Process.CreateClient();

    public Task<Account> CreateAccountAsync() => Process.CreateAccountAsync();

    public Task<T?> ScalarAsync<T>(string sql, params object[] values) => Stored.ScalarAsync<T>(Database, sql, values);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        if (Database.Length > 0)
            await TestCluster.DropDatabaseAsync(Database);
    }
}
