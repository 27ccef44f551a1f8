using System.Text.Json;

namespace Mana.Auth.Tests.Personas;

/// <summary>Automated test users (auth.md 17.4).</summary>
public sealed class PersonaTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    const string Path = "/api/v1/admin/personas";
    const string Runner = "/api/v1/internal/personas";

    [Fact]
    public async Task A_persona_is_an_account_of_its_own_kind_that_can_sign_in()
    {
        var admin = await world.AdminAsync();
        var email = AuthApi.NewEmail();
        var made = (await world.PostAsync(Path, admin, Descriptor(email.ToUpperInvariant()))).IsOk();
        Assert.Equal((email, true), (made["email"], made.Body.GetProperty("ok").GetBoolean()));
        var id = made["userId"]!;
        Assert.Equal(["persona", "founder", true, "founder", "personal"], Assert.Single(await world.RowsAsync(
            "SELECT u.kind, u.access_tier, u.email_verified, o.tier, o.type FROM auth.users u JOIN auth.organizations o ON o.owner_user_id = u.id WHERE u.id = $1", id)));
        (await world.Api.LoginAsync(email)).IsOk();
        // The address is taken as verified, and nobody is written to.
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.verification_tokens WHERE user_id = $1", id));

        var found = (await world.GetAsync($"{Path}/{id}", admin)).IsOk();
        var persona = found.Body.GetProperty("persona");
        Assert.Equal(("You study.", 0.5, "daily"), (persona.GetProperty("systemPrompt").GetString(), persona.GetProperty("moduleMix").GetProperty("todo").GetDouble(), persona.GetProperty("tickCadence").GetString()));
        Assert.Contains((await world.GetAsync(Path, admin)).IsOk().Body.GetProperty("personas").EnumerateArray(), row => row.GetProperty("userId").GetString() == id);
    }

    [Fact]
    public async Task Made_again_it_is_changed_and_a_new_password_ends_its_sessions()
    {
        var admin = await world.AdminAsync();
        var email = AuthApi.NewEmail();
        var id = (await world.PostAsync(Path, admin, Descriptor(email))).IsOk()["userId"]!;
        var session = (await world.Api.LoginAsync(email)).IsOk();
        await world.ScalarAsync("UPDATE auth.organizations SET tier = 'public' WHERE owner_user_id = $1", id);

        // The same password: the same hash, and whoever is signed in stays so.
        var hash = await world.ScalarAsync("SELECT password_hash FROM auth.users WHERE id = $1", id);
        Assert.Equal(id, (await world.PostAsync(Path, admin, Descriptor(email) with { Archetype = "teacher", TickCadence = "hourly" })).IsOk()["userId"]);
        Assert.Equal(["teacher", "hourly", "founder", hash], Assert.Single(await world.RowsAsync(
            "SELECT p.archetype, p.tick_cadence, o.tier, u.password_hash FROM auth.personas p JOIN auth.users u ON u.id = p.user_id JOIN auth.organizations o ON o.owner_user_id = u.id WHERE u.id = $1", id)));
        session = (await world.Api.RefreshAsync(session["refreshToken"])).IsOk();

        (await world.PostAsync(Path, admin, Descriptor(email) with { Password = "Anderes-Pferd-77" })).IsOk();
        Assert.Equal(401, (await world.Api.RefreshAsync(session["refreshToken"])).Status);
        Assert.Equal(401, (await world.Api.LoginAsync(email)).Status);
        (await world.Api.LoginAsync(email, "Anderes-Pferd-77")).IsOk();
    }

    [Fact]
    public async Task Scenario_86_a_human_neither_becomes_a_persona_nor_is_removed_as_one()
    {
        var (admin, human) = (await world.AdminAsync(), await world.PersonAsync());
        var before = await AccountAsync(human.UserId);
        var refused = await world.PostAsync(Path, admin, Descriptor(human.Email) with { Password = "Anderes-Pferd-77" });
        Assert.Equal((409, "Conflict", "NOT_A_PERSONA"), (refused.Status, refused["error"], refused["code"]));
        Assert.Equal(before, await AccountAsync(human.UserId));
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.personas WHERE user_id = $1", human.UserId));
        (await world.Api.LoginAsync(human.Email)).IsOk();

        var kept = await world.DeleteAsync($"{Path}/{human.UserId}", admin);
        Assert.Equal((400, "Not a persona"), (kept.Status, kept["error"]));
        Assert.NotEmpty(kept["hint"]!);
        Assert.Equal(before, await AccountAsync(human.UserId));
        Assert.Equal(404, (await world.DeleteAsync($"{Path}/nobody", admin)).Status);
        Assert.Equal(404, (await world.GetAsync($"{Path}/{human.UserId}", admin)).Status);
    }

    [Fact]
    public async Task A_removed_persona_leaves_nothing()
    {
        var admin = await world.AdminAsync();
        var email = AuthApi.NewEmail();
        var id = (await world.PostAsync(Path, admin, Descriptor(email))).IsOk()["userId"]!;
        (await world.ServiceAsync(HttpMethod.Post, $"{Runner}/{id}/actions", Actions("t1", "todo"))).IsOk();
        var session = (await world.Api.LoginAsync(email)).IsOk();
        var removed = (await world.DeleteAsync($"{Path}/{id}", admin)).IsOk();
        Assert.Equal((true, id), (removed.Body.GetProperty("ok").GetBoolean(), removed["deleted"]));
        Assert.Equal([0L, 0L, 0L, 0L], Assert.Single(await world.RowsAsync("""
            SELECT (SELECT count(*) FROM auth.users WHERE id = $1), (SELECT count(*) FROM auth.organizations WHERE owner_user_id = $1),
              (SELECT count(*) FROM auth.persona_actions WHERE persona_id = $1), (SELECT count(*) FROM auth.sessions WHERE user_id = $1)
            """, id)));
        Assert.Equal(401, (await world.Api.RefreshAsync(session["refreshToken"])).Status);
        Assert.Equal(404, (await world.DeleteAsync($"{Path}/{id}", admin)).Status);
        Assert.Equal(404, (await world.ServiceAsync(HttpMethod.Post, $"{Runner}/{id}/actions", Actions("t1", "todo"))).Status);
    }

    [Fact]
    public async Task Whoever_is_no_administrator_does_nothing_and_removal_wants_a_fresh_sign_in()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        foreach (var refused in (Answer[])[
                     await world.PostAsync(Path, person, Descriptor(AuthApi.NewEmail())), await world.GetAsync(Path, person), await world.GetAsync($"{Path}/x", person), await world.DeleteAsync($"{Path}/x", person)])
            Assert.Equal((403, "Forbidden"), (refused.Status, refused["error"]));
        Assert.Equal(401, (await world.GetAsync($"{Runner}/due", admin)).Status);

        var id = (await world.PostAsync(Path, admin, Descriptor(AuthApi.NewEmail()))).IsOk()["userId"]!;
        await world.ScalarAsync("UPDATE auth.sessions SET auth_time = auth_time - interval '16 minutes' WHERE user_id = $1", admin.UserId);
        admin = await world.RefreshedAsync(admin);
        Assert.Equal(403, (await world.DeleteAsync($"{Path}/{id}", admin)).Status);
        (await world.GetAsync($"{Path}/{id}", admin)).IsOk();
    }

    [Fact]
    public async Task Every_mistake_is_named()
    {
        var admin = await world.AdminAsync();
        var refused = await world.PostAsync(Path, admin, new { email = "x", password = "", archetype = " ", systemPrompt = "", moduleMix = new { todo = -1 }, tickCadence = "yearly" });
        Assert.Equal((400, "ValidationError"), (refused.Status, refused["error"]));
        Assert.Equal(
            ["email", "password", "archetype", "systemPrompt", "moduleMix", "tickCadence"],
            refused.Body.GetProperty("details").EnumerateArray().Select(detail => detail.GetString()!.Split(':')[0]));
        Assert.Contains("password", (await world.PostAsync(Path, admin, Descriptor(AuthApi.NewEmail()) with { Password = "1234567" })).Body.GetProperty("details")[0].GetString(), StringComparison.Ordinal);
        foreach (var mix in (string[])["[]", "\"x\"", "null", """{"todo":"1"}"""])
            Assert.Equal(400, (await world.RawAsync(Path, admin, $$"""{"email":"{{AuthApi.NewEmail()}}","password":"Korrekt-Pferd-9","archetype":"a","systemPrompt":"s","moduleMix":{{mix}}}""")).Status);
        Assert.Equal(400, (await world.RawAsync(Path, admin, "{")).Status);
    }

    [Fact]
    public async Task Actions_are_written_once_and_wake_the_persona()
    {
        var (one, two) = (await PersonaAsync("daily"), await PersonaAsync("daily"));
        var first = (await world.ServiceAsync(HttpMethod.Post, $"{Runner}/{one}/actions", Actions("t1", "todo", "notes"))).IsOk();
        Assert.Equal((true, 2), (first.Body.GetProperty("ok").GetBoolean(), first.Body.GetProperty("written").GetInt32()));
        Assert.Equal(1, (await world.ServiceAsync(HttpMethod.Post, $"{Runner}/{one}/actions", Actions("t1", "todo", "notes", "mail"))).IsOk().Body.GetProperty("written").GetInt32());
        // Another persona may have the same tick.
        Assert.Equal(2, (await world.ServiceAsync(HttpMethod.Post, $"{Runner}/{two}/actions", Actions("t1", "todo", "notes"))).IsOk().Body.GetProperty("written").GetInt32());
        Assert.Equal(["t1-0-todo", "t1-1-notes", "t1-2-mail"], (await world.RowsAsync("SELECT id FROM auth.persona_actions WHERE persona_id = $1 ORDER BY id", one)).Select(row => row[0]));
        Assert.Equal(world.Clock.GetUtcNow().UtcDateTime, await world.ScalarAsync("SELECT last_active_at FROM auth.personas WHERE user_id = $1", one));

        var path = $"{Runner}/{one}/actions";
        foreach (var bad in (object[])[
                     new { }, new { actions = Array.Empty<object>() }, new { actions = new object?[] { null } }, Actions("t2", [.. Enumerable.Repeat("x", 501)]),
                     new { actions = new[] { new { tickId = "t", toolName = "x", result = "maybe" } } }, new { actions = new[] { new { tickId = "t", toolName = "x", result = "ok", latencyMs = 1.5 } } }])
            Assert.Equal((400, "ValidationError"), ((await world.ServiceAsync(HttpMethod.Post, path, bad)).Status, (await world.ServiceAsync(HttpMethod.Post, path, bad))["error"]));
        Assert.Equal(500, (await world.ServiceAsync(HttpMethod.Post, path, Actions(new string('t', 200), [.. Enumerable.Repeat(new string('x', 100), 500)]))).IsOk().Body.GetProperty("written").GetInt32());
        Assert.Equal(255, await world.ScalarAsync("SELECT max(length(id)) FROM auth.persona_actions WHERE persona_id = $1", one));
        Assert.Equal(404, (await world.ServiceAsync(HttpMethod.Post, $"{Runner}/nobody/actions", Actions("t", "x"))).Status);
        Assert.Equal(401, (await world.ServiceAsync(HttpMethod.Post, path, Actions("t", "x"), key: "wrong")).Status);
    }

    [Fact]
    public async Task Ratings_are_whole_numbers_and_averages_are_averages()
    {
        var (one, two) = (await PersonaAsync("daily"), await PersonaAsync("daily"));
        var path = $"{Runner}/{one}/feedback";
        object[] ratings = [new { tickId = "t1", module = "todo", rating = 5 }, new { tickId = "t2", module = "todo", rating = 2, notes = "slow" }, new { tickId = "t1", module = "notes", rating = 1 }];
        Assert.Equal(3, (await world.ServiceAsync(HttpMethod.Post, path, new { feedback = ratings })).IsOk().Body.GetProperty("written").GetInt32());
        Assert.Equal(0, (await world.ServiceAsync(HttpMethod.Post, path, new { feedback = ratings })).IsOk().Body.GetProperty("written").GetInt32());
        Assert.Equal(3, (await world.ServiceAsync(HttpMethod.Post, $"{Runner}/{two}/feedback", new { feedback = ratings })).IsOk().Body.GetProperty("written").GetInt32());
        foreach (var rating in (object?[])[0, 6, 4.5, "5", null])
            Assert.Equal(400, (await world.ServiceAsync(HttpMethod.Post, path, new { feedback = new[] { new { tickId = "t9", module = "todo", rating } } })).Status);
        Assert.Equal(404, (await world.ServiceAsync(HttpMethod.Post, $"{Runner}/nobody/feedback", new { feedback = ratings })).Status);

        var found = (await world.GetAsync($"{Path}/{one}", await world.AdminAsync())).IsOk();
        Assert.Equal(
            [("notes", 1, 1.0), ("todo", 2, 3.5)],
            found.Body.GetProperty("feedbackByModule").EnumerateArray().Select(row => (row.GetProperty("module").GetString()!, row.GetProperty("count").GetInt32(), row.GetProperty("avgRating").GetDouble())));
    }

    async Task<string> PersonaAsync(string cadence) =>
        (await world.PostAsync(Path, await world.AdminAsync(), Descriptor(AuthApi.NewEmail()) with { TickCadence = cadence })).IsOk()["userId"]!;

    async Task<string> AccountAsync(string userId) => JsonSerializer.Serialize(await world.RowsAsync(
        "SELECT u.kind, u.access_tier, u.password_hash, u.security_stamp, u.name, o.tier FROM auth.users u JOIN auth.organizations o ON o.owner_user_id = u.id WHERE u.id = $1", userId));

    internal static PersonaBody Descriptor(string email) => new(email, "Anna", AuthApi.Password, "student", "You study.", new Dictionary<string, double> { ["todo"] = 0.5 }, "daily");

    static object Actions(string tick, params string[] tools) => new { actions = tools.Select(tool => new { tickId = tick, toolName = tool, result = "ok", latencyMs = 3 }) };

    internal sealed record PersonaBody(string Email, string Name, string Password, string Archetype, string SystemPrompt, Dictionary<string, double> ModuleMix, string TickCadence);
}
