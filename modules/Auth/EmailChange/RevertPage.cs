using Mana.Auth.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.EmailChange;

/// <summary>
/// The page behind the link that takes a change of address back. It asks first: machines that look into mails follow links, but press no
/// buttons. The token in the form is what the antiforgery token is elsewhere.
/// </summary>
internal static class RevertPage
{
    const string Path = "/api/auth/revert-email";

    public static IResult Ask(Page page, string token)
    {
        var title = page["Alte Adresse behalten?", "Keep your old address?"];
        var lead = page["Dein Konto benutzt dann wieder die Adresse, an die diese Mail ging. Alle Geräte werden abgemeldet, und das Passwort gilt nicht mehr.",
            "Your account will use the address again that this mail was sent to. Every device will be signed out, and the password will no longer work."];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, lead)}
            <form method="post" action="{Path}" class="stack">{Controls.Hidden("token", token)}{Controls.Button(page["Alte Adresse behalten", "Keep the old address"])}</form>
            """));
    }

    public static IResult Done(Page page)
    {
        var title = page["Erledigt", "Done"];
        var lead = page["Deine alte Adresse gilt wieder. Das bisherige Passwort gilt nicht mehr: wir haben dir einen Link geschickt, mit dem du ein neues wählst.",
            "Your old address is back. The password no longer works: we have sent you a link to choose a new one."];
        return page.Show(title, Markup.Of($"{Controls.Title(title, lead)}<p>{Controls.Link(RecoveryPages.ForgotPath, page["Den Link noch einmal schicken", "Send the link again"])}</p>"));
    }

    public static IResult Gone(Page page)
    {
        var title = page["Dieser Link gilt nicht mehr", "This link no longer works"];
        return page.Show(title, Controls.Title(title, page["Er wurde schon benutzt oder ist älter als sieben Tage.", "It was used already, or it is older than seven days."]), 400);
    }
}
