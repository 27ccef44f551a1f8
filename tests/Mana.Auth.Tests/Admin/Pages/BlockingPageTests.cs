using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Admin.Pages;

/// <summary>An account is blocked and opened on its page: the state is shown, the person is out, both logs tell it.</summary>
public sealed class BlockingPageTests(AdminWorld world) : IClassFixture<AdminWorld>
{
    [Fact]
    public async Task An_account_is_blocked_and_opened_again()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/users/{person.UserId}";
        Assert.Equal(200, (await person.Browser.OpenAsync("/account")).Status);
        Assert.Equal($"{path}?done=blocked", (await admin.DoAsync(path, ("do", "block"))).Location);
        Assert.Equal(303, (await person.Browser.OpenAsync("/account")).Status);

        var shown = await admin.Browser.OpenAsync($"{path}?done=blocked");
        Assert.Contains("The account is blocked and every session has ended.", shown.Text, StringComparison.Ordinal);
        Assert.Contains("<span class=\"bad state\">blocked</span>", shown.Html, StringComparison.Ordinal);
        Assert.Contains("Unblock account", shown.Text, StringComparison.Ordinal);
        Assert.Contains("<span class=\"bad state\">blocked</span>", (await admin.Browser.OpenAsync($"/admin/users?q={person.Email}")).Html, StringComparison.Ordinal);

        // The right password hears why, any other hears what it always hears.
        var refused = await new Browser(world.Host).SubmitAsync("/login", "/login", ("email", person.Email), ("password", AuthApi.Password));
        Assert.Equal(403, refused.Status);
        Assert.Contains("This account is blocked.", refused.Text, StringComparison.Ordinal);
        var wrong = await new Browser(world.Host).SubmitAsync("/login", "/login", ("email", person.Email), ("password", "wrong"));
        Assert.Equal(401, wrong.Status);
        Assert.DoesNotContain("blocked", wrong.Text, StringComparison.Ordinal);

        Assert.Equal($"{path}?done=unblocked", (await admin.DoAsync(path, ("do", "unblock"))).Location);
        Assert.DoesNotContain("bad state", (await admin.Browser.OpenAsync(path)).Html, StringComparison.Ordinal);
        Assert.Equal(303, (await person.Browser.OpenAsync("/account")).Status);
        await person.Browser.SignInAsync(person.Email);
        Assert.Equal(["user.unblock 303", "user.block 303"], await world.AuditAsync(person.UserId));
        Assert.Equal(["account_blocked", "account_unblocked"], (await world.EventsAsync(person.UserId)).Select(entry => entry.Type).Where(type => type.Contains("blocked", StringComparison.Ordinal)));
        Assert.Contains("Account blocked by the operator", (await person.Browser.OpenAsync("/account/log")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_blocks_themselves_or_without_a_fresh_proof()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var own = $"/admin/users/{admin.UserId}";
        Assert.DoesNotContain("Block account", (await admin.Browser.OpenAsync(own)).Text, StringComparison.Ordinal);
        Assert.Equal($"{own}?failed=self", (await admin.DoAsync(own, ("do", "block"))).Location);
        Assert.Equal($"{own}?failed=self", (await admin.DoAsync(own, ("do", "no-second-factor"))).Location);
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        var path = $"/admin/users/{person.UserId}";
        Assert.DoesNotContain("done=", (await admin.DoAsync(path, ("do", "block"))).Location ?? "", StringComparison.Ordinal);
        Assert.Null(await world.ScalarAsync("SELECT blocked_at FROM auth.users WHERE id = $1", person.UserId));
    }

    [Fact]
    public async Task A_second_factor_that_is_not_there_is_not_removed()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/users/{person.UserId}";
        Assert.DoesNotContain("Remove second factor", (await admin.Browser.OpenAsync(path)).Text, StringComparison.Ordinal);
        Assert.Equal($"{path}?failed=no-factor", (await admin.DoAsync(path, ("do", "no-second-factor"))).Location);
        Assert.Equal(200, (await person.Browser.OpenAsync("/account")).Status);
    }
}
