using Mana.Kernel.Admin;
using Mana.Kernel.Identity;
using Mana.Kernel.Pages;
using Mana.Payments.Admin;
using Microsoft.AspNetCore.Http;

namespace Mana.Payments.Risk;

/// <summary><c>/admin/risk/{id}</c>: which payments of a person a bank took back, and the button that lets them pay by debit again.</summary>
internal static class RiskPage
{
    public const string Path = "/admin/risk";
    public const string Route = Path + "/{id}";

    public static async Task<IResult> ShowAsync(string id, AdminPage page, PaymentRisks risks, CancellationToken cancellationToken)
    {
        page.About(id);
        var causes = AdminHandlers.IsId(id) ? await risks.OfAsync(id, cancellationToken) : [];
        var isFlagged = causes.Exists(cause => cause.LiftedAt is null);
        return page.Show(InboxPage.Path, page["Zahlungsrisiko", "Payment risk"], Markup.Of($"""
            {Notice(page)}
            {AdminParts.Card(null, Markup.Of($"""
                {(isFlagged ? AdminParts.State(page["nur Karte", "card only"], AdminState.Bad) : AdminParts.State(page["nichts bekannt", "nothing known"], AdminState.Good))}
                {(isFlagged ? page.Form(PathOf(id), Markup.Of($"{Controls.Hidden("do", "lift")}{Controls.Button(page["Lastschrift wieder erlauben", "Allow bank debits again"], "danger")}")) : Markup.None)}
                """), page["Wessen Bank Geld zurückgeholt hat, dem wird keine Lastschrift mehr angeboten.", "Nobody is offered a bank debit whose bank took money back."])}
            {AdminParts.Card(page["Bestrittene Zahlungen", "Disputed payments"], AdminParts.Table(page, [page["Zahlung", "Payment"], page["seit", "since"], page["aufgehoben", "lifted"]],
                causes.Select(cause => (IReadOnlyList<Markup>)
                    [AdminParts.Code(cause.PaymentIntentId), AdminParts.Text(page.Instant(cause.FlaggedAt)), AdminParts.Small(AdminParts.Text(cause.LiftedAt is null ? "–" : page.Instant(cause.LiftedAt)), cause.LiftedBy)])))}
            """));
    }

    public static async Task<IResult> ChangeAsync(string id, AdminPage page, CurrentUser admin, PaymentRisks risks, CancellationToken cancellationToken)
    {
        page.About(id);
        var form = await page.FormAsync();
        if (form["do"] != "lift" || !AdminHandlers.IsId(id))
            return page.Failed(PathOf(id), "unknown");
        page.Does("stripe.risk-lift");
        return await risks.LiftAsync(id, admin.UserId, cancellationToken) ? AdminPage.Done(PathOf(id), "lifted") : page.Failed(PathOf(id), "unknown");
    }

    static string PathOf(string userId) => $"{Path}/{Uri.EscapeDataString(userId)}";

    static Markup Notice(AdminPage page) => AdminParts.Notice(
        page,
        ("lifted", "Lastschriften werden wieder angeboten.", "Bank debits are offered again."),
        ("unknown", "Das ging nicht.", "That did not work."));
}
