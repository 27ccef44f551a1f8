using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Credits.Accounts;
using Mana.Kernel.Identity;
using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Credits.Pages;

/// <summary><c>/account/credits/history</c>: every posting behind the balance, oldest first, and whether they add up to it (issue 6).</summary>
internal static class HistoryPage
{
    const int PageSize = 50;

    public static async Task<IResult> ShowAsync(AccountPage page, CurrentUser user, Explanation explanation, CancellationToken cancellationToken)
    {
        var after = long.TryParse(page.Query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : 0;
        var all = await explanation.OfAsync(user.UserId, after, PageSize, cancellationToken);
        var verdict = all.Adds
            ? Controls.Done(page[$"{all.Available.PostingsCount} Buchungen ergeben zusammen {CreditsWords.Amount(page, all.Available.Sum)} Mana. Das ist dein Guthaben.", $"{all.Available.PostingsCount} entries add up to {CreditsWords.Amount(page, all.Available.Sum)} Mana. That is your balance."])
            : Controls.Problem(page["Die Buchungen ergeben nicht dein Guthaben. Wir sind benachrichtigt und prüfen es.", "The entries do not add up to your balance. We have been told and are checking."]);
        var rows = all.Available.Postings.Select(posting => Markup.Of($"""
            <li><div><strong>{CreditsWords.Kind(page, posting.Kind, posting.AppId)}</strong><small>{page.Instant(posting.OccurredAt)}{CreditsWords.About(posting.AppId, posting.Description)}</small></div>
            <span class="sum">{CreditsWords.Signed(page, posting.Amount)} → {CreditsWords.Amount(page, posting.BalanceAfter)}</span></li>
            """));
        var more = all.Available.NextAfter is { } next ? Controls.Link($"{CreditsPages.HistoryPath}?after={next.ToString(CultureInfo.InvariantCulture)}", page["Weiter →", "Next →"]) : Markup.None;
        return page.Show(CreditsPages.Path, page["Jede Buchung", "Every entry"], Markup.Of($"""
            <p class="fine">{Controls.Link(CreditsPages.Path, page["← Guthaben", "← Credits"])}</p>
            {verdict}
            <section class="card"><ul class="rows">{rows}</ul>{more}</section>
            """));
    }
}
