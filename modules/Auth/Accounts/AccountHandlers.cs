using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Accounts;

/// <summary><c>sourceAppUrl</c> says where the verification link leads; it is read and ignored until mails are sent.</summary>
internal sealed record RegisterRequest(string? Email, string? Password, string? Name, string? SourceAppUrl);

/// <summary><c>token</c> is always null: registering does not sign in.</summary>
internal sealed record RegisterResponse(string? Token, AccountView User, bool NeedsVerification);

internal sealed record LoginRequest(string? Email, string? Password, string? DeviceId, string? DeviceName, bool? RememberMe);

/// <summary><c>token</c> is the access token once more: the Matrix bot and the persona runner read it there (auth.md 5.3).</summary>
internal sealed record LoginResponse(
    bool Redirect, string Token, AccountView User, string AccessToken, string RefreshToken, int ExpiresIn, string TokenType);

internal static class AccountHandlers
{
    public static async Task<IResult> RegisterAsync(RegisterRequest request, Registration registration, CancellationToken cancellationToken) =>
        await registration.RegisterAsync(request.Email, request.Password, request.Name, cancellationToken) switch
        {
            RegistrationResult.Registered done => Results.Ok(new RegisterResponse(null, done.Account, done.NeedsVerification)),
            RegistrationResult.Invalid invalid => AuthRefusals.Validation(invalid.Problem),
            RegistrationResult.WeakPassword weak => AuthRefusals.WeakPassword(weak.Problem),
            _ => Refusals.RateLimited(HashingGate.RetryAfterSeconds, wrapper: true),
        };

    public static async Task<IResult> LoginAsync(
        LoginRequest request, HttpContext context, ClientInfo client, SignIn signIn, SignedIn signedIn, CancellationToken cancellationToken)
    {
        var origin = new SignInOrigin(request.DeviceId, request.DeviceName, client.UserAgent, client.IpAddress, request.RememberMe == true);
        var result = await signIn.SignInAsync(request.Email, request.Password, origin, cancellationToken);
        if (result is SignInResult.SignedIn { Session: var started })
            signedIn.Complete(context, started, request.RememberMe);
        return result switch
        {
            SignInResult.SignedIn done => Results.Ok(new LoginResponse(
                false, done.Session.Tokens.AccessToken, done.Account, done.Session.Tokens.AccessToken, done.Session.Tokens.RefreshToken, AccessTokens.LifetimeSeconds, "Bearer")),
            SignInResult.Invalid invalid => AuthRefusals.Validation(invalid.Problem),
            SignInResult.InvalidCredentials => AuthRefusals.InvalidCredentials,
            SignInResult.EmailNotVerified => AuthRefusals.EmailNotVerified,
            SignInResult.Locked locked => AuthRefusals.Locked(locked.RetryAfterSeconds),
            _ => Refusals.RateLimited(HashingGate.RetryAfterSeconds, wrapper: true),
        };
    }
}
