using Mana.Auth.Contracts;
using Mana.Kernel.Identity;
using Mana.Kernel.Pages;
using Mana.Subscriptions.Data;
using Microsoft.AspNetCore.Http;

namespace Mana.Subscriptions.Pages;

/// <summary><c>/account/plan</c>: the plan that holds, those that can be had, and the invoices.</summary>
internal static class PlanPage
{
    public static async Task<IResult> ShowAsync(AccountPage page, CurrentUser user, PlanOverview overview, CheckoutReturn returned, CancellationToken cancellationToken)
    {
        if (page.Query["done"] == "subscribed")
            await returned.LookAsync(user.UserId, cancellationToken);
        var view = await overview.OfAsync(user.UserId, cancellationToken);
        return Show(page, view, Controls.Done(page.Query["done"].ToString() switch
        {
            "subscribed" when view.Live is not null => page[$"Willkommen bei {view.Plan.Name}!", $"Welcome to {view.Plan.Name}!"],
            "subscribed" => page["Deine Zahlung ist noch nicht bestätigt. Lade die Seite gleich noch einmal.", "Your payment is not confirmed yet. Load this page again in a moment."],
            "cancelled" => page["Abgebrochen. Es wurde nichts abgebucht.", "Cancelled. You were not charged."],
            "ends" => page["Gekündigt. Bis zum Ende des bezahlten Zeitraums bleibt alles, wie es ist.", "Cancelled. Until the end of the period that you have paid everything stays as it is."],
            "goes-on" => page["Schön! Dein Abo geht weiter.", "Good! Your plan goes on."],
            "changed" => page["Geändert.", "Changed."],
            _ => null,
        }));
    }

    /// <summary>The page with something to say on top of it.</summary>
    public static IResult Show(AccountPage page, PlanView view, Markup notice, int status = 200) => page.Show(PlanPages.Path, page["Abo", "Plan"], Markup.Of($"""
        {notice}
        {Current(page, view)}
        {PlanOffers.Of(page, view)}
        {Invoices(page, view)}
        """), status);

    static Markup Current(AccountPage page, PlanView view)
    {
        var plan = view.Plan;
        var credits = plan.MonthlyCredits.ToString("#,0", page.Culture);
        var facts = view.Live is null ? Markup.None : Markup.Of($"<dt>{page["Jeden Monat", "Every month"]}</dt><dd>{credits} Mana</dd>");
        var portal = view.IsCustomer ? page.Form(PlanPages.PortalPath, Controls.Button(page["Karte und Rechnungsdaten", "Card and billing details"], "secondary"), "inline") : Markup.None;
        var end = view.Live switch
        {
            null => Markup.None,
            { CancelAtPeriodEnd: true } => page.Form(PlanPages.ReactivatePath, Controls.Button(page["Doch weitermachen", "Go on after all"]), "inline"),
            _ => page.Form(PlanPages.CancelPath, Controls.Button(page["Kündigen", "Cancel the plan"], "danger"), "inline"),
        };
        return AccountPage.Card(plan.Name, Markup.Of($"""
            {State(page, view.Live)}
            <dl>{facts}<dt>{page["Personen je Space", "People per space"]}</dt><dd>{Limit(page, plan.MaxTeamMembers)}</dd><dt>{page["Eigene Spaces", "Spaces of your own"]}</dt><dd>{Limit(page, plan.MaxOrganizations)}</dd></dl>
            <div class="buttons">{portal}{end}</div>
            """), view.Live is null ? page["Du hast kein Abo.", "You have no plan that costs anything."] : null, "current");
    }

    static Markup State(AccountPage page, SubscriptionRow? live)
    {
        var end = live?.CurrentPeriodEnd is { } at ? page.Day(at) : "";
        return live switch
        {
            null => Markup.None,
            { Status: "past_due" or "unpaid" } => Controls.Problem(page["Die letzte Zahlung hat nicht geklappt. Prüfe deine Karte, sonst endet das Abo.", "The last payment did not work. Check your card, or the plan will end."]),
            { Status: "paused" } => Markup.Of($"<p>{page["Pausiert.", "Paused."]}</p>"),
            { CancelAtPeriodEnd: true } => Markup.Of($"<p>{page[$"Endet am {end}.", $"Ends on {end}."]}</p>"),
            { Status: "trialing" } => Markup.Of($"<p><span class=\"tag\">{page["Probezeit", "Trial"]}</span> {page[$"bis {end}", $"until {end}"]}</p>"),
            { BillingInterval: SubscriptionRow.Yearly } => Markup.Of($"<p><span class=\"tag\">{page["Aktiv", "Active"]}</span> {page[$"Jährlich, die nächste Zahlung am {end}.", $"Yearly, next payment on {end}."]}</p>"),
            _ => Markup.Of($"<p><span class=\"tag\">{page["Aktiv", "Active"]}</span> {page[$"Monatlich, die nächste Zahlung am {end}.", $"Monthly, next payment on {end}."]}</p>"),
        };
    }

    static Markup Invoices(AccountPage page, PlanView view) => view.Invoices.Count == 0 ? Markup.None : AccountPage.Card(page["Rechnungen", "Invoices"], Markup.Of($"""
        <ul class="rows">{view.Invoices.Select(invoice => Markup.Of($"""
            <li><div><strong>{invoice.Number ?? page["Rechnung", "Invoice"]}</strong><small>{page.Day(invoice.CreatedAt)} · {Status(page, invoice.Status)} {Links(page, invoice)}</small></div><span class="sum">{page.Euro(invoice.AmountDueEuroCents)}</span></li>
            """))}</ul>
        """), id: "invoices");

    static Markup Links(AccountPage page, InvoiceRow invoice)
    {
        var shown = invoice.HostedInvoiceUrl is { } place ? Markup.Of($"· {Controls.Link(place, page["Ansehen", "View"])} ") : Markup.None;
        return invoice.InvoicePdfUrl is { } file ? Markup.Of($"{shown}· {Controls.Link(file, "PDF")}") : shown;
    }

    static string Status(AccountPage page, string? status) => status switch
    {
        "paid" => page["bezahlt", "paid"],
        "open" => page["offen", "open"],
        "void" => page["storniert", "void"],
        "uncollectible" => page["nicht einziehbar", "uncollectible"],
        _ => status ?? "",
    };

    public static string Limit(AccountPage page, int? limit) => limit?.ToString("#,0", page.Culture) ?? page["ohne Grenze", "no limit"];
}
