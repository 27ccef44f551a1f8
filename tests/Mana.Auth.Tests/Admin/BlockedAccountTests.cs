using Mana.Auth.Admin;
using Mana.Auth.SecurityEvents;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Admin;

/// <summary>Nothing opens a blocked account, and whoever does not own it is told nothing.</summary>
public sealed class BlockedAccountTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    const string Path = "/api/v1/admin/users";

    Task<Answer> BlockAsync(Person admin, Person person) => world.PostAsync($"{Path}/{person.UserId}/block", admin);

    [Fact]
    public async Task Sessions_and_tokens_end_and_do_not_come_back_with_the_account()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        var second = (await world.Api.LoginAsync(person.Email)).IsOk();
        (await BlockAsync(admin, person)).IsOk();
        await AssertOutAsync();
        Assert.Equal(2L, await world.ScalarAsync("SELECT count(*) FROM public.event_log WHERE type = 'auth.session_revoked' AND payload->>'userId' = $1", person.UserId));
        Assert.Equal(2L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_reason = 'blocked'", person.UserId));

        (await world.PostAsync($"{Path}/{person.UserId}/unblock", admin)).IsOk();
        await AssertOutAsync();
        (await world.Api.LoginAsync(person.Email)).IsOk();

        async Task AssertOutAsync()
        {
            Assert.Equal(401, (await world.Api.RefreshAsync(person.RefreshToken)).Status);
            Assert.Equal(401, (await world.Api.RefreshAsync(second["refreshToken"])).Status);
            Assert.Equal("null", (await world.Api.SessionAsync(person.Token)).Text);
            Assert.Equal(401, (await world.GetAsync("/api/v1/auth/sessions", person)).Status);
            Assert.False((await world.Api.PostAsync("validate", new { token = person.Token })).IsOk().Body.GetProperty("valid").GetBoolean());
        }
    }

    [Fact]
    public async Task Another_host_that_was_not_told_finds_out_when_it_asks()
    {
        var person = await world.PersonAsync();
        // As it was before the sessions were ended, or if one had slipped through.
        await world.ScalarAsync("UPDATE auth.users SET blocked_at = now() WHERE id = $1", person.UserId);
        Assert.Equal(401, (await world.Api.RefreshAsync(person.RefreshToken)).Status);
        Assert.Equal("null", (await world.Api.SessionAsync(person.Token)).Text);
        world.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(401, (await world.GetAsync("/api/v1/auth/sessions", person)).Status);
    }

    [Fact]
    public async Task Only_the_right_password_hears_that_it_is_blocked()
    {
        var (admin, person, other) = (await world.AdminAsync(), await world.PersonAsync(), await world.PersonAsync());
        (await BlockAsync(admin, person)).IsOk();
        (await world.Api.LoginAsync(person.Email)).IsRefused(403, "ACCOUNT_BLOCKED");
        var native = await world.Api.CallAsync("POST", "/api/auth/sign-in/email", new { email = person.Email, password = AuthApi.Password });
        Assert.Equal((403, "ACCOUNT_BLOCKED"), (native.Status, native["code"]));
        Assert.Equal((await world.Api.LoginAsync(other.Email, "Falsches-Pferd-9")).Text, (await world.Api.LoginAsync(person.Email, "Falsches-Pferd-9")).Text);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", person.UserId));
        Assert.Equal(2, (await world.EventsAsync(person.UserId)).Count(entry => entry.Type == "login_failure" && entry.Facts.GetProperty("code").GetString() == "ACCOUNT_BLOCKED"));

        // A new password opens nothing either.
        await world.ScalarAsync("UPDATE auth.users SET security_stamp = 'other' WHERE id = $1", person.UserId);
        (await world.Api.LoginAsync(person.Email)).IsRefused(403, "ACCOUNT_BLOCKED");
    }

    [Fact]
    public async Task Keys_for_machines_sleep_and_grants_of_missions_end()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        var key = (await world.PostAsync("/api/v1/api-keys", person, new { name = "k" }))["key"];
        await world.ScalarAsync("""
            INSERT INTO auth.mission_grants (id, user_id, mission_id, tables, record_count, scope_hash, issued_at, expires_at) VALUES ('m-' || $1, $1, 'm', '{}', 0, 'x', now(), now() + interval '10 years')
            """, person.UserId);
        (await BlockAsync(admin, person)).IsOk();
        Assert.False(await IsGoodAsync());
        Assert.NotNull(await world.ScalarAsync("SELECT revoked_at FROM auth.mission_grants WHERE user_id = $1", person.UserId));
        (await world.PostAsync($"{Path}/{person.UserId}/unblock", admin)).IsOk();
        Assert.True(await IsGoodAsync());

        async Task<bool> IsGoodAsync() => (await world.ServiceAsync(HttpMethod.Post, "/api/v1/api-keys/validate", new { apiKey = key })).IsOk().Body.GetProperty("valid").GetBoolean();
    }

    [Fact]
    public async Task A_blocked_administrator_administers_nothing_and_somebody_is_left()
    {
        await world.ScalarAsync("UPDATE auth.users SET role = 'user'");
        var (first, second) = (await world.AdminAsync(), await world.AdminAsync());
        var own = await BlockAsync(first, first);
        Assert.Equal((409, "OWN_ACCOUNT"), (own.Status, own["code"]));

        // Each would leave the other: whoever comes second finds that nobody else is left.
        var both = await Task.WhenAll(ShutAsync(second.UserId, first.UserId), ShutAsync(first.UserId, second.UserId));
        Assert.Single(both, change => change is AdminChange.Done);
        Assert.Single(both, change => change is AdminChange.LastAdmin);
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.users WHERE role = 'admin' AND blocked_at IS NULL"));

        // One who is blocked does not count as one who is left.
        var left = (string)(await world.ScalarAsync("SELECT id FROM auth.users WHERE role = 'admin' AND blocked_at IS NULL"))! == first.UserId ? first : second;
        var refused = await world.PutAsync($"{Path}/{left.UserId}/role", left, new { role = "user" });
        Assert.Equal((409, "LAST_ADMIN"), (refused.Status, refused["code"]));
    }

    [Fact]
    public async Task What_is_asked_twice_is_done_once_and_what_is_not_there_is_404()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        (await BlockAsync(admin, person)).IsOk();
        var since = await world.ScalarAsync("SELECT blocked_at FROM auth.users WHERE id = $1", person.UserId);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        (await BlockAsync(admin, person)).IsOk();
        Assert.Equal(since, await world.ScalarAsync("SELECT blocked_at FROM auth.users WHERE id = $1", person.UserId));
        foreach (var _ in (int[])[1, 2])
            (await world.PostAsync($"{Path}/{person.UserId}/unblock", admin)).IsOk();
        Assert.Equal(["account_blocked", "account_unblocked"], (await world.EventsAsync(person.UserId)).Select(entry => entry.Type).Where(type => type.Contains("blocked", StringComparison.Ordinal)));
        foreach (var missing in (Answer[])
                 [
                     await world.PostAsync($"{Path}/nobody/block", admin), await world.PostAsync($"{Path}/nobody/unblock", admin), await world.DeleteAsync($"{Path}/nobody/second-factor", admin),
                 ])
            Assert.Equal((404, "Not found"), (missing.Status, missing["error"]));
        Assert.Equal(403, (await world.PostAsync($"{Path}/{admin.UserId}/block", await world.PersonAsync())).Status);
    }

    [Fact]
    public async Task All_of_it_wants_a_fresh_proof()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        world.Clock.Advance(TimeSpan.FromMinutes(15) + TimeSpan.FromSeconds(1));
        admin = await world.RefreshedAsync(admin);
        foreach (var refused in (Answer[])
                 [
                     await BlockAsync(admin, person), await world.PostAsync($"{Path}/{person.UserId}/unblock", admin), await world.DeleteAsync($"{Path}/{person.UserId}/second-factor", admin),
                 ])
            Assert.Equal((403, "STEP_UP_REQUIRED"), (refused.Status, refused["code"]));
    }

    async Task<AdminChange> ShutAsync(string userId, string actorId)
    {
        await using var scope = world.Host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AccountBlocking>().BlockAsync(userId, actorId, ClientInfo.None, default);
    }
}
