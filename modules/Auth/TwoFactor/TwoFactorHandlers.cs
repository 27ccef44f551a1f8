using System.Text.Json.Serialization;
using Mana.Auth.Accounts;
using Mana.Auth.Native;
using Mana.Auth.Passwords;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.TwoFactor;

/// <summary>What a sign-in answers that a second factor has to complete (auth.md 5.3).</summary>
/// <param name="Required">Always true; on the wire <c>twoFactorRedirect</c>.</param>
internal sealed record TwoFactorRedirect(
    bool Redirect, [property: JsonPropertyName("twoFactorRedirect")] bool Required, IReadOnlyList<string> TwoFactorMethods, string TwoFactorToken)
{
    public static TwoFactorRedirect Of(string token) => new(false, true, PendingSignIns.Methods, token);
}

/// <summary><c>code</c>: a current second factor, for an account that has one.</summary>
internal sealed record TwoFactorRequest(string? Password, string? Issuer, string? Code);

/// <summary><c>twoFactorToken</c> stands for the cookie. <c>disableSession</c>: the browser gets no cookie.</summary>
internal sealed record TwoFactorCodeRequest(string? Code, bool? TrustDevice, string? TwoFactorToken, bool? DisableSession);

/// <summary><c>qrCode</c> is the URI as a picture, for the <c>src</c> of an <c>img</c>.</summary>
internal sealed record TwoFactorBegun(string TotpURI, string QrCode, IReadOnlyList<string> BackupCodes);

internal sealed record TwoFactorUri(string TotpURI, string QrCode);

internal sealed record TwoFactorCodes(bool Status, IReadOnlyList<string> BackupCodes);

/// <summary><c>token</c> is the access token. <c>refreshToken</c> is null when the session goes on that was there.</summary>
internal sealed record TwoFactorVerified(string Token, AccountView User, string AccessToken, string? RefreshToken, int ExpiresIn, string TokenType);

internal static class TwoFactorHandlers
{
    const SecondFactor App = SecondFactor.AuthenticatorApp;

    public static async Task<IResult> EnableAsync(TwoFactorRequest request, CurrentUser caller, Visitor visitor, TwoFactorSettings settings, CancellationToken cancellationToken) =>
        await settings.BeginAsync(caller, request.Password, request.Issuer, visitor, cancellationToken) switch
        {
            TwoFactorChange.Begun begun => Results.Ok(new TwoFactorBegun(begun.Uri, AuthenticatorUri.DataUri(begun.Svg), begun.Codes)),
            var refused => TwoFactorRefusals.Of(refused, App),
        };

    public static async Task<IResult> RenewCodesAsync(TwoFactorRequest request, CurrentUser caller, Visitor visitor, TwoFactorSettings settings, CancellationToken cancellationToken) =>
        await settings.RenewCodesAsync(caller, request.Password, request.Code, visitor, cancellationToken) switch
        {
            TwoFactorChange.NewCodes fresh => Results.Ok(new TwoFactorCodes(true, fresh.Codes)),
            TwoFactorChange.NotEnabled => TwoFactorRefusals.NotEnabled,
            var refused => TwoFactorRefusals.Of(refused, App),
        };

    public static async Task<IResult> UriAsync(TwoFactorRequest request, CurrentUser caller, Visitor visitor, TwoFactorSettings settings, CancellationToken cancellationToken) =>
        await settings.UriAsync(caller, request.Password, request.Code, visitor, cancellationToken) switch
        {
            TwoFactorChange.Shown shown => Results.Ok(new TwoFactorUri(shown.Uri, AuthenticatorUri.DataUri(shown.Svg))),
            var refused => TwoFactorRefusals.Of(refused, App),
        };

    public static async Task<IResult> DisableAsync(TwoFactorRequest request, CurrentUser caller, Visitor visitor, TwoFactorSettings settings, CancellationToken cancellationToken) =>
        await settings.DisableAsync(caller, request.Password, request.Code, visitor, cancellationToken) switch
        {
            TwoFactorChange.Disabled => Results.Ok(new NativeStatus()),
            var refused => TwoFactorRefusals.Of(refused, App),
        };

    public static Task<IResult> VerifyTotpAsync(TwoFactorCodeRequest request, HttpContext http, TwoFactorEntrance entrance, CancellationToken cancellationToken) =>
        entrance.VerifyAsync(request, App, http, cancellationToken);

    public static Task<IResult> VerifyBackupCodeAsync(TwoFactorCodeRequest request, HttpContext http, TwoFactorEntrance entrance, CancellationToken cancellationToken) =>
        entrance.VerifyAsync(request, SecondFactor.BackupCode, http, cancellationToken);
}
