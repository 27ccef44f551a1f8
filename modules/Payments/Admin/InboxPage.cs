using Mana.Kernel.Admin;
using Mana.Kernel.Pages;
using Mana.Payments.Contracts;
using Mana.Payments.Inbox;
using Mana.Payments.Reconciliation;
using Microsoft.AspNetCore.Http;

namespace Mana.Payments.Admin;

/// <summary><c>/admin/stripe</c>: events of Stripe that wait for a person, and the others by state. Payloads stay where they are.</summary>
internal static class InboxPage
{
    public const string Path = "/admin/stripe";
    const int Most = 100;
    static readonly string[] States = ["pending", "processed", "quarantined", "dead"];

    public static async Task<IResult> ShowAsync(AdminPage page, EventList list, InboxStore store, IStripeAvailability stripe, CancellationToken cancellationToken)
    {
        var status = States.FirstOrDefault(state => page.Query["status"] == state);
        var counts = await store.CountAsync(cancellationToken);
        var rows = (await list.ListAsync(status, null, Most, cancellationToken)).Select(entry => (IReadOnlyList<Markup>)
        [
            AdminParts.Small(AdminParts.Code(entry.Type), entry.Id),
            AdminParts.Small(State(entry.Status), entry.Outcome),
            AdminParts.Small(AdminParts.Text(page.Instant(entry.ReceivedAt)), entry.ObjectId),
            AdminParts.Small(AdminParts.Number(entry.Attempts), entry.LastError),
            entry.Status == "pending" ? AdminParts.Text(page.Instant(entry.NextAttemptAt))
                : page.Form(Path, Markup.Of($"""{Controls.Hidden("do", "replay")}{Controls.Hidden("event", entry.Id)}{Controls.Button(page["Noch einmal", "Retry"], "secondary")}""")),
        ]);
        return page.Show(Path, page["Stripe-Eingang", "Stripe inbox"], Markup.Of($"""
            {Notice(page)}
            {(stripe.Mode != StripeMode.Off ? Markup.None : Markup.Of($"<p class=\"notice\">{page["Stripe ist auf diesem Server nicht eingerichtet.", "Stripe is not set up on this server."]}</p>"))}
            {AdminParts.Glances(page, [
                new("warten", "waiting", Text(counts.Pending)),
                new("brauchen jemanden", "need somebody", Text(counts.Parked), counts.Parked == 0 ? AdminState.Good : AdminState.Bad)])}
            <form method="get" action="{Path}" class="find">{AdminParts.Choice("status", page["Stand", "State"], status, States.Select(state => (state, state)).Prepend(("", page["brauchen jemanden", "need somebody"])))}{Controls.Button(page["Zeigen", "Show"], "secondary")}</form>
            {AdminParts.Card(null, AdminParts.Table(page, [page["Ereignis", "Event"], page["Stand", "State"], page["angekommen", "received"], page["Versuche", "Attempts"], ""], rows))}
            {AdminParts.Card(page["Abgleich", "Reconciliation"], page.Form(Path, Markup.Of($"{Controls.Hidden("do", "reconcile")}{Controls.Button(page["Jetzt abgleichen", "Reconcile now"], "secondary")}")),
                page["Fragt Stripe nach allem, was Webhooks nicht gebracht haben.", "Asks Stripe for what webhooks did not bring."])}
            """));
    }

    public static async Task<IResult> ChangeAsync(AdminPage page, InboxStore store, EventPull pull, Reconcilers reconcilers, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        if (form["do"] == "reconcile")
        {
            page.Does("stripe.reconcile");
            if (await pull.PullAsync(cancellationToken) is not StripeResult<int>.Ok)
                return page.Failed(Path, "no-stripe");
            await reconcilers.RunAsync(ReconciliationScope.Open, cancellationToken);
            return AdminPage.Done(Path, "reconciled");
        }

        var id = form["event"].ToString();
        page.Does("stripe.replay", target: id);
        return AdminHandlers.IsId(id) && await store.ReplayAsync(id, cancellationToken) ? AdminPage.Done(Path, "retried") : page.Failed(Path, "gone");
    }

    static Markup Notice(AdminPage page) => AdminParts.Notice(
        page,
        ("retried", "Das Ereignis ist wieder an der Reihe.", "The event is back in line."),
        ("gone", "Dieses Ereignis gibt es nicht, oder es wartet schon.", "There is no such event, or it waits already."),
        ("reconciled", "Abgeglichen.", "Reconciled."),
        ("no-stripe", "Stripe antwortet nicht oder ist nicht eingerichtet.", "Stripe does not answer, or is not set up."));

    static Markup State(string status) => AdminParts.State(status, status switch
    {
        "processed" => AdminState.Good,
        "dead" or "quarantined" => AdminState.Bad,
        _ => AdminState.Plain,
    });

    static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The inbox at a glance.</summary>
internal sealed class InboxGlances(InboxStore store) : IAdminGlances
{
    public async Task<IReadOnlyList<AdminGlance>> NowAsync(CancellationToken cancellationToken)
    {
        var parked = (await store.CountAsync(cancellationToken)).Parked;
        return [new("Stripe-Ereignisse brauchen jemanden", "Stripe events need somebody", parked.ToString(System.Globalization.CultureInfo.InvariantCulture), parked == 0 ? AdminState.Good : AdminState.Bad, InboxPage.Path)];
    }
}
