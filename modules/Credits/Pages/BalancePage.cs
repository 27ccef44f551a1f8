using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Ledger;
using Mana.Kernel.Identity;
using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Credits.Pages;

/// <summary><c>/account/credits</c>: what somebody has, what they can buy, and whether their data is kept in step.</summary>
internal static class BalancePage
{
    public static async Task<IResult> ShowAsync(AccountPage page, CurrentUser user, CreditsOverview overview, PurchaseReturn returned, CancellationToken cancellationToken)
    {
        // Before the balance is read: it may rise by this.
        var bought = page.Query["purchase"].ToString() is { Length: > 0 } id ? await returned.LookAsync(user.UserId, id, cancellationToken) : null;
        return Show(page, await overview.OfAsync(user.UserId, cancellationToken), Notice(page, bought));
    }

    /// <summary>The page with something to say on top of it.</summary>
    public static IResult Show(AccountPage page, CreditsView view, Markup notice, int status = 200) => page.Show(CreditsPages.Path, page["Guthaben", "Credits"], Markup.Of($"""
        {notice}
        {(view.IsHeld ? Controls.Problem(page["Dein Guthaben wird gerade geprüft. Bis dahin kann nichts ausgegeben werden; verloren geht nichts.", "Your balance is being checked. Nothing can be spent until then; nothing is lost."]) : Markup.None)}
        {Balance(page, view)}
        {PacksCard.Of(page, view)}
        {SyncCard.Of(page, view)}
        """), status);

    static Markup Balance(AccountPage page, CreditsView view)
    {
        var balance = view.Balance;
        var held = balance.Reserved == CreditAmount.Zero ? Markup.None : Markup.Of($"<dt>{page["Vorgemerkt", "Held"]}</dt><dd>{CreditsWords.Amount(page, balance.Reserved)}</dd>");
        return AccountPage.Card(page["Dein Guthaben", "Your balance"], Markup.Of($"""
            <p class="figure" data-balance="{balance.Available.ToString()}">{CreditsWords.Amount(page, balance.Available)} <small>Mana</small></p>
            <dl>{held}<dt>{page["Je bekommen", "Ever received"]}</dt><dd>{CreditsWords.Amount(page, balance.TotalEarned)}</dd><dt>{page["Je ausgegeben", "Ever spent"]}</dt><dd>{CreditsWords.Amount(page, balance.TotalSpent)}</dd></dl>
            {(view.Latest.Count == 0 ? Markup.None : Markup.Of($"<ul class=\"rows\">{view.Latest.Select(line => Line(page, line))}</ul>"))}
            <p class="fine">{Controls.Link(CreditsPages.HistoryPath, page["Jede Buchung ansehen", "See every entry"])}</p>
            """));
    }

    static Markup Line(AccountPage page, TransactionView line) => Markup.Of($"""
        <li><div><strong>{CreditsWords.Kind(page, line.Type, line.AppId)}</strong><small>{page.Day(line.CreatedAt)}{CreditsWords.About(line.AppId, line.Description)}</small></div>{Sum(page, line.Amount)}</li>
        """);

    public static Markup Sum(AccountPage page, CreditAmount amount) => Markup.Of($"""<span class="sum{(amount > CreditAmount.Zero ? " plus" : "")}">{CreditsWords.Signed(page, amount)}</span>""");

    static Markup Notice(AccountPage page, Purchase? bought) => (page.Query["done"].ToString(), bought) switch
    {
        (_, { IsPaid: true }) => Controls.Done(page[$"Danke! {bought.Credits} Mana sind da.", $"Thank you! {bought.Credits} Mana have arrived."]),
        (_, { Status: Purchase.Processing }) => Controls.Done(page["Danke! Die Bank braucht ein paar Tage; dein Mana kommt, sobald das Geld da ist.", "Thank you! The bank takes a few days; your Mana comes as soon as the money has."]),
        (_, { Status: Purchase.Failed }) => Controls.Problem(page["Die Zahlung hat nicht geklappt. Es wurde nichts abgebucht.", "The payment did not work. You were not charged."]),
        (_, { }) => Controls.Done(page["Deine Zahlung ist noch nicht bestätigt. Lade die Seite gleich noch einmal.", "Your payment is not confirmed yet. Load this page again in a moment."]),
        ("cancelled", _) => Controls.Done(page["Abgebrochen. Es wurde nichts abgebucht.", "Cancelled. You were not charged."]),
        ("sync-on", _) => Controls.Done(page["Cloud Sync ist eingeschaltet.", "Cloud Sync is on."]),
        ("sync-off", _) => Controls.Done(page["Cloud Sync ist ausgeschaltet. Deine Daten bleiben.", "Cloud Sync is off. Your data stays."]),
        ("sync-ends", _) => Controls.Done(page["Cloud Sync endet mit dem bezahlten Zeitraum.", "Cloud Sync ends with the period that you have paid."]),
        ("sync-saved", _) => Controls.Done(page["Gespeichert.", "Saved."]),
        _ => Markup.None,
    };
}
