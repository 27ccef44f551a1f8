using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Spaces;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Tests.Spaces;

/// <summary>A host whose clock stands still, people who never sign in, and a record of the events.</summary>
public sealed class SpaceWorld : IAsyncLifetime
{
    TestHost _host = null!;

    internal FakeClock Clock { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567));

    internal string Database { get; private set; } = "";

    internal EventLog Events { get; private set; } = null!;

    internal ISpaceDirectory Directory => _host.Services.GetRequiredService<ISpaceDirectory>();

    public async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync();
        Events = new EventLog(Database);
        await Events.StartAsync();
        _host = await new TestHost(Database).With(Clock).StartAsync();
    }

    internal async Task<string> PersonAsync()
    {
        var id = Guid.NewGuid().ToString("N");
        await RunAsync("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at,
              two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES ($1, 'person', $1, $1, false, 'user', 'public', 'human', now(), now(), false, true, 0)
            """, id);
        return id;
    }

    /// <summary>One call in a scope of its own, as a request has.</summary>
    internal async Task<T> DoAsync<T>(Func<SpaceMemberships, Task<T>> call)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await call(scope.ServiceProvider.GetRequiredService<SpaceMemberships>());
    }

    internal async Task<string> SpaceAsync(string owner, SpaceType type = SpaceType.Team) =>
        Assert.IsType<SpaceCreation.Created>(await DoAsync(spaces => spaces.CreateAsync(type, "A space", owner, default))).SpaceId;

    internal Task<MembershipChange> AddAsync(string space, string person, string role) => DoAsync(spaces => spaces.AddAsync(space, person, role, default));

    internal Task<MembershipChange> RemoveAsync(string space, string person) => DoAsync(spaces => spaces.RemoveAsync(space, person, default));

    internal Task<MembershipChange> ChangeRoleAsync(string space, string person, string role) =>
        DoAsync(spaces => spaces.ChangeRoleAsync(space, person, role, default));

    internal Task<MembershipChange> DeleteAsync(string space) => DoAsync(spaces => spaces.DeleteAsync(space, default));

    internal async Task<SpaceMembership?> MembershipAsync(string space, string person) =>
        (await Directory.MembershipsOfAsync(person, default)).SingleOrDefault(membership => membership.SpaceId == space);

    internal async Task<object?> RunAsync(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
    }
}
