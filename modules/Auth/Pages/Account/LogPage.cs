using Mana.Auth.Cookies;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account/log</c>: what happened to the account, and the way to say that it was somebody else (auth.md 22).</summary>
internal static class LogPage
{
    public const string Path = "/account/log";

    public static async Task<IResult> ShowAsync(Page page, CurrentUser caller, SecurityEventList list, CancellationToken cancellationToken)
    {
        var before = Guid.TryParse(page.Query["before"], out var id) ? id : (Guid?)null;
        var events = await list.PageAsync(caller.UserId, SecurityEventList.Usual, before, cancellationToken);
        var older = events.HasMore ? Markup.Of($"<p>{Controls.Link($"{Path}?before={events.Events[^1].Id}", page["Ältere", "Older"])}</p>") : Markup.None;
        var chain = events.Verified
            ? Markup.Of($"<p class=\"fine\">{page["Jeder Eintrag ist mit dem vorigen verkettet; keiner wurde verändert.", "Each entry is chained to the one before; none was changed."]}</p>")
            : Controls.Problem(page["Die Kette der Einträge ist unterbrochen: jemand hat sie verändert. Sprich mit dem Betreiber.", "The chain of entries is broken: somebody changed it. Speak to the operator."]);
        return AccountPages.Show(page, Path, page["Protokoll", "Security log"], Markup.Of($"""
            <section class="card">{chain}<ul class="rows">{events.Events.Select(entry => Row(page, entry))}</ul>{older}</section>
            """));
    }

    public static async Task<IResult> DisownAsync(Page page, CurrentUser caller, Disowning disowning, SessionCookies cookies, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse((await page.FormAsync())["event"], out var id) || await disowning.DisownAsync(caller, id, page.Visitor, cancellationToken) is null)
            return Page.SeeOther(Path);
        cookies.Clear(page.Http);
        var title = page["Alle sind abgemeldet", "Everybody is signed out"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Auch du. Dein Passwort gilt nicht mehr; wir haben dir einen Link für ein neues geschickt. API-Schlüssel, die seitdem entstanden, sind widerrufen.",
                "You too. Your password no longer works; we have mailed you a link for a new one. API keys made since then are revoked."])}
            <p>{Controls.Link(RecoveryPages.ForgotPath, page["Keine Mail bekommen?", "No mail?"])}</p>
            """));
    }

    static Markup Row(Page page, SecurityEventView entry)
    {
        var device = DeviceLabel.Of(entry.UserAgent) ?? page["unbekanntes Gerät", "unknown device"];
        var notMe = !EventWords.CanBeForeign(entry.EventType) ? Markup.None
            : page.Form(Path, Markup.Of($"{Controls.Hidden("event", entry.Id.ToString())}<button type=\"submit\" class=\"quiet\">{page["Das war ich nicht", "That wasn't me"]}</button>"), "inline");
        return Markup.Of($"<li><div><strong>{EventWords.Of(page, entry.EventType)}</strong><small>{page.Instant(entry.CreatedAt)} · {device} · {entry.IpAddress}</small></div>{notMe}</li>");
    }
}
