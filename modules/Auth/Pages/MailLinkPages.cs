using Mana.Auth.MagicLink;
using Mana.Auth.Origins;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary><c>/login/link</c>: asks for a mail whose link signs in (auth.md 12). The same answer for every address.</summary>
internal static class MailLinkPages
{
    public const string Path = "/login/link";

    public static IResult Show(Page page, TrustedOrigins origins) => Form(page, origins.Target(page.Query["callbackURL"]), null);

    public static async Task<IResult> SendAsync(Page page, MagicLinkRequests links, MagicLinkNonce nonce, TrustedOrigins origins, AuthOptions options, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var target = origins.Target(form["callbackURL"]);
        var wish = new MagicLinkWish(form["email"], null, target ?? options.BaseUrl + Account.AccountPages.Path, null, options.BaseUrl + SignInPages.Path);
        await links.RequestAsync(wish, nonce.Give(page.Http), page.Visitor, cancellationToken);
        return Form(page, target, form["email"]);
    }

    static IResult Form(Page page, string? target, string? sentTo)
    {
        var title = page["Anmelden per Mail", "Sign in by mail"];
        var sent = string.IsNullOrEmpty(sentTo) ? null : page[
            $"Wenn es zu {sentTo} ein Konto gibt, ist dorthin ein Link unterwegs. Er gilt zehn Minuten.", $"If there is an account for {sentTo}, a link is on its way there. It works for ten minutes."];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Wir schicken dir einen Link, der dich anmeldet.", "We send you a link that signs you in."])}{Controls.Done(sent)}
            {page.Form(Path, Markup.Of($"""
                {Controls.Hidden("callbackURL", target)}
                {Controls.Input(new("email", page["E-Mail-Adresse", "E-mail address"], "email", "username") { Value = sentTo, Longest = 254, Focus = sentTo is null })}
                {Controls.Button(page["Link schicken", "Send the link"])}
                """))}
            <nav class="foot">{Controls.Link(target is null ? SignInPages.Path : SignInPages.PathFor(target), page["Zur Anmeldung", "To sign-in"])}</nav>
            """));
    }
}
