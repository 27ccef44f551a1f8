using System.Text.Json;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Consent;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Authorize;

internal abstract record AuthorizeAnswer
{
    /// <summary>To the client: a code, or why there is none.</summary>
    public sealed record Respond(ResponseTarget Target, string? Code, OAuthError? Error) : AuthorizeAnswer;

    /// <summary>To <c>/login</c>.</summary>
    public sealed record SignIn(string RequestId) : AuthorizeAnswer;

    /// <summary>To <c>/consent</c>.</summary>
    public sealed record Ask(string RequestId) : AuthorizeAnswer;

    /// <summary>There is nothing to go on with; a page says so.</summary>
    public sealed record Stuck(StoredReading Why) : AuthorizeAnswer;
}

/// <summary>
/// Decides an authorization request (auth.md 13.5, steps 3 to 6). Whatever it still needs, a sign-in or a consent, the request waits in the
/// database, and comes back here by its id alone.
/// </summary>
internal sealed class Authorization(
    StoredRequests stored, RequestCookie cookie, LiveSessions sessions, ClientDirectory clients, Consents consents, AuthorizationCodes codes, VerificationRule rule, SecretBox secrets,
    AuthMetrics metrics, TimeProvider time)
{
    enum Step
    {
        SignIn,
        Ask,
        Issue,
    }

    /// <summary>A request that has just passed the checks.</summary>
    public async Task<AuthorizeAnswer> StartAsync(HttpContext context, AuthorizeRequest request, OAuthClient client, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        DateTimeOffset? authAfter = request.Wants(Prompts.Login) || request.Wants(Prompts.SelectAccount) ? now : request.MaxAge is { } age ? now.AddSeconds(-age) : null;
        // A request that was posted came from another site: the browser kept the cookies of ours back, and sends them when it is led here.
        if (HttpMethods.IsPost(context.Request.Method))
            return new AuthorizeAnswer.SignIn(await stored.KeepAsync(OAuthRequestKind.Authorize, client.ClientId, request, authAfter, null, cancellationToken));
        var live = authAfter >= now ? null : await sessions.ByCookieAsync(context, cancellationToken);
        var (step, error) = await DecideAsync(request, client, live, authAfter, cancellationToken);
        if (error is not null)
            return Refuse(request, error);
        if (step == Step.Issue)
            return await IssueAsync(context, request, live!, null, authAfter, cancellationToken);
        var id = await stored.KeepAsync(OAuthRequestKind.Authorize, client.ClientId, request, authAfter, cookie.Write(context), cancellationToken);
        return step == Step.SignIn ? new AuthorizeAnswer.SignIn(id) : new AuthorizeAnswer.Ask(id);
    }

    /// <summary>A request that comes back from a page.</summary>
    public async Task<AuthorizeAnswer> ResumeAsync(HttpContext context, string? id, CancellationToken cancellationToken)
    {
        var reading = await stored.FindAsync(context, id, OAuthRequestKind.Authorize, cancellationToken);
        if (reading is not StoredReading.Found found || await ReadAsync(found.Row, cancellationToken) is not var (request, client))
            return new AuthorizeAnswer.Stuck(reading is StoredReading.Found gone ? new StoredReading.Gone(gone.Row.ClientId) : reading);
        var live = await sessions.ByCookieAsync(context, cancellationToken);
        var (step, error) = await DecideAsync(request, client, live, found.Row.AuthAfter, cancellationToken);
        if (error is not null)
            return await stored.ConsumeAsync(found.Row, cancellationToken) ? Refuse(request, error) : new AuthorizeAnswer.Stuck(new StoredReading.Gone(client.ClientId));
        return step switch
        {
            Step.SignIn => new AuthorizeAnswer.SignIn(found.Id),
            Step.Ask => new AuthorizeAnswer.Ask(found.Id),
            _ => await IssueAsync(context, request, live!, found.Row, found.Row.AuthAfter, cancellationToken),
        };
    }

    /// <summary>For the form of the consent page: whom it was shown to.</summary>
    public string ShownTo(string id, LiveSession live) => Convert.ToHexStringLower(secrets.Digest("consent page", $"{id}\n{live.Session.Id}\n{live.User.Id}"));

    /// <summary>
    /// The answer of the person on the consent page. Only whom the page named can agree: who signed in as somebody else in the meantime, in another
    /// tab, sees it again, with that name.
    /// </summary>
    /// <param name="shownTo">Of <see cref="ShownTo"/>; null from an app's own page, which names nobody.</param>
    public async Task<AuthorizeAnswer> AnswerAsync(HttpContext context, string? id, bool accepted, string? shownTo, CancellationToken cancellationToken)
    {
        var reading = await stored.FindAsync(context, id, OAuthRequestKind.Authorize, cancellationToken);
        if (reading is not StoredReading.Found found || await ReadAsync(found.Row, cancellationToken) is not var (request, client))
            return new AuthorizeAnswer.Stuck(reading is StoredReading.Found gone ? new StoredReading.Gone(gone.Row.ClientId) : reading);
        var live = await sessions.ByCookieAsync(context, cancellationToken);
        var (step, error) = await DecideAsync(request, client, live, found.Row.AuthAfter, cancellationToken);
        if (step == Step.SignIn && error is null)
            return new AuthorizeAnswer.SignIn(found.Id);
        if (accepted && error is null && shownTo is not null && shownTo != ShownTo(found.Id, live!))
            return new AuthorizeAnswer.Ask(found.Id);
        error ??= accepted ? null : new OAuthError("access_denied", "The person declined");
        if (error is not null)
            return await stored.ConsumeAsync(found.Row, cancellationToken) ? Refuse(request, error) : new AuthorizeAnswer.Stuck(new StoredReading.Gone(client.ClientId));
        await consents.GiveAsync(live!.User.Id, client.ClientId, request.Scopes, ClientInfo.Of(context), cancellationToken);
        return await IssueAsync(context, request, live, found.Row, found.Row.AuthAfter, cancellationToken);
    }

    /// <summary>Null when its client was switched off or lost the address while the request waited.</summary>
    public async Task<(AuthorizeRequest Request, OAuthClient Client)?> ReadAsync(OAuthRequest row, CancellationToken cancellationToken)
    {
        var request = JsonSerializer.Deserialize<AuthorizeRequest>(row.Parameters)!;
        return await clients.FindAsync(request.ClientId, cancellationToken) is { } client && RedirectUris.IsRegistered(client, request.RedirectUri) ? (request, client) : null;
    }

    async Task<(Step Step, OAuthError? Error)> DecideAsync(AuthorizeRequest request, OAuthClient client, LiveSession? live, DateTimeOffset? authAfter, CancellationToken cancellationToken)
    {
        var silent = request.Wants(Prompts.None);
        // 1. Somebody is signed in, recently enough.
        if (live is null || live.Session.AuthTime < authAfter)
            return (Step.SignIn, silent ? new OAuthError("login_required", "Nobody is signed in, or not recently enough") : null);
        // 2. It is who the client expects (OpenID Connect Core 3.1.2.2).
        if (request.HintedUser is { } hinted && hinted != live.User.Id)
            return (Step.SignIn, new OAuthError("login_required", "Somebody else is signed in than id_token_hint names"));
        // 3. The account is one that we vouch for.
        if (rule.Required && !live.User.EmailConfirmed)
            return (Step.SignIn, new OAuthError(silent ? "interaction_required" : "access_denied", "The e-mail address of this account is not verified"));
        // 4. They agreed.
        if (request.Wants(Prompts.Consent) || !await consents.CoversAsync(live.User.Id, client, request.Scopes, cancellationToken))
            return (Step.Ask, silent ? new OAuthError("consent_required", "The person has not agreed to this yet") : null);
        return (Step.Issue, null);
    }

    async Task<AuthorizeAnswer> IssueAsync(HttpContext context, AuthorizeRequest request, LiveSession live, OAuthRequest? row, DateTimeOffset? authAfter, CancellationToken cancellationToken)
    {
        if (await codes.IssueAsync(request, live, row, authAfter, ClientInfo.Of(context), cancellationToken) is not { } code)
            return new AuthorizeAnswer.Stuck(new StoredReading.Gone(request.ClientId));
        metrics.Oidc("authorize", "code");
        return new AuthorizeAnswer.Respond(request.Target, code, null);
    }

    AuthorizeAnswer.Respond Refuse(AuthorizeRequest request, OAuthError error)
    {
        metrics.Oidc("authorize", error.Error);
        return new AuthorizeAnswer.Respond(request.Target, null, error);
    }
}
