using Mana.Auth.Accounts;
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

internal static class SessionHandlers
{
    public static async Task<IResult> RefreshAsync(RefreshRequest? request, RefreshRotation rotation, CancellationToken cancellationToken) =>
        await rotation.RefreshAsync(request?.RefreshToken, cancellationToken) switch
        {
            RefreshResult.Refreshed done => Results.Ok(new RefreshResponse(
                done.Account, done.Tokens.AccessToken, done.Tokens.RefreshToken, AccessTokens.LifetimeSeconds, "Bearer")),
            _ => AuthRefusals.InvalidRefreshToken,
        };

    public static async Task<IResult> LogoutAsync(LogoutRequest? request, CurrentUser? caller, SessionRevocation revocation, CancellationToken cancellationToken)
    {
        await revocation.LogoutAsync(request?.RefreshToken, caller?.SessionId, cancellationToken);
        return Results.Ok(new LogoutResponse(true));
    }

    public static async Task<IResult> SessionAsync(HttpContext context, CurrentUser? caller, CurrentSession sessions, CancellationToken cancellationToken)
    {
        // "null" would sign the client out, although nobody could tell whether its token is good.
        if ((await context.AuthenticateAsync(ManaBearerHandler.SchemeName)).Failure is BearerRefused { Refusal: Refusal.KeysUnavailable })
            return Refusals.Unavailable;
        return await sessions.FindAsync(caller, cancellationToken) is { } found ? Results.Ok(found) : Results.Text("null", "application/json");
    }
}
