using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Pages;
using Mana.Auth.Sessions;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Consent;

/// <summary><c>/consent</c>: who asks, and what for.</summary>
internal static class ConsentPages
{
    public const string Path = "/consent";

    public static string PathFor(string requestId) => $"{Path}?request={requestId}";

    public static async Task<IResult> ShowAsync(
        Page page, StoredRequests stored, Authorization authorization, RequestPages pages, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var reading = await stored.FindAsync(page.Http, page.Query["request"], Data.OAuthRequestKind.Authorize, cancellationToken);
        if (reading is not StoredReading.Found found)
            return await pages.StuckAsync(page, reading, cancellationToken);
        if (await authorization.ReadAsync(found.Row, cancellationToken) is not var (request, client))
            return await pages.StuckAsync(page, new StoredReading.Gone(found.Row.ClientId), cancellationToken);
        page.Locale = request.Locale ?? page.Locale;
        if (await sessions.ByCookieAsync(page.Http, cancellationToken) is not { } live)
            return Page.SeeOther(SignInPages.PathForRequest(found.Id));

        var title = page[$"{client.Name} möchte dich anmelden", $"{client.Name} wants to sign you in"];
        var scopes = request.Scopes.Select(scope => Markup.Of($"<li>{ScopeText.Of(page, scope)}</li>"));
        var buttons = Markup.Of($"""
            {Controls.Hidden("request", found.Id)}{Controls.Hidden("shown_to", authorization.ShownTo(found.Id, live))}
            <button type="submit" class="primary" name="answer" value="accept">{page["Erlauben", "Allow"]}</button>
            <button type="submit" class="secondary" name="answer" value="deny">{page["Ablehnen", "Decline"]}</button>
            """);
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page[$"Du bist als {live.User.Email} angemeldet. Die App möchte:", $"You are signed in as {live.User.Email}. The app wants to:"])}
            <ul>{scopes}</ul>
            <p class="fine">{page[$"Danach geht es weiter zu {Place(request.RedirectUri)}.", $"You will go on to {Place(request.RedirectUri)}."]}</p>
            {page.Form(Path, buttons)}
            <nav class="foot">{Controls.Link($"{SignInPages.PathForRequest(found.Id)}&prompt=login", page["Mit einem anderen Konto anmelden", "Use another account"])}</nav>
            """), leadsTo: SignInContinuation.FormTarget(request.RedirectUri));
    }

    public static async Task<IResult> AnswerAsync(Page page, Authorization authorization, RequestPages pages, AuthOptions options, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var answer = await authorization.AnswerAsync(page.Http, form["request"], form["answer"] == "accept", form["shown_to"].ToString(), cancellationToken);
        return answer is AuthorizeAnswer.Respond { Target: { ResponseMode: ResponseTarget.Query } target } respond && SignInContinuation.FormTarget(target.RedirectUri) is null
            ? page.GoOn(new AuthorizeResponse(respond, options.BaseUrl).Address)
            : await AuthorizeHandler.ResultAsync(page, answer, pages, options, cancellationToken);
    }

    static string Place(string redirectUri) => new Uri(redirectUri) is { Scheme: "http" or "https" } uri ? uri.Authority : redirectUri;
}
