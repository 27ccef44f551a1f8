using System.Net;
using System.Text.RegularExpressions;
using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Admin.Pages;

/// <summary>What can be done on the pages: that it is done, that the log tells of it, and that the person reads it too.</summary>
public sealed class AdminActionTests(AdminWorld world) : IClassFixture<AdminWorld>
{
    [Fact]
    public async Task People_are_found_by_name_and_address_and_shown()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync(name: "Grace Hopper 1906"));
        foreach (var search in (string[])[person.Email, "grace hopper", "Hopper 1906"])
        {
            var found = await admin.Browser.OpenAsync($"/admin/users?q={Uri.EscapeDataString(search)}");
            Assert.Contains($"/admin/users/{person.UserId}", found.Html, StringComparison.Ordinal);
            Assert.DoesNotContain(admin.Email, found.Text, StringComparison.Ordinal);
        }

        var shown = await admin.Browser.OpenAsync($"/admin/users/{person.UserId}");
        Assert.Contains("Firefox", shown.Text, StringComparison.Ordinal);
        Assert.Contains("login_success", shown.Text, StringComparison.Ordinal);
        Assert.Equal("user.read 200", (await world.AuditAsync(admin.UserId))[0]);
        Assert.Empty(await world.AuditAsync(person.UserId));
    }

    [Fact]
    public async Task Tier_and_role_are_set_and_both_logs_tell_it()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/users/{person.UserId}";
        Assert.Equal($"{path}?done=saved", (await admin.DoAsync(path, ("do", "tier"), ("value", "beta"))).Location);
        Assert.Equal($"{path}?done=saved", (await admin.DoAsync(path, ("do", "role"), ("value", "admin"))).Location);
        Assert.Equal(["beta", "admin"], (await world.RowsAsync("SELECT access_tier, role FROM auth.users WHERE id = $1", person.UserId))[0]);
        Assert.Equal(["user.role 303", "user.tier 303"], await world.AuditAsync(person.UserId));
        Assert.Equal("user.role 303", (await world.AuditAsync(admin.UserId)).First(line => !line.StartsWith("user.read", StringComparison.Ordinal)));
        Assert.Contains("Saved.", (await admin.Browser.OpenAsync($"{path}?done=saved")).Text, StringComparison.Ordinal);
        foreach (var (what, value, word) in ((string, string, string)[])[("tier", "emperor", "unknown"), ("role", "7", "unknown"), ("erase", "", "unknown")])
            Assert.Equal($"{path}?failed={word}", (await admin.DoAsync(path, ("do", what), ("value", value))).Location);
        Assert.Equal(2, (await world.AuditAsync(person.UserId)).Count);
    }

    [Fact]
    public async Task A_person_is_signed_out_everywhere()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/users/{person.UserId}";
        Assert.Equal(200, (await person.Browser.OpenAsync("/account")).Status);
        Assert.Equal($"{path}?done=signed-out", (await admin.DoAsync(path, ("do", "sign-out"))).Location);
        Assert.Equal(303, (await person.Browser.OpenAsync("/account")).Status);
        Assert.Equal("user.revoke-sessions 303", (await world.AuditAsync(person.UserId))[0]);
    }

    [Fact]
    public async Task A_locked_account_is_opened()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/users/{person.UserId}";
        for (var i = 0; i < 5; i++)
            await new Browser(world.Host).SubmitAsync("/login", "/login", ("email", person.Email), ("password", $"wrong {i}"));
        Assert.Contains("bad state", (await admin.Browser.OpenAsync(path)).Html, StringComparison.Ordinal);
        Assert.Equal($"{path}?done=unlocked", (await admin.DoAsync(path, ("do", "unlock"))).Location);
        Assert.DoesNotContain("bad state", (await admin.Browser.OpenAsync(path)).Html, StringComparison.Ordinal);
        await new Browser(world.Host).SignInAsync(person.Email);
    }

    [Fact]
    public async Task A_space_gets_another_tier()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var space = await world.PersonalSpaceAsync(person.UserId);
        var path = $"/admin/spaces/{space}";
        Assert.DoesNotContain(space, (await admin.Browser.OpenAsync($"/admin/spaces?q={space}")).Html.Replace($"value=\"{space}\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(path, (await admin.Browser.OpenAsync($"/admin/spaces?personal=true&q={space}")).Html, StringComparison.Ordinal);
        Assert.Equal($"{path}?done=saved", (await admin.DoAsync(path, ("tier", "alpha"))).Location);
        Assert.Equal("alpha", await world.ScalarAsync("SELECT tier FROM auth.organizations WHERE id = $1", space));
        Assert.Equal("space.tier 303", (await world.AuditAsync(admin.UserId))[0]);
    }

    [Fact]
    public async Task Credits_are_given_once_with_a_reason()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/credits/{person.UserId}";
        var form = Browser.Hidden((await admin.Browser.OpenAsync(path)).Html, path).ToList();
        (string, string)[] filled = [.. form, ("amount", "12,5"), ("reason", "Lost a purchase <b>")];
        Assert.Equal($"{path}?done=booked", (await admin.Browser.SendFormAsync(path, filled)).Location);
        Assert.Equal($"{path}?done=before", (await admin.Browser.SendFormAsync(path, filled)).Location);
        var shown = await admin.Browser.OpenAsync(path);
        Assert.Equal("12.5", AdminWorld.Cell(shown, "Lost a purchase &lt;b&gt;", 1));
        Assert.Contains("adds up", shown.Text, StringComparison.Ordinal);
        Assert.Equal(12_500L, await world.ScalarAsync("SELECT balance FROM credits.accounts WHERE owner_id = $1 AND kind = 'available'", person.UserId));
        Assert.Equal("credits.adjust 303", (await world.AuditAsync(person.UserId))[0]);
        var facts = (await world.EventsAsync(person.UserId)).Last(entry => entry.Type == "admin_action").Facts;
        Assert.Equal((admin.UserId, "12,5: Lost a purchase <b>"), (facts.GetProperty("actor").GetString(), facts.GetProperty("value").GetString()));
    }

    [Theory]
    [InlineData("0", "reason", "amount")]
    [InlineData("1.2345", "reason", "amount")]
    [InlineData("99999999", "reason", "amount")]
    [InlineData("five", "reason", "amount")]
    [InlineData("5", " ", "reason")]
    [InlineData("-5", "reason", "insufficient")]
    public async Task Credits_are_not_given_without_sense(string amount, string reason, string word)
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/credits/{person.UserId}";
        Assert.Equal($"{path}?failed={word}", (await admin.DoAsync(path, ("do", "adjust"), ("reference", "r1"), ("amount", amount), ("reason", reason))).Location);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM credits.entries e JOIN credits.accounts a ON a.id = e.wallet WHERE a.owner_id = $1", person.UserId));
        Assert.Equal("credits.adjust 409", (await world.AuditAsync(admin.UserId))[0]);
        Assert.Empty(await world.AuditAsync(person.UserId));
    }

    [Fact]
    public async Task A_parked_event_goes_back_in_line()
    {
        var admin = await world.SeatAsync(isAdmin: true);
        var id = Guid.CreateVersion7();
        await world.ScalarAsync(
            "INSERT INTO auth.outbox (id, type, payload, occurred_at, handled, attempts, next_attempt_at, parked_at, last_error) VALUES ($1, 'Nothing', '{}', now(), '{}', 10, now(), now(), 'TimeoutException')", id);
        Assert.Contains("TimeoutException", (await admin.Browser.OpenAsync("/admin/events")).Text, StringComparison.Ordinal);
        Assert.Equal("/admin/events?done=retried", (await admin.DoAsync("/admin/events", ("module", "auth"), ("id", id.ToString()))).Location);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.outbox WHERE id = $1 AND parked_at IS NOT NULL", id));
        await world.ScalarAsync("INSERT INTO auth.outbox (id, type, payload, occurred_at, handled, attempts, next_attempt_at, parked_at) VALUES (gen_random_uuid(), 'Nothing', '{}', now(), '{}', 10, now(), now())");
        Assert.Equal("/admin/events?failed=gone", (await admin.DoAsync("/admin/events", ("module", "pg_catalog"), ("id", id.ToString()))).Location);
        Assert.Equal(["event.retry 409", "event.retry 303"], (await world.AuditAsync(admin.UserId)).Take(2));
    }

    [Fact]
    public async Task A_dead_event_of_Stripe_is_tried_again()
    {
        var admin = await world.SeatAsync(isAdmin: true);
        await world.ScalarAsync("""
            INSERT INTO payments.events (event_id, type, livemode, object_id, stripe_created, payload, received_at, source, status, outcome, attempts, last_error, handled, next_attempt_at)
            VALUES ('evt_dead', 'charge.refunded', false, 'ch_1', now(), '{}', now(), 'webhook', 'dead', 'failed', 8, 'TimeoutException', '{}', now() + interval '1 day')
            """);
        var shown = await admin.Browser.OpenAsync("/admin/stripe");
        Assert.Contains("evt_dead", AdminWorld.Cell(shown, "evt_dead", 0), StringComparison.Ordinal);
        Assert.Contains("need somebody", (await admin.Browser.OpenAsync("/admin")).Text, StringComparison.Ordinal);
        Assert.Equal("/admin/stripe?done=retried", (await admin.DoAsync("/admin/stripe", ("do", "replay"), ("event", "evt_dead"))).Location);
        Assert.NotEqual("dead", await world.ScalarAsync("SELECT status FROM payments.events WHERE event_id = 'evt_dead'"));
        Assert.Equal("/admin/stripe?failed=gone", (await admin.DoAsync("/admin/stripe", ("do", "replay"), ("event", "evt_none"))).Location);
        Assert.Equal("/admin/stripe?failed=no-stripe", (await admin.DoAsync("/admin/stripe", ("do", "reconcile"))).Location);
        Assert.Equal(["stripe.reconcile 409", "stripe.replay 409", "stripe.replay 303"], (await world.AuditAsync(admin.UserId)).Take(3));
    }

    [Fact]
    public async Task The_audit_log_goes_by_type_and_person_in_pages()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/users/{person.UserId}";
        await admin.DoAsync(path, ("do", "tier"), ("value", "beta"));
        await world.AuditAsync(admin.UserId);
        Assert.Contains("user.tier", (await admin.Browser.OpenAsync("/admin/audit")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("login_success", AdminWorld.Cell(await admin.Browser.OpenAsync($"/admin/audit?type=admin_action&user={person.UserId}"), "user.tier", 0), StringComparison.Ordinal);
        Assert.Contains("login_success", (await admin.Browser.OpenAsync($"/admin/audit?user={person.UserId}")).Text, StringComparison.Ordinal);
        await world.ScalarAsync("INSERT INTO auth.security_events (id, event_type, metadata, created_at) SELECT gen_random_uuid(), 'vault_refused', ('{\"n\":' || n || '}')::json, now() - n * interval '1 second' FROM generate_series(1, 120) n");
        var (seen, next) = (0, "/admin/audit?type=vault_refused");
        while (next is not null)
        {
            var shown = await admin.Browser.OpenAsync(next);
            seen += shown.Html.Split("<code>vault_refused</code>").Length - 1;
            next = Regex.Match(shown.Html, "href=\"(?<next>/admin/audit[^\"]*before=[^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } found ? WebUtility.HtmlDecode(found.Groups["next"].Value) : null;
        }

        Assert.Equal(120, seen);
    }

    [Fact]
    public async Task Devices_of_a_person_are_shown_and_what_they_store_is_not()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var session = Api(await world.Api.LoginAsync(person.Email));
        var pushed = await world.Api.SendAsync(Push("""{"changes":[{"table":"tasks","id":"t1","op":"insert","data":{"title":"a secret wish"}}]}"""), session);
        Assert.Equal(200, (int)pushed.Status);
        var shown = await admin.Browser.OpenAsync($"/admin/devices/{person.UserId}");
        Assert.Contains("laptop-of-the-test", shown.Text, StringComparison.Ordinal);
        Assert.Equal("1", AdminWorld.Cell(shown, "<code>tasks</code>", 2));
        Assert.DoesNotContain("a secret wish", shown.Html, StringComparison.Ordinal);
        Assert.Equal("devices.read 200", (await world.AuditAsync(admin.UserId))[0]);
    }

    [Fact]
    public async Task Clients_of_the_provider_are_listed_and_a_host_without_a_scheduler_says_so()
    {
        var admin = await world.SeatAsync(isAdmin: true);
        await world.ScalarAsync("UPDATE auth.oauth_clients SET disabled = disabled");
        Assert.Contains("auth.retention", (await admin.Browser.OpenAsync("/admin/jobs")).Text, StringComparison.Ordinal);
        Assert.Equal("/admin/jobs?failed=unavailable", (await admin.DoAsync("/admin/jobs", ("job", "auth.retention"))).Location);
        Assert.Equal("/admin/jobs?failed=unknown", (await admin.DoAsync("/admin/jobs", ("job", "rm -rf"))).Location);
        Assert.Equal(["job.run 409", "job.run 409"], (await world.AuditAsync(admin.UserId)).Take(2));
        Assert.Equal(200, (await admin.Browser.OpenAsync("/admin/oidc")).Status);
    }

    static string Api(Answer session) => session["accessToken"]!;

    static HttpRequestMessage Push(string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/sync/todo") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Client-Id", "laptop-of-the-test");
        return request;
    }
}
