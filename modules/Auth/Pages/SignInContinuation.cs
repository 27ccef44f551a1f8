using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Origins;
using Mana.Auth.Sessions;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary>Where a sign-in leads.</summary>
/// <param name="Target">A place that we may send people to; null: their account.</param>
/// <param name="Fields">What the form must carry along to know it again.</param>
/// <param name="LeadsTo">Where the browser may be sent on to from there (see <see cref="Page.Show"/>); null: nowhere by the form's own redirect.</param>
/// <param name="Carry">The query that takes it to a further page of the sign-in.</param>
/// <param name="Email">That the client expects.</param>
/// <param name="AuthAfter">A sign-in before this is not enough.</param>
/// <param name="Refusal">There is nothing to go on with: show this instead.</param>
internal sealed record Onward(string? Target, Markup Fields, string? LeadsTo, string Carry, string? Email = null, DateTimeOffset? AuthAfter = null, IResult? Refusal = null)
{
    /// <summary>The answer to the form that was the last step.</summary>
    public IResult Go(Page page) => LeadsTo is null && IsRequest(Target) ? page.GoOn(Target!) : Page.SeeOther(Target ?? Account.AccountPages.Path);

    /// <summary>Whether a client waits behind this place.</summary>
    public static bool IsRequest(string? target) => target?.StartsWith(OidcPaths.Continue + "?", StringComparison.Ordinal) == true;

    public bool IsSatisfiedBy(LiveSession? live) => live is not null && (AuthAfter is null || live.Session.AuthTime >= AuthAfter);
}

/// <summary>
/// Turns the fields of a page into the place to go: for the request of an OpenID Connect client only ever what is stored under its id
/// (auth.md 13.5), otherwise a <c>callbackURL</c> that is ours.
/// </summary>
internal sealed class SignInContinuation(TrustedOrigins origins, StoredRequests stored, RequestPages pages)
{
    public async Task<Onward> OfAsync(Page page, string? requestId, string? callback, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(requestId))
        {
            var target = origins.Target(callback);
            return new Onward(target, Controls.Hidden("callbackURL", target), Onward.IsRequest(target) ? null : target, target is null ? "" : "?callbackURL=" + Uri.EscapeDataString(target));
        }

        var reading = await stored.FindAsync(page.Http, requestId, OAuthRequestKind.Authorize, cancellationToken);
        if (reading is not StoredReading.Found found)
            return new Onward(null, Markup.None, null, "", Refusal: await pages.StuckAsync(page, reading, cancellationToken));
        var request = JsonSerializer.Deserialize<AuthorizeRequest>(found.Row.Parameters)!;
        page.Locale = request.Locale ?? page.Locale;
        return new Onward($"{OidcPaths.Continue}?request={found.Id}", Controls.Hidden("request", found.Id), FormTarget(request.RedirectUri), "?request=" + found.Id, request.LoginHint, found.Row.AuthAfter);
    }

    /// <summary>
    /// What a form's policy must let through on its way to the client. An app is one hop, and systems open it only behind a person's own click, so it
    /// stays a redirect; a site may redirect further, so a page leads to it (<see cref="Page.GoOn"/>).
    /// </summary>
    public static string? FormTarget(string redirectUri) => new Uri(redirectUri).Scheme is "http" or "https" ? null : redirectUri;
}
