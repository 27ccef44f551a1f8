using Mana.Auth.Sessions;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account/sessions</c>: where somebody is signed in, and the way out of it.</summary>
internal static class SessionsPage
{
    public const string Path = "/account/sessions";

    public static async Task<IResult> ShowAsync(Page page, CurrentUser caller, SessionList list, TimeProvider time, CancellationToken cancellationToken)
    {
        var sessions = await list.OfAsync(caller, cancellationToken);
        var rows = sessions.OrderByDescending(session => session.Current).Select(session => Row(page, session, time.GetUtcNow()));
        var others = sessions.Count > 1
            ? page.Form(Path, Markup.Of($"{Controls.Hidden("others", "true")}{Controls.Button(page["Alle anderen abmelden", "Sign out all others"], "danger")}"))
            : Markup.None;
        return AccountPages.Show(page, Path, page["Geräte", "Devices"], Markup.Of($"""
            {AccountPages.Notice(page)}
            <section class="card"><ul class="rows">{rows}</ul>{others}</section>
            """));
    }

    public static async Task<IResult> RevokeAsync(Page page, CurrentUser caller, SignOut signOut, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        if (form["others"] == "true")
            await signOut.RevokeAllAsync(page.Http, caller, alsoThis: false, cancellationToken);
        else
            await signOut.RevokeAsync(page.Http, caller, form["session"].ToString(), cancellationToken);
        return Page.SeeOther(Path + "?done=revoked");
    }

    static Markup Row(Page page, SessionEntry session, DateTimeOffset now)
    {
        var name = session.DeviceName ?? DeviceLabel.Of(session.UserAgent) ?? page["Unbekanntes Gerät", "Unknown device"];
        var used = now - session.LastActivityAt < TimeSpan.FromMinutes(5) ? page["gerade benutzt", "in use now"]
            : page[$"zuletzt am {page.Instant(session.LastActivityAt)}", $"last used {page.Instant(session.LastActivityAt)}"];
        var end = session.Current
            ? Markup.Of($"<span class=\"tag\">{page["Dieses Gerät", "This device"]}</span>")
            : page.Form(Path, Markup.Of($"{Controls.Hidden("session", session.Id)}<button type=\"submit\" class=\"secondary\" aria-label=\"{page[$"{name} abmelden", $"Sign out {name}"]}\">{page["Abmelden", "Sign out"]}</button>"), "inline");
        return Markup.Of($"<li><div><strong>{name}</strong><small>{session.IpAddress} · {used}</small></div>{end}</li>");
    }
}
