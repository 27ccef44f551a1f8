using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Sync.Tests.Live;

/// <summary>Two hosts on one database.</summary>
public sealed class Neighbours : IAsyncLifetime
{
    internal SyncFixture Inner { get; } = new();

    /// <summary>Where people push.</summary>
    internal TestHost Here => Inner.Host;

    /// <summary>Where the devices are that must hear of it.</summary>
    internal TestHost There { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Inner.InitializeAsync();
        There = await new TestHost(Inner.Database + ";Application Name=there").StartAsync();
        await ListensAsync(true);
    }

    /// <summary>The same person as a client of the other host.</summary>
    internal async Task<SyncClient> ThereAsync(SyncClient person, string device) => new(await new TokenForge(There).ClientForAsync(person.UserId), person.UserId, device, person.App);

    internal Task ListensAsync(bool does) => Soon.TrueAsync("the other host listens: " + does, async () => await ScalarAsync<bool>(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'there' AND query LIKE '%LISTEN mana_sync%')") == does);

    /// <summary>Breaks every connection of the other host, and lets nobody make a new one until this is disposed. What this host has goes on.</summary>
    internal async Task<IAsyncDisposable> DeafenAsync()
    {
        await WarmAsync();
        var name = new NpgsqlConnectionStringBuilder(Inner.Database).Database;
        await ScalarAsync<object>($"ALTER DATABASE {name} CONNECTION LIMIT 0");
        await ScalarAsync<long>("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'there'");
        await ListensAsync(false);
        return new Hearing(this, name!);
    }

    /// <summary>Gives this host connections that it keeps.</summary>
    async Task WarmAsync()
    {
        var database = Here.Services.GetRequiredService<NpgsqlDataSource>();
        foreach (var connection in await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => database.OpenConnectionAsync().AsTask())))
            await connection.DisposeAsync();
    }

    internal async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = await Inner.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T result ? result : default;
    }

    public async ValueTask DisposeAsync()
    {
        await There.DisposeAsync();
        await Inner.DisposeAsync();
    }

    sealed class Hearing(Neighbours hosts, string database) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await hosts.ScalarAsync<object>($"ALTER DATABASE {database} CONNECTION LIMIT -1");
    }
}

/// <summary>Hears what hosts tell each other.</summary>
internal sealed class Eavesdropper : IAsyncDisposable
{
    readonly NpgsqlConnection _connection;
    readonly List<string> _heard = [];

    Eavesdropper(NpgsqlConnection connection) => _connection = connection;

    public static async Task<Eavesdropper> OpenAsync(string database)
    {
        var ear = new Eavesdropper(new NpgsqlConnection(database + ";Pooling=false"));
        await ear._connection.OpenAsync();
        ear._connection.Notification += (_, notification) => ear._heard.Add(notification.Payload);
        await using var listen = new NpgsqlCommand("listen mana_sync", ear._connection);
        await listen.ExecuteNonQueryAsync();
        return ear;
    }

    /// <summary>Until a message that holds this text was sent.</summary>
    public async Task<string> UntilAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            if (_heard.Find(payload => payload.Contains(text, StringComparison.Ordinal)) is { } found)
                return found;
            await _connection.WaitAsync(patience.Token);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
