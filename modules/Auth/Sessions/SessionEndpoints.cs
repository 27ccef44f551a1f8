using Mana.Auth.Cookies;
using Mana.Auth.StepUp;
using Mana.Auth.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mana.Auth.Sessions;

/// <summary>Sessions and tokens: auth.md 8 (wrapper) and 9 (native).</summary>
internal static class SessionEndpoints
{
    public static void MapWrapper(RouteGroupBuilder auth)
    {
        auth.MapPost("/refresh", SessionHandlers.RefreshAsync).TakesProof().RequireRateLimiting(AuthModule.RefreshLimit)
            .WithSummary("Exchange a refresh token for a new pair").WithDescription("A refresh token works once. Without one, the session cookie counts.")
            .Accepts<RefreshRequest>(true, "application/json").Produces<RefreshResponse>()
            .Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
        auth.MapPost("/session-to-token", SessionHandlers.SessionToTokenAsync).TakesProof().RequireSessionCookie().RequireRateLimiting(AuthModule.RefreshLimit)
            .WithSummary("Tokens for an app whose browser is signed in already").WithDescription("Session cookie, from a trusted origin.")
            .Produces<RefreshResponse>().Produces(401).Produces(403).Produces(429).Produces(503);
        auth.MapPost("/validate", ValidateHandler.ValidateAsync).RequireRateLimiting(AuthModule.SessionLimit)
            .WithSummary("Judge an access token").WithDescription("Never refuses because of the token.")
            .Produces<ValidateResponse>().Produces(400).Produces(503);
        auth.MapPost("/logout", SessionHandlers.LogoutAsync).RequireRateLimiting(AuthModule.SessionLimit)
            .WithSummary("End the session of a refresh token, of the Bearer token or of the cookie").WithDescription("Succeeds also when there is no session any more.")
            .Accepts<LogoutRequest>(true, "application/json").Produces<LogoutResponse>()
            .Produces(400).Produces(403).Produces(503);
        auth.MapGet("/session", SessionHandlers.SessionAsync).RequireRateLimiting(AuthModule.SessionLimit)
            .WithSummary("The session of the Bearer token or of the cookie, or null")
            .Produces<SessionResponse>().Produces(503);
        auth.MapGet("/sessions", SessionHandlers.ListAsync).RequireSession().RequireRateLimiting(AuthModule.SessionLimit)
            .WithSummary("Where the caller is signed in, the place used last first")
            .Produces<IReadOnlyList<SessionEntry>>().Produces(401).Produces(503);
        auth.MapDelete("/sessions/{id}", SessionHandlers.DeleteAsync).RequireSession().RequireLiveSession().RequireRateLimiting(AuthModule.SessionLimit)
            .WithSummary("End one session of the caller")
            .Produces(204).Produces(401).Produces(403).Produces(404).Produces(503);
        auth.MapPost("/step-up", StepUpHandler.StepUpAsync).TakesProof().RequireSession().RequireLiveSession().RequireRateLimiting(AuthModule.LoginLimit)
            .WithSummary("Prove again who you are").WithDescription("Moves auth_time of the session and of the token that it returns; for routes that answer STEP_UP_REQUIRED.")
            .Accepts<StepUpRequest>("application/json").Produces<StepUpResponse>()
            .Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
    }

    public static void MapNative(RouteGroupBuilder native)
    {
        var sessions = native.MapGroup("").RequireRateLimiting(AuthModule.SessionLimit);
        sessions.MapGet("/get-session", SessionHandlers.GetSessionAsync).TakesProof()
            .WithSummary("The session of the cookie or of the Bearer token, or null").WithDescription("Header set-auth-jwt holds a new access token.")
            .Produces<SessionResponse>().Produces(503);
        sessions.MapPost("/sign-out", SessionHandlers.SignOutAsync)
            .WithSummary("End the session of the cookie or of the Bearer token").Produces<LogoutResponse>().Produces(403).Produces(503);
        sessions.MapGet("/token", SessionHandlers.TokenAsync).TakesProof().RequireSession()
            .WithSummary("A new access token for the session").Produces<TokenResponse>().Produces(401).Produces(503);
        sessions.MapGet("/list-sessions", SessionHandlers.ListAsync).RequireSession()
            .WithSummary("Where the caller is signed in").Produces<IReadOnlyList<SessionEntry>>().Produces(401).Produces(503);
        sessions.MapPost("/revoke-session", SessionHandlers.RevokeAsync).RequireSession().RequireLiveSession()
            .WithSummary("End one session of the caller").WithDescription("token is the id of the session.")
            .Accepts<RevokeRequest>("application/json").Produces<StatusResponse>().Produces(400).Produces(401).Produces(403).Produces(503);
        sessions.MapPost("/revoke-sessions", SessionHandlers.RevokeAllAsync).RequireSession().RequireLiveSession()
            .WithSummary("End every session of the caller").Produces<StatusResponse>().Produces(401).Produces(403).Produces(503);
        sessions.MapPost("/revoke-other-sessions", SessionHandlers.RevokeOthersAsync).RequireSession().RequireLiveSession()
            .WithSummary("End every session of the caller but this one").Produces<StatusResponse>().Produces(401).Produces(403).Produces(503);
        native.MapGet("/error", ErrorPage.Get).WithSummary("What a browser sees when a link fails").Produces(200, contentType: "text/html");
    }
}
