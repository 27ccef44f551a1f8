using System.Text;
using System.Text.Json.Nodes;
using Mana.Auth.Data;
using Mana.Auth.Spaces;
using Mana.Sync.Merge;
using Mana.Sync.Spaces;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Sync.Tests;

/// <summary>A host with a database of its own, people to push with, and a view of what is stored, past row-level security.</summary>
public sealed class SyncFixture : IAsyncLifetime
{
    readonly HostFixture _inner;
    int _people;

    public SyncFixture()
        : this(new HostFixture())
    {
    }

    internal SyncFixture(HostFixture inner) => _inner = inner;

    public TestHost Host => _inner.Host;

    public string Database => _inner.Database;

    public ValueTask InitializeAsync() => _inner.InitializeAsync();

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    public Task<NpgsqlConnection> OpenAsync() => _inner.OpenAsync();

    /// <summary>A person nobody has seen before, on device "a".</summary>
    internal async Task<SyncClient> PersonAsync(string device = "a") => await PersonAsync(Host, device);

    internal async Task<SyncClient> PersonAsync(TestHost host, string device = "a")
    {
        var userId = $"person-{Interlocked.Increment(ref _people)}";
        return new SyncClient(await new TokenForge(host).ClientForAsync(userId), userId, device);
    }

    /// <summary>A person with an account, who can therefore belong to spaces.</summary>
    internal async Task<SyncClient> MemberAsync(string device = "a")
    {
        var person = await PersonAsync(device);
        await _inner.ScalarAsync<object>("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at,
              two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES ($1, 'person', $1, $1, false, 'user', 'public', 'human', now(), now(), false, true, 0) RETURNING id
            """, person.UserId);
        return person;
    }

    /// <summary>A space of the first person, with the others as members.</summary>
    internal async Task<string> SpaceAsync(SyncClient owner, params SyncClient[] members)
    {
        var space = Assert.IsType<SpaceCreation.Created>(await SpacesAsync(owner, spaces => spaces.CreateAsync(SpaceType.Team, "A space", owner.UserId, default))).SpaceId;
        foreach (var member in members)
            await JoinAsync(space, member);
        return space;
    }

    internal Task JoinAsync(string space, SyncClient person, string role = "member") => SpacesAsync(person, spaces => spaces.AddAsync(space, person.UserId, role, default));

    internal Task LeaveAsync(string space, SyncClient person) => SpacesAsync(person, spaces => spaces.RemoveAsync(space, person.UserId, default));

    /// <summary>The host hears of it at once, as it does through the event.</summary>
    internal async Task<T> SpacesAsync<T>(SyncClient person, Func<SpaceMemberships, Task<T>> change)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        var result = await change(scope.ServiceProvider.GetRequiredService<SpaceMemberships>());
        Host.Services.GetRequiredService<Tenancy>().Forget(person.UserId);
        return result;
    }

    /// <summary>How many log rows this person has in the client's app.</summary>
    internal async Task<long> RowsAsync(SyncClient person) => await _inner.ScalarAsync<long>(
        "SELECT count(*) FROM sync.changes c JOIN sync.scopes s ON s.id = c.scope_id WHERE s.name = $1 AND c.app_id = $2", Scope(person), person.App);

    internal async Task<long> RowsOfAsync(string userId) =>
        await _inner.ScalarAsync<long>("SELECT count(*) FROM sync.changes c JOIN sync.scopes s ON s.id = c.scope_id WHERE s.name = $1", "user:" + userId);

    internal async Task<long> RecordsAsync(SyncClient person) => await _inner.ScalarAsync<long>(
        "SELECT count(*) FROM sync.records r JOIN sync.scopes s ON s.id = r.scope_id WHERE s.name = $1 AND r.app_id = $2", Scope(person), person.App);

    /// <summary>The newest position of this person's scope.</summary>
    internal async Task<long> NewestAsync(SyncClient person) =>
        await _inner.ScalarAsync<long>("SELECT last_seq FROM sync.scopes WHERE name = $1", Scope(person));

    internal async Task<long> ScopeIdAsync(string scope) => await _inner.ScalarAsync<long>("SELECT id FROM sync.scopes WHERE name = $1", scope);

    /// <summary>One column of the log rows of a record, as text, in order of acceptance.</summary>
    internal async Task<List<string?>> LogAsync(SyncClient person, string id, string column)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT ({column})::text FROM sync.changes c JOIN sync.scopes s ON s.id = c.scope_id WHERE s.name = $1 AND c.app_id = $2 AND c.record_id = $3 ORDER BY c.seq", connection);
        command.Parameters.Add(new() { Value = Scope(person) });
        command.Parameters.Add(new() { Value = person.App });
        command.Parameters.Add(new() { Value = id });
        await using var rows = await command.ExecuteReaderAsync();
        var values = new List<string?>();
        while (await rows.ReadAsync())
            values.Add(rows.IsDBNull(0) ? null : rows.GetString(0));
        return values;
    }

    /// <summary>The merged state of a record: the "state view" of the scenarios. Null when the server does not know it.</summary>
    internal async Task<RecordState?> StateAsync(SyncClient person, string id, string table = "tasks")
    {
        var stored = await _inner.ScalarAsync<string>(
            "SELECT r.state::text FROM sync.records r JOIN sync.scopes s ON s.id = r.scope_id WHERE s.name = $1 AND r.app_id = $2 AND r.table_name = $3 AND r.record_id = $4",
            Scope(person), person.App, table, id);
        return stored is null ? null : RecordStateJson.Read(Encoding.UTF8.GetBytes(stored));
    }

    /// <summary>One merged value, as the JSON text that is stored; null when the field is unknown.</summary>
    internal async Task<string?> ValueAsync(SyncClient person, string id, string field) =>
        (await StateAsync(person, id))?.Fields.TryGetValue(field, out var version) == true ? Encoding.UTF8.GetString(version.Value.Span) : null;

    /// <summary>Everything that a table of the module holds, as text.</summary>
    internal async Task<string> DumpAsync(string table) =>
        await _inner.ScalarAsync<string>($"SELECT coalesce(string_agg(t::text, E'\n'), '') FROM sync.{table} t") ?? "";

    internal async Task<long> CountAsync(string table) => await _inner.ScalarAsync<long>($"SELECT count(*) FROM {table}");

    internal static string Scope(SyncClient person) => "user:" + person.UserId;
}

internal static class JsonAssert
{
    /// <summary>Equal as JSON: the order of members does not matter, everything else does.</summary>
    public static void Same(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"expected {expected}\nactual   {actual?.ToJsonString() ?? "null"}");
}
