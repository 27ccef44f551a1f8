using Mana.Auth.Oidc.Clients;
using Mana.Auth.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Authorize;

/// <summary>What a person sees when a request cannot go on: what happened, and a way out that is not a dead end.</summary>
internal sealed class RequestPages(ClientDirectory clients)
{
    /// <summary>Never with a redirect: the address may be anybody's (auth.md 13.5, step 1).</summary>
    public static IResult Unsafe(Page page, string reason)
    {
        var title = page["Diese Anmeldung geht nicht", "This sign-in cannot go on"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Die App hat eine Anfrage geschickt, die hier nicht angenommen wird. Du kannst nichts dafür; ihre Betreiber müssen das ändern.", "The app has sent a request that is not accepted here. It is not your fault; its operators have to change it."])}
            <p class="fine">{reason}</p>
            <nav class="foot">{Controls.Link(Pages.Account.AccountPages.Path, page["Zum Konto", "To your account"])}</nav>
            """), StatusCodes.Status400BadRequest);
    }

    public async Task<IResult> StuckAsync(Page page, StoredReading why, CancellationToken cancellationToken)
    {
        if (why is StoredReading.NoCookies)
        {
            var blocked = page["Dein Browser schickt keine Cookies", "Your browser sends no cookies"];
            return page.Show(blocked, Markup.Of($"""
                {Controls.Title(blocked, page["Ohne Cookies kann dich hier niemand anmelden. Erlaube sie für diese Seite und beginne noch einmal in der App.", "Nobody can sign you in without cookies. Allow them for this site and start again in the app."])}
                <nav class="foot">{Controls.Link(SignInPages.Path, page["Zur Anmeldung", "To sign-in"])}</nav>
                """), StatusCodes.Status400BadRequest);
        }

        var client = why is StoredReading.Gone { ClientId: { } id } ? await clients.FindAsync(id, cancellationToken) : null;
        // The origin of an address that is registered: people go back to where they came from, never elsewhere.
        var home = client?.RedirectUris.Where(uri => uri.StartsWith("http", StringComparison.Ordinal)).Select(uri => new Uri(uri).GetLeftPart(UriPartial.Authority)).FirstOrDefault();
        var title = page["Diese Anmeldung ist schon beendet", "This sign-in is over already"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Sie wurde abgeschlossen, ist älter als zehn Minuten oder gehört zu einem anderen Browser. Beginne noch einmal in der App.", "It was completed, is older than ten minutes, or belongs to another browser. Start again in the app."])}
            {(home is null ? Markup.None : Markup.Of($"<p>{Controls.Link(home, page[$"Zurück zu {client!.Name}", $"Back to {client.Name}"])}</p>"))}
            <nav class="foot">{Controls.Link(Pages.Account.AccountPages.Path, page["Zum Konto", "To your account"])}</nav>
            """), StatusCodes.Status400BadRequest);
    }
}
