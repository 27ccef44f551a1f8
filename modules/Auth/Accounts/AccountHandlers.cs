using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.SignUp;
using Mana.Auth.Tokens;
using Mana.Auth.TwoFactor;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Accounts;

/// <summary><c>sourceAppUrl</c> says in which app the verification link ends.</summary>
internal sealed record RegisterRequest(string? Email, string? Password, string? Name, string? SourceAppUrl);

/// <summary><c>token</c> is always null: registering does not sign in.</summary>
internal sealed record RegisterResponse(string? Token, AccountView User, bool NeedsVerification);

internal sealed record LoginRequest(string? Email, string? Password, string? DeviceId, string? DeviceName, bool? RememberMe);

/// <summary><c>token</c> is the access token once more: the Matrix bot and the persona runner read it there (auth.md 5.3).</summary>
internal sealed record LoginResponse(
    bool Redirect, string Token, AccountView User, string AccessToken, string RefreshToken, int ExpiresIn, string TokenType);

internal static class AccountHandlers
{
    public static async Task<IResult> StatusAsync(SignUpGate gate, CancellationToken cancellationToken) => Results.Ok(await gate.StatusAsync(cancellationToken));

    public static async Task<IResult> RegisterAsync(RegisterRequest request, Visitor visitor, Registration registration, CancellationToken cancellationToken) =>
        await registration.RegisterAsync(new NewAccount(request.Email, request.Password, request.Name, request.SourceAppUrl), visitor, cancellationToken) switch
        {
            RegistrationResult.Registered done => Results.Ok(new RegisterResponse(null, done.Account, done.NeedsVerification)),
            RegistrationResult.Invalid invalid => AuthRefusals.Validation($"{invalid.Field}: {invalid.Problem}"),
            RegistrationResult.Weak weak => AuthRefusals.WeakPassword(weak.Password.Sentence),
            RegistrationResult.Full full => AuthRefusals.SignUpLimitReached(full.RetryAfterSeconds, visitor.Locale),
            _ => Refusals.RateLimited(HashingGate.RetryAfterSeconds, wrapper: true),
        };

    public static async Task<IResult> LoginAsync(
        LoginRequest request, HttpContext http, Visitor visitor, SignIn signIn, KnownDevices devices, SignedIn signedIn, TwoFactorCookies cookies,
        CancellationToken cancellationToken)
    {
        var origin = new SignInOrigin(request.DeviceId, request.DeviceName, visitor.Client.UserAgent, visitor.Client.IpAddress, request.RememberMe == true) { UntilClosed = request.RememberMe == false };
        switch (await signIn.SignInAsync(request.Email, request.Password, origin, visitor, cancellationToken))
        {
            case SignInResult.SignedIn done:
                signedIn.Complete(http, done.Session, request.RememberMe);
                devices.Write(http, done.DeviceCookie);
                return Results.Ok(new LoginResponse(
                    false, done.Session.Tokens.AccessToken, done.Account, done.Session.Tokens.AccessToken, done.Session.Tokens.RefreshToken, AccessTokens.LifetimeSeconds, done.Session.Tokens.TokenType));
            case SignInResult.SecondFactorNeeded needed:
                cookies.Begin(http, needed.Token);
                return Results.Ok(TwoFactorRedirect.Of(needed.Token));
            case SignInResult.Invalid invalid:
                return AuthRefusals.Validation($"{invalid.Field}: {invalid.Problem}");
            case SignInResult.InvalidCredentials:
                return AuthRefusals.InvalidCredentials;
            case SignInResult.EmailNotVerified:
                return AuthRefusals.EmailNotVerified;
            case SignInResult.Blocked:
                return AuthRefusals.Blocked;
            case SignInResult.Locked locked:
                return AuthRefusals.Locked(locked.RetryAfterSeconds);
            default:
                return Refusals.RateLimited(HashingGate.RetryAfterSeconds, wrapper: true);
        }
    }
}
