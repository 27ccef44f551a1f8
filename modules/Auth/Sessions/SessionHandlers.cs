using Mana.Auth.Accounts;
using Mana.Auth.Cookies;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Tokens;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Sessions;

internal sealed record RefreshRequest(string? RefreshToken);

internal sealed record RefreshResponse(AccountView User, string AccessToken, string RefreshToken, int ExpiresIn, string TokenType);

internal sealed record LogoutRequest(string? RefreshToken);

internal sealed record LogoutResponse(bool Success);

internal sealed record RevokeRequest(string? Token);

internal sealed record StatusResponse(bool Status);

internal sealed record TokenResponse(string Token);

internal static class SessionHandlers
{
    const string JwtHeader = "set-auth-jwt";

    /// <summary>The token in the body; without one, the cookie.</summary>
    public static async Task<IResult> RefreshAsync(
        RefreshRequest? request, HttpContext context, ClientInfo client, RefreshRotation rotation, LiveSessions sessions, CookieExchange exchange,
        RefreshBudget budget, OriginCheck origins, SessionCookies cookies, CancellationToken cancellationToken)
    {
        if (request?.RefreshToken is { } text)
        {
            var result = await rotation.RefreshAsync(text, client, cancellationToken);
            if (result is not RefreshResult.Refreshed rotated)
                return result switch
                {
                    RefreshResult.TooOften wait => Refusals.RateLimited(wait.RetryAfterSeconds, wrapper: true),
                    RefreshResult.Unproven => AuthRefusals.InvalidProof("The refresh token is bound to a key that did not prove itself"),
                    _ => AuthRefusals.InvalidRefreshToken,
                };
            if (rotated.Session.TokenHash is { } hash && cookies.Token(context) is { } cookie && hash.AsSpan().SequenceEqual(SessionCookies.Hash(cookie)))
                cookies.Renew(context, rotated.Session);
            return Tokens(rotated);
        }

        if (cookies.Token(context) is not null && origins.Refusal(context) is { } refusal)
            return refusal;
        if (await sessions.ByCookieAsync(context, cancellationToken) is not { } live)
            return AuthRefusals.InvalidRefreshToken;
        if (budget.Spend(live.Session.Id) is { } seconds)
            return Refusals.RateLimited(seconds, wrapper: true);
        return await exchange.ExchangeAsync(live, cancellationToken) is { } done ? Tokens(done) : AuthRefusals.InvalidRefreshToken;
    }

    /// <summary>Single sign-on (auth.md 6.4): the scheme has seen to the cookie and the origin.</summary>
    public static async Task<IResult> SessionToTokenAsync(
        HttpContext context, ClientInfo client, LiveSessions sessions, CookieExchange exchange, RefreshBudget budget, SecurityLog log, CancellationToken cancellationToken)
    {
        if (await sessions.ByCookieAsync(context, cancellationToken) is not { } live)
            return AuthRefusals.NotSignedIn;
        if (budget.Spend(live.Session.Id) is { } seconds)
            return Refusals.RateLimited(seconds, wrapper: true);
        if (await exchange.ExchangeAsync(live, cancellationToken) is not { } done)
            return AuthRefusals.NotSignedIn;
        log.Record(SecurityEventTypes.SsoTokenExchange, live.User.Id, client, ("sessionId", live.Session.Id), ("origin", context.Request.Headers.Origin.ToString()));
        return Tokens(done);
    }

    public static async Task<IResult> LogoutAsync(LogoutRequest? request, HttpContext context, SignOut signOut, CancellationToken cancellationToken) =>
        await signOut.SignOutAsync(context, request?.RefreshToken, cancellationToken) is { } refusal ? refusal : Results.Ok(new LogoutResponse(true));

    public static Task<IResult> SignOutAsync(HttpContext context, SignOut signOut, CancellationToken cancellationToken) =>
        LogoutAsync(null, context, signOut, cancellationToken);

    public static async Task<IResult> SessionAsync(HttpContext context, LiveSessions sessions, CancellationToken cancellationToken)
    {
        // "null" would sign the client out, although nobody could tell whether its token is good.
        if ((await context.AuthenticateAsync(ManaBearerHandler.SchemeName)).Failure is BearerRefused { Refusal: Refusal.KeysUnavailable })
            return Refusals.Unavailable;
        return await sessions.OfAsync(context, cancellationToken) is { } live ? Results.Ok(SessionResponse.Of(live)) : Results.Text("null", "application/json");
    }

    /// <summary>The same, with an access token beside it.</summary>
    public static async Task<IResult> GetSessionAsync(HttpContext context, LiveSessions sessions, AccessTokens access, ProvenKey proven, CancellationToken cancellationToken)
    {
        if (await sessions.OfAsync(context, cancellationToken) is { } live)
            context.Response.Headers[JwtHeader] = access.Mint(await access.SigningKeyAsync(cancellationToken), live.User, live.Session, proven);
        return await SessionAsync(context, sessions, cancellationToken);
    }

    public static async Task<IResult> TokenAsync(HttpContext context, LiveSessions sessions, AccessTokens access, ProvenKey proven, CancellationToken cancellationToken) =>
        await sessions.OfAsync(context, cancellationToken) is { } live
            ? Results.Ok(new TokenResponse(access.Mint(await access.SigningKeyAsync(cancellationToken), live.User, live.Session, proven)))
            : AuthRefusals.NotSignedIn;

    public static Task<IReadOnlyList<SessionEntry>> ListAsync(CurrentUser caller, SessionList list, CancellationToken cancellationToken) =>
        list.OfAsync(caller, cancellationToken);

    public static async Task<IResult> DeleteAsync(string id, CurrentUser caller, HttpContext context, SignOut signOut, CancellationToken cancellationToken) =>
        await signOut.RevokeAsync(context, caller, id, cancellationToken) ? Results.NoContent() : AuthRefusals.SessionNotFound;

    /// <summary>An unknown id has ended as well as any other.</summary>
    public static async Task<IResult> RevokeAsync(RevokeRequest request, CurrentUser caller, HttpContext context, SignOut signOut, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(request.Token))
            return new ApiError(StatusCodes.Status400BadRequest, "VALIDATION_ERROR", "[body.token] Required");
        await signOut.RevokeAsync(context, caller, request.Token, cancellationToken);
        return Results.Ok(new StatusResponse(true));
    }

    public static async Task<StatusResponse> RevokeAllAsync(CurrentUser caller, HttpContext context, SignOut signOut, CancellationToken cancellationToken)
    {
        await signOut.RevokeAllAsync(context, caller, alsoThis: true, cancellationToken);
        return new StatusResponse(true);
    }

    public static async Task<StatusResponse> RevokeOthersAsync(CurrentUser caller, HttpContext context, SignOut signOut, CancellationToken cancellationToken)
    {
        await signOut.RevokeAllAsync(context, caller, alsoThis: false, cancellationToken);
        return new StatusResponse(true);
    }

    static IResult Tokens(RefreshResult.Refreshed done) => Results.Ok(new RefreshResponse(
        done.Account, done.Tokens.AccessToken, done.Tokens.RefreshToken, AccessTokens.LifetimeSeconds, done.Tokens.TokenType));
}
