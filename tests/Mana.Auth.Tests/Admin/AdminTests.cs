using System.Text.Json;
using Mana.Auth.Contracts;

namespace Mana.Auth.Tests.Admin;

public sealed class AdminTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    const string Path = "/api/v1/admin";

    [Fact]
    public async Task Scenario_84_only_administrators_get_in_and_the_database_says_who_that_is()
    {
        var person = await world.PersonAsync();
        var target = $"{Path}/users/{person.UserId}";
        foreach (var refused in (Answer[])
                 [
                     await world.GetAsync($"{Path}/stats", person), await world.GetAsync($"{Path}/users", person), await world.GetAsync($"{target}/tier", person),
                     await world.PutAsync($"{target}/tier", person, new { tier = "founder" }), await world.PutAsync($"{target}/role", person, new { role = "admin" }),
                     await world.PostAsync($"{target}/unlock", person), await world.PostAsync($"{target}/revoke-sessions", person),
                     await world.PutAsync($"{Path}/spaces/x/tier", person, new { tier = "founder" }),
                 ])
            Assert.Equal((403, "Forbidden", "Admin access required"), (refused.Status, refused["error"], refused["message"]));
        Assert.Equal(401, (await world.GetAsync($"{Path}/stats", null)).Status);

        // The token still says "user", and then still says "admin": neither counts (W1).
        await world.ScalarAsync("UPDATE auth.users SET role = 'admin' WHERE id = $1", person.UserId);
        (await world.GetAsync($"{Path}/stats", person)).IsOk();
        person = await world.RefreshedAsync(person);
        Assert.Equal("admin", Claims(person.Token).GetProperty("role").GetString());
        await world.ScalarAsync("UPDATE auth.users SET role = 'user' WHERE id = $1", person.UserId);
        Assert.Equal(403, (await world.GetAsync($"{Path}/stats", person)).Status);
    }

    [Fact]
    public async Task Scenario_84_a_tier_reaches_token_and_personal_space()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        var space = await world.PersonalSpaceAsync(person.UserId);
        var path = $"{Path}/users/{person.UserId}/tier";
        foreach (var bad in (object[])[new { tier = "god" }, new { tier = "Beta" }, new { tier = "2" }, new { }])
        {
            var refused = await world.PutAsync(path, admin, bad);
            Assert.Equal((400, "Invalid tier"), (refused.Status, refused["error"]));
        }

        Assert.Equal(
            $$$"""{"success":true,"user":{"id":"{{{person.UserId}}}","email":"{{{person.Email}}}","accessTier":"beta"}}""", (await world.PutAsync(path, admin, new { tier = "beta" })).IsOk().Text);
        Assert.Equal($$"""{"id":"{{person.UserId}}","email":"{{person.Email}}","accessTier":"beta"}""", (await world.GetAsync(path, admin)).IsOk().Text);
        Assert.Equal("beta", Claims((await world.RefreshedAsync(person)).Token).GetProperty("tier").GetString());
        Assert.Equal("beta", await world.ScalarAsync("SELECT tier FROM auth.organizations WHERE id = $1", space));
        foreach (var (type, key, id) in ((string, string, string)[])[(TierChanged.Name, "userId", person.UserId), (SpaceTierChanged.Name, "spaceId", space)])
            Assert.Equal("beta", await world.ScalarAsync("SELECT payload->>'tier' FROM public.event_log WHERE type = $1 AND payload->>$2 = $3", type, key, id));

        (await world.PutAsync($"{Path}/spaces/{space}/tier", admin, new { tier = "alpha" })).IsOk();
        Assert.Equal("alpha", await world.ScalarAsync("SELECT tier FROM auth.organizations WHERE id = $1", space));
        foreach (var missing in (Answer[])
                 [
                     await world.PutAsync($"{Path}/users/nobody/tier", admin, new { tier = "beta" }), await world.GetAsync($"{Path}/users/nobody/tier", admin),
                     await world.PutAsync($"{Path}/spaces/nothing/tier", admin, new { tier = "beta" }), await world.PostAsync($"{Path}/users/nobody/unlock", admin),
                     await world.PostAsync($"{Path}/users/nobody/revoke-sessions", admin), await world.PutAsync($"{Path}/users/nobody/role", admin, new { role = "user" }),
                 ])
            Assert.Equal((404, "Not found"), (missing.Status, missing["error"]));
    }

    [Fact]
    public async Task Every_call_is_written_down_with_actor_and_target()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        (await world.PutAsync($"{Path}/users/{person.UserId}/tier", admin, new { tier = "alpha" })).IsOk();
        Assert.Equal(400, (await world.PutAsync($"{Path}/users/{person.UserId}/tier", admin, new { tier = "x" })).Status);
        (await world.GetAsync($"{Path}/stats", admin)).IsOk();
        Assert.Equal(403, (await world.GetAsync($"{Path}/stats", person)).Status);

        var mine = (await world.EventsAsync(admin.UserId)).Where(entry => entry.Type == "admin_action").Select(entry => entry.Facts.GetRawText());
        Assert.Equal(
            [
                $$"""{"action":"user.tier","actor":"{{admin.UserId}}","target":"{{person.UserId}}","status":200,"value":"alpha"}""",
                $$"""{"action":"user.tier","actor":"{{admin.UserId}}","target":"{{person.UserId}}","status":400,"value":"x"}""",
                $$"""{"action":"stats","actor":"{{admin.UserId}}","status":200}""",
            ], mine);
        var theirs = (await world.EventsAsync(person.UserId)).Where(entry => entry.Type == "admin_action").Select(entry => entry.Facts.GetProperty("status").GetInt32());
        Assert.Equal([200, 403], theirs);
    }

    [Fact]
    public async Task Roles_change_and_the_last_administrator_stays()
    {
        await world.ScalarAsync("UPDATE auth.users SET role = 'user'");
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        var refused = await world.PutAsync($"{Path}/users/{admin.UserId}/role", admin, new { role = "user" });
        Assert.Equal((409, "LAST_ADMIN"), (refused.Status, refused["code"]));
        Assert.Equal((400, "Invalid role"), await StatusAndErrorAsync(new { role = "owner" }));
        Assert.Equal("admin", (await world.PutAsync($"{Path}/users/{person.UserId}/role", admin, new { role = "admin" })).IsOk()["user", "role"]);
        (await world.GetAsync($"{Path}/stats", person)).IsOk();
        (await world.PutAsync($"{Path}/users/{admin.UserId}/role", admin, new { role = "user" })).IsOk();
        Assert.Equal(403, (await world.GetAsync($"{Path}/stats", admin)).Status);

        async Task<(int, string?)> StatusAndErrorAsync(object body)
        {
            var answer = await world.PutAsync($"{Path}/users/{person.UserId}/role", admin, body);
            return (answer.Status, answer["error"]);
        }
    }

    [Fact]
    public async Task Destructive_calls_want_a_fresh_proof()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        world.Clock.Advance(TimeSpan.FromMinutes(15) + TimeSpan.FromSeconds(1));
        (admin, person) = (await world.RefreshedAsync(admin), await world.RefreshedAsync(person));
        foreach (var refused in (Answer[])
                 [
                     await world.PutAsync($"{Path}/users/{person.UserId}/role", admin, new { role = "admin" }), await world.PostAsync($"{Path}/users/{person.UserId}/revoke-sessions", admin),
                 ])
            Assert.Equal((403, "STEP_UP_REQUIRED"), (refused.Status, refused["code"]));
        (await world.GetAsync($"{Path}/users", admin)).IsOk();
        (await world.PostAsync("/api/v1/auth/logout", admin, new { })).IsOk();
        Assert.Equal(401, (await world.GetAsync($"{Path}/users", admin)).Status);
    }

    [Fact]
    public async Task Sessions_end_and_locks_open()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        (await world.Api.LoginAsync(person.Email)).IsOk();
        Assert.Equal(2, (await world.PostAsync($"{Path}/users/{person.UserId}/revoke-sessions", admin)).IsOk().Body.GetProperty("revoked").GetInt32());
        Assert.Equal(401, (await world.Api.RefreshAsync(person.RefreshToken)).Status);
        Assert.Equal("null", (await world.Api.SessionAsync(person.Token)).Text);
        Assert.Equal(2L, await world.ScalarAsync("SELECT count(*) FROM public.event_log WHERE type = 'auth.session_revoked' AND payload->>'userId' = $1", person.UserId));

        for (var guess = 0; guess < 5; guess++)
            Assert.Equal(401, (await world.Api.LoginAsync(person.Email, "Falsches-Pferd-9")).Status);
        Assert.Equal(429, (await world.Api.LoginAsync(person.Email)).Status);
        (await world.PostAsync($"{Path}/users/{person.UserId}/unlock", admin)).IsOk();
        (await world.Api.LoginAsync(person.Email)).IsOk();
        Assert.Contains(await world.EventsAsync(person.UserId), entry => entry.Type == "account_unlocked");
    }

    static JsonElement Claims(string token) =>
        JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;
}

/// <summary>Numbers and lists, over a database of their own.</summary>
public sealed class AdminListTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    const string Path = "/api/v1/admin";

    [Fact]
    public async Task Scenario_84_stats_match_what_is_there()
    {
        await world.EventsAsync("");
        await world.ScalarAsync("DELETE FROM auth.users");
        var admin = await world.AdminAsync();
        var (week, month, old) = (await world.PersonAsync(), await world.PersonAsync(), await world.PersonAsync());
        var (persona, gone) = (await world.PersonAsync(), await world.PersonAsync());
        await AgeAsync(week, 6);
        await AgeAsync(month, 29);
        await AgeAsync(old, 31);
        await world.ScalarAsync("UPDATE auth.users SET kind = 'persona' WHERE id = $1", persona.UserId);
        await world.ScalarAsync("UPDATE auth.users SET deleted_at = now() WHERE id = $1", gone.UserId);
        await world.ScalarAsync("UPDATE auth.sessions SET last_activity_at = $2 WHERE user_id = $1", old.UserId, world.Clock.GetUtcNow().AddHours(-25));
        (await world.PostAsync("/api/v1/auth/logout", month, new { })).IsOk();
        await world.EventsAsync(admin.UserId);
        await world.ScalarAsync("DELETE FROM auth.security_events");
        foreach (var (type, user, days) in ((string, string?, int)[])
                 [
                     ("login_success", week.UserId, 1), ("login_success", week.UserId, 8), ("login_success", persona.UserId, 1), ("passkey_login_success", old.UserId, 2),
                     ("login_failure", null, 1), ("login_failure", old.UserId, 6), ("login_failure", old.UserId, 7), ("login_failure", persona.UserId, 1), ("logout", old.UserId, 1),
                 ])
            await world.ScalarAsync(
                "INSERT INTO auth.security_events (id, user_id, event_type, metadata, created_at) VALUES (gen_random_uuid(), nullif($1, ''), $2, '{}', $3)",
                user ?? "", type, world.Clock.GetUtcNow().AddDays(-days));

        Assert.Equal(
            """{"totalUsers":4,"newUsers7d":2,"newUsers30d":3,"activeSessions":3,"uniqueUsers24h":2,"loginSuccess7d":2,"loginFailed7d":3,"generatedAt":"2026-11-20T12:00:00.000Z"}""",
            (await world.GetAsync($"{Path}/stats", admin)).IsOk().Text);
        Assert.Equal(
            """{"totalUsers":5,"newUsers7d":3,"newUsers30d":4,"activeSessions":4,"uniqueUsers24h":3,"loginSuccess7d":3,"loginFailed7d":4,"generatedAt":"2026-11-20T12:00:00.000Z"}""",
            (await world.GetAsync($"{Path}/stats?includePersonas=true", admin)).IsOk().Text);
    }

    [Fact]
    public async Task Scenario_85_a_search_means_what_it_says()
    {
        var admin = await world.AdminAsync();
        var (percent, score, slash) = (await NamedAsync("100% Zoë"), await NamedAsync("snake_case Zoë"), await NamedAsync(@"back\slash Zoë"));
        Assert.Equal([percent], await FoundAsync("%"));
        Assert.Equal([score], await FoundAsync("_CASE"));
        Assert.Equal([slash], await FoundAsync(@"\"));
        Assert.Equal(3, (await FoundAsync("zoë")).Count);
        Assert.Equal([percent], await FoundAsync((string)(await world.ScalarAsync("SELECT upper(email) FROM auth.users WHERE id = $1", percent))!));
        Assert.Empty(await FoundAsync("nobody at all"));
        Assert.Empty(await FoundAsync("100%\u0000 nothing"));

        async Task<List<string>> FoundAsync(string search) =>
            [.. (await world.GetAsync($"{Path}/users?search={Uri.EscapeDataString(search)}", admin)).IsOk().Body.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("id").GetString()!)];
    }

    [Fact]
    public async Task Scenario_85_limits_are_clamped_and_pages_come_newest_first()
    {
        var admin = await world.AdminAsync();
        await world.ScalarAsync("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at, two_factor_enabled, lockout_enabled, access_failed_count)
            SELECT 'bulk' || n, 'bulk', 'bulk' || n || '@example.test', 'bulk' || n || '@example.test', false, 'user', 'founder', 'human', '2020-01-01'::timestamptz + n * interval '1 day', now(), false, true, 0
            FROM generate_series(1, 120) n
            """);
        var all = (await world.GetAsync($"{Path}/users?limit=1000&search=bulk", admin)).IsOk().Body;
        Assert.Equal((100, 120, 1, 100), (all.GetProperty("users").GetArrayLength(), all.GetProperty("total").GetInt32(), all.GetProperty("page").GetInt32(), all.GetProperty("limit").GetInt32()));
        Assert.Equal("bulk120", all.GetProperty("users")[0].GetProperty("id").GetString());
        var second = (await world.GetAsync($"{Path}/users?limit=0&page=2&search=bulk", admin)).IsOk().Body;
        Assert.Equal("bulk119", Assert.Single(second.GetProperty("users").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(1, (await world.GetAsync($"{Path}/users?page=-3", admin)).IsOk().Body.GetProperty("page").GetInt32());
        Assert.Equal(0, (await world.GetAsync($"{Path}/users?page=2147483647", admin)).IsOk().Body.GetProperty("users").GetArrayLength());
        Assert.Equal(400, (await world.GetAsync($"{Path}/users?page=many", admin)).Status);

        var founders = (await world.GetAsync($"{Path}/users?tier=founder&limit=7", admin)).IsOk().Body;
        Assert.Equal((7, 7), (founders.GetProperty("count").GetInt32(), founders.GetProperty("users").GetArrayLength()));
        Assert.Equal("Invalid tier", (await world.GetAsync($"{Path}/users?tier=god", admin))["error"]);
        var self = (await world.GetAsync($"{Path}/users?search={admin.Email}", admin)).IsOk().Body.GetProperty("users")[0];
        Assert.Equal(("admin", "public", "human"), (self.GetProperty("role").GetString(), self.GetProperty("accessTier").GetString(), self.GetProperty("kind").GetString()));
        Assert.Equal(world.Clock.GetUtcNow(), self.GetProperty("lastActiveAt").GetDateTimeOffset());
    }

    async Task<string> NamedAsync(string name)
    {
        var person = await world.PersonAsync();
        await world.ScalarAsync("UPDATE auth.users SET name = $2 WHERE id = $1", person.UserId, name);
        return person.UserId;
    }

    Task AgeAsync(Person person, int days) => world.ScalarAsync("UPDATE auth.users SET created_at = $2 WHERE id = $1", person.UserId, world.Clock.GetUtcNow().AddDays(-days));
}
