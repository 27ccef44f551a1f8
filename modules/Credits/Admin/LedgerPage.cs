using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Credits.Accounts;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Credits.Wire;
using Mana.Kernel.Admin;
using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Mana.Credits.Admin;

/// <summary><c>/admin/credits/{id}</c>: an account, every posting behind it, and corrections by hand with a reason.</summary>
internal static class LedgerPage
{
    public const string Path = "/admin/credits";
    public const string Route = Path + "/{id}";
    const int PageSize = 50;

    public static IResult Find(AdminPage page) => page.Query["q"].ToString().Trim() is { Length: > 0 and <= UserInPath.LongestUser } id
        ? AdminPage.SeeOther(PathOf(id))
        : page.Show(Path, "Credits", Markup.Of($"""
            {AdminParts.Find(page, Path, page["Id der Person", "Id of the person"], null)}
            <p class="fine">{page["Die Id steht auf der Seite der Person: ", "The id is on the person's page: "]}{Controls.Link("/admin/users", page["Personen", "People"])}</p>
            """));

    public static async Task<IResult> ShowAsync(
        string id, AdminPage page, IAccountDirectory accounts, Explanation explanation, NpgsqlDataSource database, IIdSource ids, CancellationToken cancellationToken)
    {
        page.About(id);
        if (!IsUser(id) || await LedgerQueries.AccountAsync(database, id, cancellationToken) is not { } wallet && await accounts.FindAsync(id, cancellationToken) is null)
            return CreditsRefusals.UnknownUser;
        var known = await accounts.FindAsync(id, cancellationToken);
        var frozen = (await LedgerQueries.AccountAsync(database, id, cancellationToken))?.FrozenAt;
        var after = long.TryParse(page.Query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : 0;
        var told = await explanation.OfAsync(id, after, PageSize, cancellationToken);
        var holds = await LedgerQueries.OpenReservationsAsync(database, id, cancellationToken);
        var more = told.Available.NextAfter is { } next ? Markup.Of($"<p>{Controls.Link($"{PathOf(id)}?after={next.ToString(CultureInfo.InvariantCulture)}", page["Weiter →", "Next →"])}</p>") : Markup.None;
        return page.Show(Path, known?.Name is { Length: > 0 } name ? name : id, Markup.Of($"""
            {Notice(page)}
            {(frozen is null ? Markup.None : Controls.Problem(page[$"Gesperrt seit {page.Instant(frozen)}: die Prüfung fand einen Fehler.", $"Frozen since {page.Instant(frozen)}: the audit found it wrong."]))}
            <div class="two">{AdminParts.Card(page["Stand", "Balance"], AdminParts.Facts(
                (page["Person", "Person"], Controls.Link($"/admin/users/{Uri.EscapeDataString(id)}", known?.Email ?? id)),
                (page["verfügbar", "available"], AdminParts.Text(told.Balance.Available.ToString())),
                (page["reserviert", "reserved"], AdminParts.Text(told.Balance.Reserved.ToString())),
                (page["je verdient", "ever earned"], AdminParts.Text(told.Balance.TotalEarned.ToString())),
                (page["je ausgegeben", "ever spent"], AdminParts.Text(told.Balance.TotalSpent.ToString())),
                (page["Summe der Buchungen", "sum of the postings"], Markup.Of($"{told.Available.Sum.ToString()} {(told.Adds ? AdminParts.State(page["stimmt", "adds up"], AdminState.Good) : AdminParts.State(page["stimmt nicht", "does not add up"], AdminState.Bad))}"))))}
            {AdminParts.Card(page["Buchen", "Adjust"], Adjust(page, id, ids, frozen is not null), page["Positiv: gutschreiben. Negativ: abziehen. Der Grund steht im Hauptbuch.", "Positive gives, negative takes. The reason goes into the ledger."])}</div>
            {AdminParts.Card(page["Offene Reservierungen", "Open reservations"], AdminParts.Table(page, [page["Grund", "Reason"], page["Betrag", "Amount"], page["läuft ab", "expires"]],
                holds.Select(hold => (IReadOnlyList<Markup>)[AdminParts.Small(AdminParts.Text(hold.Reason), hold.Id.ToString()), AdminParts.Text(hold.Amount.ToString()), AdminParts.Text(page.Instant(hold.ExpiresAt))])))}
            {AdminParts.Card(page["Buchungen", "Postings"], Markup.Of($"{Postings(page, told.Available)}{more}"), page[$"{told.Available.PostingsCount}, die älteste zuerst; jede ist mit der vorigen verkettet.", $"{told.Available.PostingsCount}, oldest first; each is chained to the one before."])}
            """));
    }

    public static async Task<IResult> ChangeAsync(string id, AdminPage page, CurrentUser admin, IAccountDirectory accounts, Adjustments adjustments, CancellationToken cancellationToken)
    {
        page.About(id);
        var form = await page.FormAsync();
        if (!IsUser(id) || await accounts.FindAsync(id, cancellationToken) is null)
            return CreditsRefusals.UnknownUser;
        if (form["do"] == "unfreeze")
        {
            page.Does("credits.unfreeze");
            return await adjustments.UnfreezeAsync(id, admin.UserId, cancellationToken) ? AdminPage.Done(PathOf(id), "unfrozen") : page.Failed(PathOf(id), "unknown");
        }

        var (written, reason, reference) = (form["amount"].ToString().Trim(), form["reason"].ToString().Trim(), form["reference"].ToString());
        page.Does("credits.adjust", value: $"{written}: {reason}");
        if (!decimal.TryParse(written.Replace(',', '.'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var credits)
            || CreditAmount.OfCredits(credits) is not { Milli: not 0 } amount)
            return page.Failed(PathOf(id), "amount");
        if (reason.Length is 0 or > 500 || reference.Length is 0 or > 128 || !Storable.IsText(reason) || !Storable.IsText(reference))
            return page.Failed(PathOf(id), "reason");
        return await adjustments.BookAsync(id, amount, reason, reference, admin.UserId, cancellationToken) switch
        {
            PostingResult.Posted { Replayed: true } => AdminPage.Done(PathOf(id), "before"),
            PostingResult.Posted => AdminPage.Done(PathOf(id), "booked"),
            PostingResult.Insufficient => page.Failed(PathOf(id), "insufficient"),
            PostingResult.Frozen => page.Failed(PathOf(id), "frozen"),
            _ => page.Failed(PathOf(id), "unknown"),
        };
    }

    static string PathOf(string userId) => $"{Path}/{Uri.EscapeDataString(userId)}";

    static bool IsUser(string id) => id.Length <= UserInPath.LongestUser && Storable.IsText(id);

    /// <summary>The reference is made with the form: sending it twice books once.</summary>
    static Markup Adjust(AdminPage page, string id, IIdSource ids, bool isFrozen) => Markup.Of($"""
        {page.Form(PathOf(id), Markup.Of($"""
            {Controls.Hidden("do", "adjust")}{Controls.Hidden("reference", "admin:" + ids.NewGuid())}
            {Controls.Input(new("amount", page["Betrag", "Amount"]) { Longest = 12, InputMode = "decimal" })}
            {Controls.Input(new("reason", page["Grund", "Reason"]) { Longest = 500 })}
            {Controls.Button(page["Buchen", "Book"])}
            """), "stack")}
        {(isFrozen ? page.Form(PathOf(id), Markup.Of($"{Controls.Hidden("do", "unfreeze")}{Controls.Button(page["Wieder freigeben", "Let it spend again"], "danger")}")) : Markup.None)}
        """);

    static Markup Postings(AdminPage page, AccountExplanation account) => AdminParts.Table(
        page, [page["Buchung", "Posting"], page["Betrag", "Amount"], page["danach", "after"], "App", page["wann", "when"]],
        account.Postings.Select(posting => (IReadOnlyList<Markup>)
        [
            AdminParts.Small(AdminParts.Text($"{posting.Seq} {posting.Type ?? posting.Kind}"), posting.Description),
            AdminParts.Text(posting.Amount.ToString()), AdminParts.Text(posting.BalanceAfter.ToString()), AdminParts.Text(posting.AppId), AdminParts.Text(page.Instant(posting.OccurredAt)),
        ]));

    static Markup Notice(AdminPage page) => AdminParts.Notice(
        page,
        ("booked", "Gebucht.", "Booked."),
        ("before", "Das war schon gebucht; nichts wurde bewegt.", "This was booked before; nothing was moved."),
        ("unfrozen", "Das Konto kann wieder ausgeben.", "The account may spend again."),
        ("amount", "Das ist kein Betrag: höchstens drei Stellen nach dem Komma, nicht null.", "This is no amount: three decimals at most, not zero."),
        ("reason", "Ohne Grund wird nicht gebucht.", "Nothing is booked without a reason."),
        ("insufficient", "So viel ist nicht da.", "There is not enough."),
        ("frozen", "Das Konto ist gesperrt.", "The account is frozen."),
        ("unknown", "Das ging nicht.", "That did not work."));
}

/// <summary>The ledger at a glance.</summary>
internal sealed class LedgerGlances(NpgsqlDataSource database) : IAdminGlances
{
    public async Task<IReadOnlyList<AdminGlance>> NowAsync(CancellationToken cancellationToken)
    {
        var frozen = await LedgerQueries.FrozenAsync(database, cancellationToken);
        return [new("gesperrte Credits-Konten", "frozen credit accounts", frozen.ToString(CultureInfo.InvariantCulture), frozen == 0 ? AdminState.Good : AdminState.Bad, LedgerPage.Path)];
    }
}
