using System.Text.Json;
using Mana.Auth.Accounts;
using Mana.Auth.Origins;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.TwoFactor;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Native;

internal sealed record NativeSignUpRequest(string? Name, string? Email, string? Password, string? Image, string? CallbackURL);

internal sealed record NativeSignInRequest(string? Email, string? Password, string? CallbackURL, bool? RememberMe);

internal sealed record NativeSignedUp(string? Token, AccountView User);

/// <summary><c>token</c> is the access token: a client that sends it back as Bearer is right (W27).</summary>
internal sealed record NativeSignedIn(bool Redirect, string Token, string? Url, AccountView User);

internal static class NativeSignInHandlers
{
    public static async Task<IResult> SignUpAsync(
        NativeSignUpRequest request, Visitor visitor, Registration registration, TrustedOrigins origins, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(request.CallbackURL) && origins.Target(request.CallbackURL) is null)
            return NativeRefusals.InvalidCallback;
        var wanted = new NewAccount(request.Email, request.Password, request.Name, request.CallbackURL, request.Image);
        return await registration.RegisterAsync(wanted, visitor, cancellationToken) switch
        {
            RegistrationResult.Registered done => Results.Ok(new NativeSignedUp(null, done.Account)),
            RegistrationResult.Invalid invalid => NativeRefusals.Validation(invalid.Field, invalid.Problem),
            RegistrationResult.Weak weak => NativeRefusals.Weak(weak.Password),
            RegistrationResult.Full full => AuthRefusals.SignUpLimitReached(full.RetryAfterSeconds, visitor.Locale),
            _ => NativeRefusals.Busy,
        };
    }

    /// <summary>It sets cookies, so a page of strangers may not have somebody signed in as somebody else (auth.md 3.2).</summary>
    public static async Task<IResult> SignInAsync(
        HttpContext http, Visitor visitor, SignIn signIn, KnownDevices devices, SignedIn signedIn, TwoFactorCookies cookies, TrustedOrigins origins,
        CancellationToken cancellationToken)
    {
        if (http.Request.Headers.Origin is [var from, ..] && !origins.Contains(from))
            return NativeRefusals.InvalidOrigin;
        if (await ReadAsync(http, cancellationToken) is not { } request)
            return Refusals.BadJson(http);
        var target = string.IsNullOrEmpty(request.CallbackURL) ? null : origins.Target(request.CallbackURL);
        if (target is null && !string.IsNullOrEmpty(request.CallbackURL))
            return NativeRefusals.InvalidCallback;

        var origin = new SignInOrigin(null, null, visitor.Client.UserAgent, visitor.Client.IpAddress, request.RememberMe != false) { UntilClosed = request.RememberMe == false };
        switch (await signIn.SignInAsync(request.Email, request.Password, origin, visitor, cancellationToken))
        {
            case SignInResult.SignedIn done:
                signedIn.Complete(http, done.Session, request.RememberMe != false);
                devices.Write(http, done.DeviceCookie);
                return Results.Ok(new NativeSignedIn(target is not null, done.Session.Tokens.AccessToken, target, done.Account));
            case SignInResult.SecondFactorNeeded needed:
                cookies.Begin(http, needed.Token);
                return Results.Ok(TwoFactorRedirect.Of(needed.Token));
            case SignInResult.Invalid invalid:
                return NativeRefusals.Validation(invalid.Field, invalid.Problem);
            case SignInResult.InvalidCredentials:
                return NativeRefusals.InvalidCredentials;
            case SignInResult.EmailNotVerified:
                return NativeRefusals.EmailNotVerified;
            case SignInResult.Blocked:
                return AuthRefusals.Blocked;
            case SignInResult.Locked locked:
                return AuthRefusals.Locked(locked.RetryAfterSeconds);
            default:
                return NativeRefusals.Busy;
        }
    }

    /// <summary>JSON, or a form as a page without script sends it. Null: neither.</summary>
    static async Task<NativeSignInRequest?> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (http.Request.HasFormContentType)
        {
            var form = await http.Request.ReadFormAsync(cancellationToken);
            return new NativeSignInRequest(form["email"], form["password"], form["callbackURL"], form["rememberMe"] != "false");
        }

        try
        {
            return await JsonSerializer.DeserializeAsync<NativeSignInRequest>(http.Request.Body, JsonSerializerOptions.Web, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
