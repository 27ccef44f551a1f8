using System.Text.Json;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Tests.Privacy;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.SecurityEvents;

/// <summary>auth.md 8, 22.</summary>
public sealed class SecurityEventRouteTests(PrivacyWorld world) : IClassFixture<PrivacyWorld>
{
    const string Path = "/api/v1/auth/security-events";

    [Fact]
    public async Task Scenario_92_newest_first_in_lower_case_and_only_one_s_own()
    {
        var (person, other) = (await world.PersonAsync(), await world.PersonAsync());
        world.Clock.Advance(TimeSpan.FromSeconds(5));
        (await world.Api.CallAsync("PATCH", "/api/v1/me/profile", new { name = "Ada" }, person.Token)).IsOk();
        await world.FlushAsync();

        var events = (await world.GetAsync(Path, person)).IsOk();
        var all = events.Body.EnumerateArray().ToList();
        Assert.Equal(["profile_updated", "login_success", "register"], all.Select(entry => entry.GetProperty("eventType").GetString()));
        Assert.Equal(["id", "eventType", "ipAddress", "userAgent", "metadata", "createdAt", "verified"], all[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal((JsonValueKind.Object, true), (all[0].GetProperty("metadata").ValueKind, all[0].GetProperty("verified").GetBoolean()));
        Assert.Equal("true", events.Headers.GetValues("X-Chain-Verified").Single());
        Assert.EndsWith("Z", all[0].GetProperty("createdAt").GetString(), StringComparison.Ordinal);

        var theirs = (await world.GetAsync(Path, other)).IsOk().Body.EnumerateArray().Select(entry => entry.GetProperty("id").GetString());
        Assert.Empty(theirs.Intersect(all.Select(entry => entry.GetProperty("id").GetString())));
        Assert.Equal(401, (await world.GetAsync(Path, null)).Status);
    }

    [Fact]
    public async Task Scenario_92_pages_follow_each_other_without_gap()
    {
        var person = await world.PersonAsync();
        for (var n = 0; n < 7; n++)
            world.Host.Services.GetRequiredService<SecurityLog>().Record(SecurityEventTypes.ProfileUpdated, person.UserId, ClientInfo.None, ("n", n));
        await world.FlushAsync();
        var seen = new List<string>();
        for (string? next = Path + "?limit=4"; next is not null;)
        {
            var page = (await world.GetAsync(next, person)).IsOk();
            Assert.InRange(page.Body.GetArrayLength(), 1, 4);
            seen.AddRange(page.Body.EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!));
            next = page.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }

        Assert.Equal((9, 9), (seen.Count, seen.Distinct().Count()));
        Assert.Equal(9, (await world.GetAsync(Path + "?limit=999", person)).IsOk().Body.GetArrayLength());
        Assert.Equal(1, (await world.GetAsync(Path + "?limit=0", person)).IsOk().Body.GetArrayLength());
    }

    [Theory]
    [InlineData("UPDATE auth.security_events SET event_type = 'logout' WHERE user_id = $1 AND position = 1")]
    [InlineData("UPDATE auth.security_events SET metadata = '{}' WHERE user_id = $1 AND position = 2")]
    [InlineData("UPDATE auth.security_events SET ip_address = '198.51.100.1' WHERE user_id = $1 AND position = 1")]
    [InlineData("UPDATE auth.security_events SET user_agent = 'other' WHERE user_id = $1 AND position = 1")]
    [InlineData("UPDATE auth.security_events SET created_at = created_at + interval '1 hour' WHERE user_id = $1 AND position = 2")]
    [InlineData("DELETE FROM auth.security_events WHERE user_id = $1 AND position = 1")]
    public async Task Scenario_92_a_log_that_somebody_touched_says_so(string tampering)
    {
        var person = await world.PersonAsync();
        await world.FlushAsync();
        Assert.True((await world.GetAsync(Path, person)).IsOk().Body[0].GetProperty("verified").GetBoolean());
        await world.ScalarAsync(tampering, person.UserId);
        Assert.True((await world.GetAsync(Path, person)).IsOk().Body[0].GetProperty("verified").GetBoolean(), "Remembered.");
        world.Clock.Advance(ChainVerdicts.Remembered);
        Assert.False((await world.GetAsync(Path, person)).IsOk().Body[0].GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task That_was_not_me_closes_the_account_until_its_mailbox_opens_it()
    {
        var person = await world.PersonAsync();
        var old = (await world.PostAsync("/api/v1/api-keys", person, new { name = "old" }))["id"]!;
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        var stranger = (await world.Api.LoginAsync(person.Email)).IsOk();
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        var theirs = (await world.Api.CallAsync("POST", "/api/v1/api-keys", new { name = "theirs" }, stranger["accessToken"]))["id"]!;
        await world.FlushAsync();
        var id = (await world.GetAsync(Path, person)).IsOk().Body.EnumerateArray().First(entry => entry.GetProperty("eventType").GetString() == "login_success").GetProperty("id").GetString();

        Assert.Equal(404, (await world.PostAsync($"{Path}/{id}/not-me", await world.PersonAsync())).Status);
        (await world.GetAsync(Path, person)).IsOk();
        Assert.Equal("""{"success":true,"sessionsEnded":2,"apiKeysRevoked":1,"passwordResetRequired":true}""", (await world.PostAsync($"{Path}/{id}/not-me", person)).IsOk().Text);

        foreach (var token in (string[])[person.Token, stranger["accessToken"]!])
            Assert.Equal(401, (await world.Api.CallAsync("GET", Path, bearer: token)).Status);
        Assert.Equal(401, (await world.Api.RefreshAsync(stranger["refreshToken"])).Status);
        Assert.Equal(401, (await world.Api.LoginAsync(person.Email)).Status);
        Assert.Equal([theirs], (await world.RowsAsync("SELECT id FROM auth.api_keys WHERE id IN ($1, $2) AND revoked_at IS NOT NULL", old, theirs)).Select(row => (string)row[0]!));
        await world.Host.DrainAsync();
        var mail = await new Mana.Testing.Mail.Mailbox(world.Host.CreateClient()).LatestAsync(person.Email, "reset-password");
        var token2 = mail.Link("resetLink").AbsolutePath.Split('/')[^1];
        (await world.Api.PostAsync("reset-password", new { token = token2, newPassword = "Neues-Pferd-77" })).IsOk();
        (await world.Api.LoginAsync(person.Email, "Neues-Pferd-77")).IsOk();
        Assert.Contains(await world.EventsAsync(person.UserId), entry => entry.Type == "event_disowned" && entry.Facts.GetProperty("event").GetString() == id);
    }

    [Fact]
    public async Task That_was_not_me_takes_the_intruders_passkey_and_second_factor_and_leaves_the_owners()
    {
        var person = await world.PersonAsync();
        const string Passkey = "INSERT INTO auth.passkeys (id, user_id, credential_id, public_key, user_handle, counter, device_type, backed_up, transports, name, aaguid, created_at) VALUES ($2, $1, $2, '\\x01', '\\x02', 0, 'singleDevice', false, '{}', 'key', gen_random_uuid(), $3)";
        await world.ScalarAsync(Passkey, person.UserId, "own-" + person.UserId, world.Clock.GetUtcNow());
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        (await world.Api.LoginAsync(person.Email)).IsOk();
        await world.ScalarAsync(Passkey, person.UserId, "theirs-" + person.UserId, world.Clock.GetUtcNow());
        await world.ScalarAsync("INSERT INTO auth.two_factor (id, user_id, secret_encrypted, created_at, confirmed_at) VALUES ('t-' || $1, $1, '\\x01', $2, $2)", person.UserId, world.Clock.GetUtcNow());
        await world.ScalarAsync("UPDATE auth.users SET two_factor_enabled = true WHERE id = $1", person.UserId);
        await world.FlushAsync();
        var id = (await world.GetAsync(Path, person)).IsOk().Body.EnumerateArray().First(entry => entry.GetProperty("eventType").GetString() == "login_success").GetProperty("id").GetString();

        (await world.PostAsync($"{Path}/{id}/not-me", person)).IsOk();
        Assert.Equal(["own-" + person.UserId], (await world.RowsAsync("SELECT id FROM auth.passkeys WHERE user_id = $1", person.UserId)).Select(row => (string)row[0]!));
        Assert.Empty(await world.RowsAsync("SELECT id FROM auth.two_factor WHERE user_id = $1", person.UserId));
        Assert.Equal(false, await world.ScalarAsync("SELECT two_factor_enabled FROM auth.users WHERE id = $1", person.UserId));
    }
}
