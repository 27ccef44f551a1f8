using Mana.Auth.Contracts;
using Mana.Testing.Mail;

namespace Mana.Auth.Tests.Privacy;

/// <summary>auth.md 19.3.</summary>
public sealed class ErasureTests(PrivacyWorld world) : IClassFixture<PrivacyWorld>
{
    static readonly TimeSpan Later = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Scenario_72_without_a_fresh_proof_nothing_happens()
    {
        var person = await world.PersonAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        person = await world.RefreshedAsync(person);
        foreach (var path in (string[])["/api/v1/me/data", "/api/v1/auth/account"])
        {
            (await world.EraseAsync(person, null, path)).IsRefused(403, "STEP_UP_REQUIRED");
            (await world.EraseAsync(person, new { password = "Falsch-Pferd-9" }, path)).IsRefused(401, "INVALID_CREDENTIALS");
        }

        Assert.Equal(403, (await world.PostAsync("/api/auth/delete-user", person, new { })).Status);
        Assert.Equal(401, (await world.Api.CallAsync("DELETE", "/api/v1/me/data")).Status);
        (await world.EraseAsync(person, "[]")).IsRefused(400, "VALIDATION");
        (await world.EraseAsync(person, "{")).IsRefused(400, "VALIDATION");
        foreach (var wish in (string[])
                 [
                     "\"deleteSpaces\":7", "\"deleteSpaces\":[1]", "\"transferTo\":7", "\"transferTo\":{\"s\":1}", """
                     "transferTo":"\u0000"
                     """, """
                     "transferTo":"\ud800"
                     """, """
                     "transferTo":{"\ud800":"u"}
                     """, """
                     "deleteSpaces":["\ud800"]
                     """,
                 ])
            (await world.EraseAsync(person, $$"""{"password":"{{AuthApi.Password}}",{{wish}}}""")).IsRefused(400, "VALIDATION");
        (await world.GetAsync("/api/v1/me/data", person)).IsOk();
        Assert.False(await world.IsErasedAsync(person.UserId));
        (await world.EraseAsync(person, new { password = AuthApi.Password })).IsOk();
    }

    [Fact]
    public async Task Scenario_72_the_account_is_gone_its_tokens_are_dead_and_its_address_is_free()
    {
        var person = await world.PersonAsync();
        await world.Host.DrainAsync();
        var other = (await world.Api.LoginAsync(person.Email)).IsOk();
        var key = (await world.PostAsync("/api/v1/api-keys", person, new { name = "k" }))["key"]!;
        await world.PushAsync(person, PrivacyWorld.Insert("t1") + "," + PrivacyWorld.Insert("t2"));
        world.Gadget.Rows[person.UserId] = 7;

        var report = (await world.EraseAsync(person)).IsOk();
        Assert.Equal(["success", "status", "deletedFromProjects", "deletedFromAuth", "totalDeleted"], report.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal((true, "completed"), (report.Body.GetProperty("success").GetBoolean(), report["status"]));
        // Two accounts of the ledger: what is available, and what is held.
        Assert.Equal("""{"sessions":2,"accounts":1,"credits":2,"user":true}""", report.Body.GetProperty("deletedFromAuth").GetRawText());
        var projects = report.Body.GetProperty("deletedFromProjects").EnumerateArray().ToDictionary(project => project.GetProperty("projectId").GetString()!);
        Assert.Equal("""{"projectId":"gadget","projectName":"gadget","success":true,"deletedCount":7}""", projects["gadget"].GetRawText());
        Assert.Equal("Sync-Daten", projects["sync"].GetProperty("projectName").GetString());
        Assert.True(projects["sync"].GetProperty("deletedCount").GetInt64() >= 4);
        Assert.Equal(projects.Values.Sum(project => project.GetProperty("deletedCount").GetInt64()) + 4, report.Body.GetProperty("totalDeleted").GetInt64());

        foreach (var token in (string[])[person.Token, other["accessToken"]!])
        {
            Assert.Equal(401, (await world.Api.CallAsync("GET", "/api/v1/me/data", bearer: token)).Status);
            Assert.Equal(401, (await world.Api.CallAsync("GET", "/sync/todo/pull?collection=tasks", bearer: token)).Status);
        }

        Assert.Equal(401, (await world.Api.RefreshAsync(other["refreshToken"])).Status);
        Assert.False((await world.ServiceAsync(HttpMethod.Post, "/api/v1/api-keys/validate", new { apiKey = key })).Body.GetProperty("valid").GetBoolean());
        Assert.Equal(401, (await world.Api.LoginAsync(person.Email)).Status);
        var again = (await world.Api.NewSessionAsync(person.Email))["user", "id"];
        Assert.NotEqual(person.UserId, again);
    }

    [Fact]
    public async Task Scenario_72_the_last_mail_goes_to_the_address_that_is_gone()
    {
        var person = await world.PersonAsync();
        (await world.EraseAsync(person)).IsOk();
        await world.Host.DrainAsync();
        var mails = await new Mailbox(world.Host.CreateClient()).OfAsync(person.Email);
        var farewell = Assert.Single(mails);
        Assert.Equal(("account-deleted", null), (farewell.Template, farewell.UserId));
        await world.RunJobAsync(Later);
        Assert.Single(await new Mailbox(world.Host.CreateClient()).OfAsync(person.Email));
    }

    [Theory]
    [InlineData("DELETE", "/api/v1/auth/account", """{"success":true,"status":"completed"}""")]
    [InlineData("POST", "/api/auth/delete-user", """{"success":true,"message":"User deleted"}""")]
    public async Task Scenario_72_every_way_out_leads_to_the_same_place(string method, string path, string expected)
    {
        var person = await world.PersonAsync();
        Assert.Equal(expected, (await world.Api.CallAsync(method, path, new { password = AuthApi.Password, reason = "enough" }, person.Token)).IsOk().Text);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.users WHERE id = $1", person.UserId));
        Assert.True(await world.IsErasedAsync(person.UserId));
    }

    [Fact]
    public async Task Scenario_72_two_at_once_are_one_erasure()
    {
        var person = await world.PersonAsync();
        var second = person with { Token = (await world.Api.LoginAsync(person.Email)).IsOk()["accessToken"]! };
        world.Gadget.Erasing[person.UserId] = async _ => await Task.Yield();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => world.EraseAsync(n % 2 == 0 ? person : second)));
        Assert.All(answers, answer => Assert.Contains(answer.Status, (int[])[200, 202, 401]));
        Assert.Contains(answers, answer => answer.Status == 200);
        Assert.Equal(1, world.Gadget.Calls[person.UserId]);
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.erasures WHERE user_id = $1", person.UserId));
        await world.Host.DrainAsync();
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM public.event_log WHERE type = $1 AND payload->>'userId' = $2", UserErased.Name, person.UserId));
        Assert.Single(await new Mailbox(world.Host.CreateClient()).OfAsync(person.Email));
    }

    [Fact]
    public async Task Scenario_72_killed_between_two_modules_it_goes_on_where_it_was()
    {
        var person = await world.PersonAsync();
        await world.PushAsync(person, PrivacyWorld.Insert("t1"));
        world.Gadget.Rows[person.UserId] = 3;
        world.Gadget.Erasing[person.UserId] = call => call < 3 ? throw new IOException("killed") : Task.CompletedTask;

        var answer = await world.EraseAsync(person);
        Assert.Equal((202, false, "running"), (answer.Status, answer.Body.GetProperty("success").GetBoolean(), answer["status"]));
        var gadget = answer.Body.GetProperty("deletedFromProjects").EnumerateArray().Single(project => project.GetProperty("projectId").GetString() == "gadget");
        Assert.Equal((false, "IOException"), (gadget.GetProperty("success").GetBoolean(), gadget.GetProperty("error").GetString()));
        Assert.Equal(401, (await world.GetAsync("/api/v1/me/data", person)).Status);
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.users WHERE id = $1", person.UserId));
        var syncDone = await world.ScalarAsync("SELECT done_at FROM auth.erasure_steps s JOIN auth.erasures e ON e.id = s.erasure_id WHERE e.user_id = $1 AND module = 'sync'", person.UserId);
        Assert.IsType<DateTime>(syncDone);

        await world.RunJobAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(1, world.Gadget.Calls[person.UserId]);
        await world.RunJobAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, world.Gadget.Calls[person.UserId]);
        await world.RunJobAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(3, world.Gadget.Calls[person.UserId]);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.users WHERE id = $1", person.UserId));
        Assert.Equal(syncDone, await world.ScalarAsync("SELECT done_at FROM auth.erasure_steps s JOIN auth.erasures e ON e.id = s.erasure_id WHERE e.user_id = $1 AND module = 'sync'", person.UserId));
        await world.RunJobAsync(Later);
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.erasures WHERE user_id IS NULL AND finished_at = $1", world.Clock.GetUtcNow()));
        Assert.True(await world.IsErasedAsync(person.UserId));
    }

    [Fact]
    public async Task Scenario_72_a_module_that_is_not_empty_afterwards_erases_again()
    {
        var person = await world.PersonAsync();
        (world.Gadget.Rows[person.UserId], world.Gadget.Keeps[person.UserId]) = (2, 1);
        var answer = await world.EraseAsync(person);
        Assert.Equal((202, false), (answer.Status, answer.Body.GetProperty("success").GetBoolean()));
        var gadget = answer.Body.GetProperty("deletedFromProjects").EnumerateArray().Single(project => project.GetProperty("projectId").GetString() == "gadget");
        Assert.Equal((false, "NotEmpty"), (gadget.GetProperty("success").GetBoolean(), gadget.GetProperty("error").GetString()));
        await world.RunJobAsync(Later);
        Assert.False(world.Gadget.Rows.ContainsKey(person.UserId));
        Assert.Equal(2, world.Gadget.Calls[person.UserId]);
    }

    [Fact]
    public async Task Scenario_72_what_a_token_wrote_on_another_host_meanwhile_goes_with_the_last_look()
    {
        var person = await world.PersonAsync();
        (await world.EraseAsync(person)).IsOk();
        world.Gadget.Rows[person.UserId] = 1;
        await world.RunJobAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, world.Gadget.Calls[person.UserId]);
        await world.RunJobAsync(TimeSpan.FromMinutes(1.1));
        Assert.False(world.Gadget.Rows.ContainsKey(person.UserId));
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.erasures WHERE user_id = $1", person.UserId));
    }

    [Fact]
    public async Task Scenario_72_what_comes_after_the_erasure_brings_nothing_back()
    {
        var person = await world.PersonAsync();
        (await world.EraseAsync(person)).IsOk();
        await world.Host.DrainAsync();
        await world.RunJobAsync(Later);

        foreach (var (type, payload) in ((string, string)[])
                 [
                     (UserRegistered.Name, $$"""{"userId":"{{person.UserId}}","registeredAt":"2026-11-20T12:00:00Z"}"""),
                     (SpaceCreated.Name, $$"""{"spaceId":"s1","type":"personal","ownerUserId":"{{person.UserId}}"}"""),
                     (SpaceMemberAdded.Name, $$"""{"spaceId":"s1","userId":"{{person.UserId}}","role":"owner"}"""),
                 ])
            await world.ScalarAsync("INSERT INTO auth.outbox (id, type, payload, occurred_at, next_attempt_at) VALUES (gen_random_uuid(), $1, $2::jsonb, $3, $3)", type, payload, world.Clock.GetUtcNow());
        await world.Host.DrainAsync();
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.outbox"));

        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM sync.scopes WHERE name = 'user:' || $1", person.UserId));
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM sync.records r WHERE r::text LIKE '%' || $1 || '%'", person.UserId));
    }

    [Fact]
    public async Task Scenario_72_an_administrator_erases_others_by_the_same_way()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        var path = $"/api/v1/admin/users/{person.UserId}/data";
        Assert.Equal(403, (await world.DeleteAsync(path, person)).Status);
        Assert.True((await world.DeleteAsync(path, admin)).IsOk().Body.GetProperty("success").GetBoolean());
        Assert.Equal(401, (await world.GetAsync("/api/v1/me/data", person)).Status);
        (await world.GetAsync("/api/v1/me/data", admin)).IsOk();
        var missing = await world.DeleteAsync("/api/v1/admin/users/nobody/data", admin);
        Assert.Equal((404, "User not found"), (missing.Status, missing["message"]));
    }

    [Fact]
    public async Task The_handle_of_an_erased_person_is_nobodys_again()
    {
        var local = "anna" + Guid.NewGuid().ToString("N")[..8];
        (await world.Api.RegisterAsync($"{local}@one.example.test")).IsOk();
        var first = (await world.Api.LoginAsync($"{local}@one.example.test")).IsOk();
        (await world.Api.CallAsync("DELETE", "/api/v1/me/data", new { password = AuthApi.Password }, first["accessToken"])).IsOk();
        (await world.Api.RegisterAsync($"{local}@two.example.test")).IsOk();
        Assert.Equal(local + "-2", await world.ScalarAsync("SELECT o.slug FROM auth.organizations o JOIN auth.users u ON u.id = o.owner_user_id WHERE u.email = $1", $"{local}@two.example.test"));
    }
}
