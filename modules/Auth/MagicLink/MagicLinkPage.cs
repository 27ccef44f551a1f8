using Mana.Auth.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.MagicLink;

/// <summary>
/// The page behind a link that signs in. It asks first: machines that look into mails follow links, but press no buttons. In a browser that
/// did not ask for the link it tells who did.
/// </summary>
internal static class MagicLinkPage
{
    /// <summary>The page; its form may end where the link was made to lead.</summary>
    /// <param name="signIn">Where it goes when the link has gone stale meanwhile.</param>
    /// <param name="here">This browser asked for the link.</param>
    public static IResult Ask(Page page, string token, MagicLinkData data, bool here, string signIn)
    {
        var title = page["Bei Mana anmelden", "Sign in to Mana"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title)}{(here ? Markup.None : Warning(page, data.Device ?? page["unbekannt", "unknown"], data.Address ?? page["unbekannt", "unknown"]))}
            <form method="post" action="/api/auth/magic-link/verify" class="stack">{Controls.Hidden("token", token)}{Controls.Button(page["Anmelden", "Sign in"])}</form>
            """), leadsTo: $"{data.Target} {data.ErrorTarget} {signIn}");
    }

    static Markup Warning(Page page, string device, string network) => page.Locale == "en"
        ? Markup.Of($"<p>This link was asked for in another browser: <strong>{device}</strong>, network <strong>{network}</strong>. Go on only if that was you.</p>")
        : Markup.Of($"<p>Dieser Link wurde in einem anderen Browser angefordert: <strong>{device}</strong>, Netz <strong>{network}</strong>. Mach nur weiter, wenn du das warst.</p>");
}
