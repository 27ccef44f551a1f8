using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Pages;
using Mana.Auth.Sessions;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Logout;

/// <summary>
/// The end-session endpoint (RP-Initiated Logout 2, 3) and <c>/logout</c>, where a person is asked. Nobody is asked who comes with an id_token of the
/// very session that ends.
/// </summary>
internal static class LogoutPages
{
    public const string Path = "/logout";

    public static Task<IResult> GetAsync(Page page, LogoutRequests requests, StoredRequests stored, RequestCookie cookie, LiveSessions sessions, SignOut signOut, CancellationToken cancellationToken) =>
        StartAsync(page, OAuthParameters.OfQuery(page.Http.Request), requests, stored, cookie, sessions, signOut, cancellationToken);

    /// <summary>Posted from another site, without our cookies: the browser is led here to bring them.</summary>
    public static async Task<IResult> PostAsync(Page page, LogoutRequests requests, StoredRequests stored, CancellationToken cancellationToken)
    {
        if (await OAuthParameters.OfFormAsync(page.Http.Request) is not { } form)
            return Bad(page, "The body is not application/x-www-form-urlencoded");
        return await requests.ReadAsync(form, cancellationToken) switch
        {
            LogoutReading.Good good => Page.SeeOther($"{Path}?request={await stored.KeepAsync(OAuthRequestKind.Logout, good.Request.ClientId, good.Request, null, null, cancellationToken)}"),
            LogoutReading.Bad bad => Bad(page, bad.Reason),
            _ => throw new InvalidOperationException("A reading that nobody knows."),
        };
    }

    /// <summary>Asks; also without any request, as a page of its own.</summary>
    public static async Task<IResult> ShowAsync(Page page, StoredRequests stored, LiveSessions sessions, SignOut signOut, CancellationToken cancellationToken)
    {
        var live = await sessions.ByCookieAsync(page.Http, cancellationToken);
        if (page.Query["request"].ToString() is not { Length: > 0 } id)
            return live is null ? Done(page) : Ask(page, null, null);
        // Too late for the client, but not for the person, who wants to sign out.
        if (await stored.FindAsync(page.Http, id, OAuthRequestKind.Logout, cancellationToken) is not StoredReading.Found found)
            return live is null ? Done(page) : Ask(page, null, null);
        var request = JsonSerializer.Deserialize<LogoutRequest>(found.Row.Parameters)!;
        page.Locale = request.Locale ?? page.Locale;
        return await EndAsync(page, request, live, signOut, cancellationToken) ?? Ask(page, found.Id, request.RedirectUri is { } place ? SignInContinuation.FormTarget(place) : null);
    }

    public static async Task<IResult> SignOutAsync(Page page, StoredRequests stored, SignOut signOut, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        await signOut.SignOutAsync(page.Http, null, cancellationToken);
        if (form["request"].ToString() is not { Length: > 0 } id || await stored.FindAsync(page.Http, id, OAuthRequestKind.Logout, cancellationToken) is not StoredReading.Found found
            || !await stored.ConsumeAsync(found.Row, cancellationToken))
            return Done(page);
        var request = JsonSerializer.Deserialize<LogoutRequest>(found.Row.Parameters)!;
        return request switch
        {
            { Target: null } => Done(page),
            // A site may redirect further, and the policy of this form would follow it (see Page.GoOn).
            { Target: { } target, RedirectUri: { } place } when SignInContinuation.FormTarget(place) is null => page.GoOn(target),
            { Target: { } target } => Page.SeeOther(target),
        };
    }

    static async Task<IResult> StartAsync(
        Page page, OAuthParameters parameters, LogoutRequests requests, StoredRequests stored, RequestCookie cookie, LiveSessions sessions, SignOut signOut, CancellationToken cancellationToken)
    {
        var reading = await requests.ReadAsync(parameters, cancellationToken);
        if (reading is not LogoutReading.Good { Request: var request })
            return Bad(page, ((LogoutReading.Bad)reading).Reason);
        var live = await sessions.ByCookieAsync(page.Http, cancellationToken);
        return await EndAsync(page, request, live, signOut, cancellationToken)
            ?? Page.SeeOther($"{Path}?request={await stored.KeepAsync(OAuthRequestKind.Logout, request.ClientId, request, null, cookie.Write(page.Http), cancellationToken)}");
    }

    /// <summary>Null: the person must be asked.</summary>
    static async Task<IResult?> EndAsync(Page page, LogoutRequest request, LiveSession? live, SignOut signOut, CancellationToken cancellationToken)
    {
        if (live is not null && request.SessionId != live.Session.Id)
            return null;
        if (live is not null)
            await signOut.EndAsync(page.Http, live, cancellationToken);
        return request.Target is { } target ? Page.SeeOther(target) : Done(page);
    }

    static IResult Ask(Page page, string? requestId, string? leadsTo)
    {
        var title = page["Abmelden?", "Sign out?"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Du wirst auf diesem Gerät überall abgemeldet, wo du mit diesem Konto angemeldet bist.", "You will be signed out on this device wherever you used this account."])}
            {page.Form(Path, Markup.Of($"{Controls.Hidden("request", requestId)}{Controls.Button(page["Abmelden", "Sign out"])}"))}
            <nav class="foot">{Controls.Link(Pages.Account.AccountPages.Path, page["Angemeldet bleiben", "Stay signed in"])}</nav>
            """), leadsTo: leadsTo);
    }

    static IResult Done(Page page)
    {
        var title = page["Du bist abgemeldet", "You are signed out"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Auf diesem Gerät ist niemand mehr angemeldet.", "Nobody is signed in on this device any more."])}
            <nav class="foot">{Controls.Link(SignInPages.Path, page["Wieder anmelden", "Sign in again"])}</nav>
            """));
    }

    static IResult Bad(Page page, string reason)
    {
        var title = page["Diese Abmeldung geht nicht", "This sign-out cannot go on"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Die App hat eine Anfrage geschickt, die hier nicht angenommen wird. Du bist noch angemeldet.", "The app has sent a request that is not accepted here. You are still signed in."])}
            <p class="fine">{reason}</p>
            <nav class="foot">{Controls.Link(Path, page["Hier abmelden", "Sign out here"])}</nav>
            """), StatusCodes.Status400BadRequest);
    }
}
