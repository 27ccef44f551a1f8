using System.Collections.Concurrent;
using Mana.Auth.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Mana.Users.Tests;

/// <summary>One host for all classes: each test has people of its own. The clock stands, and a test moves it.</summary>
public sealed class UsersFixture : IAsyncLifetime, IErasedUsers
{
    int _people;

    /// <summary>Who is to count as erased.</summary>
    public ConcurrentDictionary<string, bool> Gone { get; } = new(StringComparer.Ordinal);

    public TestHost Host { get; private set; } = null!;

    public string Database { get; private set; } = "";

    public FakeClock Clock { get; } = new(new DateTimeOffset(2026, 1, 15, 10, 0, 0, TimeSpan.Zero));

    public async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync();
        Host = await new TestHost(Database).With(Clock).With(services => services.Replace(ServiceDescriptor.Singleton<IErasedUsers>(this))).StartAsync();
    }

    public ValueTask<bool> IsErasedAsync(string userId, CancellationToken cancellationToken) => new(Gone.ContainsKey(userId));

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
    }

    /// <summary>Somebody nobody has heard of.</summary>
    public Task<ApiCaller> PersonAsync() => AsAsync($"person-{Interlocked.Increment(ref _people)}");

    /// <summary>Somebody known, with a token that is good now.</summary>
    public async Task<ApiCaller> AsAsync(string userId) => new(await new TokenForge(Host).ClientForAsync(userId), userId);

    /// <summary>One value, as superuser.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync() is T result ? result : default;
    }
}

[CollectionDefinition(nameof(UsersCollection))]
public sealed class UsersCollection : ICollectionFixture<UsersFixture>;
