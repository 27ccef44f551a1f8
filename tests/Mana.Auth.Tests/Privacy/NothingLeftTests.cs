using Mana.Auth.Tests.Vault;

namespace Mana.Auth.Tests.Privacy;

/// <summary>The promise of the erasure, checked against the whole database: whatever table anybody adds is walked too.</summary>
public sealed class NothingLeftTests(PrivacyWorld world) : IClassFixture<PrivacyWorld>
{
    /// <summary>
    /// Where something may stay, each with its reason in modules/Auth/README.md ("What an erasure keeps"): the acts of administrators in the
    /// administrators' own logs, and the farewell in the log of mails.
    /// </summary>
    static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["auth.security_events"] = "SELECT count(*) FROM auth.security_events row WHERE {0} AND NOT (row.event_type = 'admin_action' AND row.user_id IS NOT NULL)",
        ["notify.deliveries"] = "SELECT count(*) FROM notify.deliveries row WHERE {0} AND NOT (row.template = 'account-deleted' AND row.user_id IS NULL)",
    };

    [Fact]
    public async Task Scenario_72_no_table_of_any_schema_keeps_the_person()
    {
        var (person, friend, admin) = (await world.PersonAsync(), await world.PersonAsync(), await world.AdminAsync());
        var space = await world.SpaceAsync(friend, person);
        await FillAsync(person, friend, admin, space);
        var before = await WalkAsync(person);
        foreach (var table in (string[])
                 [
                     "auth.users", "auth.sessions", "auth.members", "auth.organizations", "auth.api_keys", "auth.encryption_vaults", "auth.encryption_vault_audit", "auth.mission_grants",
                     "auth.verification_tokens", "auth.login_attempts", "auth.mail_allowances", "auth.security_events", "sync.scopes", "sync.records", "sync.changes", "notify.deliveries",
                 ])
            Assert.True(before.ContainsKey(table), $"The test put nothing into {table}.");

        (await world.EraseAsync(person)).IsOk();
        await world.Host.DrainAsync();
        await world.FlushAsync();
        await world.RunJobAsync(TimeSpan.FromMinutes(3));

        foreach (var (table, rows) in await WalkAsync(person))
            Assert.True(Allowed.TryGetValue(table, out var strict) && await CountAsync(strict, person) == 0, $"{table} still holds {rows} rows of an erased person.");
        Assert.Equal("kept", await world.ScalarAsync("SELECT 'kept' FROM sync.records WHERE record_id = 'shared-1'"));
        Assert.Contains("Stimmen", (string)(await world.ScalarAsync("SELECT state::text FROM sync.records WHERE record_id = 'shared-1'"))!, StringComparison.Ordinal);
    }

    async Task FillAsync(Person person, Person friend, Person admin, string space)
    {
        await world.Host.DrainAsync();
        (await world.Api.LoginAsync(person.Email)).IsOk();
        Assert.Equal(401, (await world.Api.LoginAsync(person.Email, "Falsch-Pferd-9")).Status);
        Assert.Equal(201, (await world.PostAsync("/api/v1/api-keys", person, new { name = person.Email })).Status);
        await new VaultApi(world, person).NewKeyAsync();
        (await world.PostAsync("/api/v1/me/ai-mission-grant", person, new { missionId = "m", tables = new[] { "notes" }, recordIds = new[] { "notes:1" } })).IsOk();
        await world.PushAsync(person, PrivacyWorld.Insert("t1", title: person.Email));
        var actor = $$"""
            "spaceId":"{{space}}","actor":{"kind":"user","principalId":"{{person.UserId}}","displayName":"A"}
            """;
        await world.PushAsync(person, PrivacyWorld.Insert("shared-1", title: "Stimmen", more: actor));
        await world.PushAsync(friend, PrivacyWorld.Insert("shared-2", more: $"\"spaceId\":\"{space}\""));
        (await world.Api.PostAsync("forgot-password", new { email = person.Email })).IsOk();
        (await world.PostAsync("/api/v1/auth/change-email", person, new { newEmail = AuthApi.NewEmail() })).IsOk();
        (await world.PutAsync($"/api/v1/admin/users/{person.UserId}/tier", admin, new { tier = "beta" })).IsOk();
        (await world.PostAsync("/api/v1/me/bootstrap-singletons", person)).IsOk();
        using (await world.Host.CreateClient().SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/me/data/export") { Headers = { Authorization = new("Bearer", person.Token) } }))
        {
            // Only that it leaves its line in the log.
        }

        await world.Host.DrainAsync();
        await world.FlushAsync();
    }

    /// <summary>Every row of every table as text: all columns of all types, ids with and without dashes, bytes as hex.</summary>
    async Task<Dictionary<string, long>> WalkAsync(Person person)
    {
        var tables = (await world.RowsAsync("""
            SELECT table_schema || '.' || quote_ident(table_name) FROM information_schema.tables
            WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') AND (table_schema, table_name) <> ('public', 'event_log') ORDER BY 1
            """)).ConvertAll(row => (string)row[0]!);
        Assert.True(tables.Count > 35, $"{tables.Count} tables");
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in tables)
            if (await CountAsync($"SELECT count(*) FROM {table} row WHERE {{0}}", person) is > 0 and var rows)
                found[table] = rows;
        return found;
    }

    async Task<long> CountAsync(string sql, Person person)
    {
        const string Names = "(strpos(replace(row::text, '-', ''), $1) > 0 OR strpos(lower(row::text), $2) > 0 OR strpos(row::text, $3) > 0 OR strpos(row::text, $4) > 0)";
        return (long)(await world.ScalarAsync(sql.Replace("{0}", Names, StringComparison.Ordinal), person.UserId.Replace("-", "", StringComparison.Ordinal), person.Email, Hex(person.UserId), Hex(person.Email)))!;
    }

    static string Hex(string text) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text));
}
