using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Admin.Pages;

/// <summary>Who gets to see <c>/admin</c>, and what the pages may do in a browser.</summary>
public sealed class AdminAccessTests(AdminWorld world) : IClassFixture<AdminWorld>
{
    const string Sting = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

    [Fact]
    public async Task An_administrator_sees_every_page_in_both_languages()
    {
        var person = await world.SeatAsync();
        foreach (var admin in (Seated[])[await world.SeatAsync(isAdmin: true), await world.SeatAsync(isAdmin: true, language: "de")])
            foreach (var path in AdminWorld.Pages(person.UserId, await world.PersonalSpaceAsync(person.UserId)))
            {
                var shown = await admin.Browser.OpenAsync(path);
                Assert.True(shown.Status == 200, $"{shown.Status} {path}: {shown.Text}");
                Assert.Contains("aria-current=\"page\"", shown.Html, StringComparison.Ordinal);
                Assert.Contains($"<html lang=\"{admin.Browser.Language}\">", shown.Html, StringComparison.Ordinal);
                Assert.Equal("no-store", shown.Header("Cache-Control"));
                Assert.Matches("^default-src 'none'; style-src 'nonce-[^']+'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$", shown.Header("Content-Security-Policy"));
                Assert.DoesNotContain("<script", shown.Html, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain(" style=\"", shown.Html, StringComparison.OrdinalIgnoreCase);
            }
    }

    [Fact]
    public async Task A_second_person_finds_nothing_there_and_it_is_logged()
    {
        var (person, other) = (await world.SeatAsync(), await world.SeatAsync());
        foreach (var path in AdminWorld.Pages(other.UserId, await world.PersonalSpaceAsync(other.UserId)))
        {
            var shown = await person.Browser.OpenAsync(path);
            Assert.True(shown.Status == 404, $"{shown.Status} {path}");
            Assert.DoesNotContain(other.Email, shown.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("<nav", shown.Html, StringComparison.Ordinal);
        }

        Assert.Equal(AdminWorld.Pages("", "").Count(), (await world.AuditAsync(person.UserId)).Count(line => line.EndsWith(" 403", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_is_led_to_the_sign_in_and_back()
    {
        foreach (var path in AdminWorld.Lists)
        {
            var shown = await new Browser(world.Host).OpenAsync(path);
            Assert.Equal(303, shown.Status);
            Assert.Equal($"/login?callbackURL={Uri.EscapeDataString(path)}", shown.Location);
        }

        var admin = await world.SeatAsync(isAdmin: true);
        var browser = new Browser(world.Host);
        Assert.Equal("/admin/jobs", (await browser.SubmitAsync("/login?callbackURL=%2Fadmin%2Fjobs", "/login", ("email", admin.Email), ("password", AuthApi.Password))).Next);
    }

    [Fact]
    public async Task An_access_token_opens_no_page()
    {
        var admin = await world.AdminAsync();
        Assert.Equal(303, (int)(await world.GetAsync("/admin/users", admin)).Status);
    }

    [Fact]
    public async Task A_role_that_was_taken_away_ends_at_once()
    {
        var (admin, other) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync(isAdmin: true));
        Assert.Equal(200, (await admin.Browser.OpenAsync("/admin/users")).Status);
        var path = $"/admin/users/{admin.UserId}";
        Assert.Equal($"{path}?done=saved", (await other.DoAsync(path, ("do", "role"), ("value", "user"))).Location);
        Assert.Equal(404, (await admin.Browser.OpenAsync("/admin/users")).Status);
    }

    [Fact]
    public async Task A_change_asks_for_a_fresh_proof_and_a_look_does_not()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/users/{person.UserId}";
        var token = Browser.Hidden((await admin.Browser.OpenAsync(path)).Html, path).Single(field => field.Name == "__form");
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(200, (await admin.Browser.OpenAsync(path)).Status);
        var refused = await admin.Browser.SendFormAsync(path, [token, ("do", "tier"), ("value", "founder")]);
        Assert.Equal((303, $"/account/confirm?next={Uri.EscapeDataString(path)}"), (refused.Status, refused.Location));
        Assert.Equal("public", await world.ScalarAsync("SELECT access_tier FROM auth.users WHERE id = $1", person.UserId));
        var confirmed = await admin.Browser.SubmitAsync(refused.Location!, "/account/confirm", ("password", AuthApi.Password));
        Assert.Equal(path, confirmed.Location);
        Assert.Equal($"{path}?done=saved", (await admin.DoAsync(path, ("do", "tier"), ("value", "founder"))).Location);
    }

    [Theory]
    [InlineData("no token")]
    [InlineData("somebody else's token")]
    [InlineData("a foreign origin")]
    [InlineData("no form at all")]
    public async Task A_forged_form_changes_nothing(string forgery)
    {
        var (admin, other, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/users/{person.UserId}";
        async Task<(string, string)> TokenOfAsync(Seated who) => Browser.Hidden((await who.Browser.OpenAsync(path)).Html, path).Single(field => field.Name == "__form");
        var own = await TokenOfAsync(admin);
        admin.Browser.Origin = forgery == "a foreign origin" ? "https://evil.example" : admin.Browser.Origin;
        (string, string)[] change = [("do", "tier"), ("value", "founder")];
        var sent = forgery switch
        {
            "no token" => await admin.Browser.SendFormAsync(path, change),
            "somebody else's token" => await admin.Browser.SendFormAsync(path, [await TokenOfAsync(other), .. change]),
            "no form at all" => await admin.Browser.SendFormAsync(path, []),
            _ => await admin.Browser.SendFormAsync(path, [own, .. change]),
        };
        Assert.Equal("public", await world.ScalarAsync("SELECT access_tier FROM auth.users WHERE id = $1", person.UserId));
        // From another site the cookie itself counts for nothing.
        var told = forgery == "a foreign origin" ? (403, "user.read 200") : (400, "user.change 400");
        Assert.Equal(told, (sent.Status, (await world.AuditAsync(admin.UserId))[0]));
    }

    [Fact]
    public async Task What_people_call_themselves_is_text()
    {
        var admin = await world.SeatAsync(isAdmin: true);
        var person = await world.SeatAsync(name: Sting);
        var space = await world.PersonalSpaceAsync(person.UserId);
        await world.ScalarAsync("UPDATE auth.organizations SET name = $2 WHERE id = $1", space, Sting);
        await world.ScalarAsync("UPDATE auth.sessions SET device_name = $2, user_agent = $2 WHERE user_id = $1", person.UserId, Sting);
        await world.ScalarAsync(
            "INSERT INTO auth.outbox (id, type, payload, occurred_at, handled, attempts, next_attempt_at, parked_at, last_error) VALUES (gen_random_uuid(), $1, '{}', now(), '{}', 10, now(), now(), $1)", Sting);
        var seen = 0;
        foreach (var path in (string[])[.. AdminWorld.Pages(person.UserId, space), $"/admin/users?q={Uri.EscapeDataString(Sting)}", $"/admin/spaces?personal=true&q={Uri.EscapeDataString(Sting)}",
                     $"/admin/audit?user={Uri.EscapeDataString(Sting)}", $"/admin/jobs?done={Uri.EscapeDataString(Sting)}", $"/admin/stripe?status={Uri.EscapeDataString(Sting)}"])
        {
            var shown = await admin.Browser.OpenAsync(path);
            Assert.Equal(200, shown.Status);
            Assert.DoesNotContain("<script", shown.Html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", shown.Html, StringComparison.OrdinalIgnoreCase);
            seen += shown.Html.Contains("&lt;script&gt;alert(1)", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.True(seen >= 7, $"The name was seen on {seen} pages only");
        Assert.Equal(404, (await admin.Browser.OpenAsync("/admin/users/" + Uri.EscapeDataString(Sting))).Status);
    }

    [Fact]
    public async Task Odd_addresses_are_refused_or_ignored()
    {
        var admin = await world.SeatAsync(isAdmin: true);
        foreach (var path in (string[])["/admin/users?page=-1", "/admin/users?page=99999999999", "/admin/users?q=%25", "/admin/spaces?page=x", "/admin/audit?before=nonsense", "/admin/audit?type=nothing", "/admin/devices?page=10000"])
            Assert.True((await admin.Browser.OpenAsync(path)).Status == 200, path);
        foreach (var path in (string[])["/admin/users/nobody", "/admin/spaces/nothing", "/admin/credits/nobody", "/admin/devices/nobody", "/admin/users/" + new string('x', 300), "/admin/nothing"])
            Assert.True((await admin.Browser.OpenAsync(path)).Status == 404, path);
        Assert.Equal("/admin/credits/somebody%2F..", (await admin.Browser.OpenAsync("/admin/credits?q=somebody/..")).Location);
    }
}
