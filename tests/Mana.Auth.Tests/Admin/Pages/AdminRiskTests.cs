using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Admin.Pages;

/// <summary><c>/admin/risk/{id}</c>: whose bank took money back, and the button that lets them pay by debit again.</summary>
public sealed class AdminRiskTests(AdminWorld world) : IClassFixture<AdminWorld>
{
    [Fact]
    public async Task A_payment_risk_is_shown_and_lifted_once()
    {
        var (admin, person) = (await world.SeatAsync(isAdmin: true), await world.SeatAsync());
        var path = $"/admin/risk/{person.UserId}";
        var (intent, earlier) = ("pi_" + Guid.NewGuid().ToString("N"), "pi_" + Guid.NewGuid().ToString("N"));
        Assert.Contains("nothing known", (await admin.Browser.OpenAsync(path)).Text, StringComparison.Ordinal);
        await FlagAsync(person, intent, null);
        await FlagAsync(person, earlier, "somebody-before");

        var shown = await admin.Browser.OpenAsync(path);
        Assert.Contains("card only", shown.Text, StringComparison.Ordinal);
        Assert.StartsWith("–", AdminWorld.Cell(shown, intent, 2), StringComparison.Ordinal);
        Assert.Contains("somebody-before", AdminWorld.Cell(shown, earlier, 2), StringComparison.Ordinal);
        Assert.Equal($"{path}?failed=unknown", (await admin.DoAsync(path, ("do", "forgive"))).Location);
        Assert.Contains("card only", (await admin.Browser.OpenAsync(path)).Text, StringComparison.Ordinal);

        Assert.Equal($"{path}?done=lifted", (await admin.DoAsync(path, ("do", "lift"))).Location);
        var after = await admin.Browser.OpenAsync(path + "?done=lifted");
        Assert.Contains("nothing known", after.Text, StringComparison.Ordinal);
        Assert.Contains("Bank debits are offered again.", after.Text, StringComparison.Ordinal);
        Assert.Contains(admin.UserId, AdminWorld.Cell(after, intent, 2), StringComparison.Ordinal);
        Assert.Contains("somebody-before", AdminWorld.Cell(after, earlier, 2), StringComparison.Ordinal);
        Assert.Equal("stripe.risk-lift 303", (await world.AuditAsync(person.UserId))[0]);

        var token = Browser.Hidden(shown.Html, path).Single(field => field.Name == "__form");
        Assert.Equal($"{path}?failed=unknown", (await admin.Browser.SendFormAsync(path, [token, ("do", "lift")])).Location);
        Assert.Equal(404, (await person.Browser.OpenAsync(path)).Status);
    }

    Task FlagAsync(Seated person, string intent, string? liftedBy) => world.ScalarAsync(
        "INSERT INTO payments.risks (payment_intent_id, user_id, flagged_at, lifted_at, lifted_by) VALUES ($1, $2, now(), CASE WHEN $3 = '' THEN NULL ELSE now() END, nullif($3, ''))",
        intent, person.UserId, liftedBy ?? "");
}
