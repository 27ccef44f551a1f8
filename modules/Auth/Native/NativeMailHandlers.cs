using Mana.Auth.Accounts;
using Mana.Auth.EmailChange;
using Mana.Auth.Mails;
using Mana.Auth.Origins;
using Mana.Auth.Pages;
using Mana.Auth.Passwords;
using Mana.Auth.Recovery;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Verification;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Native;

internal sealed record NativeStatus(bool Status = true, string? Message = null);

internal sealed record NativeVerified(bool Status, AccountView User);

internal sealed record NativeResetRequest(string? Email, string? RedirectTo);

internal sealed record NativeVerificationRequest(string? Email, string? CallbackURL);

/// <summary>What the links of mails lead to, and what has them sent.</summary>
internal static class NativeMailHandlers
{
    const string Sent = "If this email exists in our system, check your email for the reset link";

    public static async Task<IResult> RequestResetAsync(
        NativeResetRequest request, Visitor visitor, PasswordReset reset, TrustedOrigins origins, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(request.RedirectTo) && origins.Target(request.RedirectTo) is null)
            return NativeRefusals.InvalidRedirect;
        if (EmailAddress.Normalize(request.Email) is null)
            return NativeRefusals.Validation("email", "Invalid email address");
        await reset.RequestAsync(request.Email, request.RedirectTo, visitor, cancellationToken);
        return Results.Ok(new NativeStatus(true, Sent));
    }

    public static async Task<IResult> SendVerificationAsync(
        NativeVerificationRequest request, Visitor visitor, EmailVerification verification, TrustedOrigins origins, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(request.CallbackURL) && origins.Target(request.CallbackURL) is null)
            return NativeRefusals.InvalidCallback;
        if (EmailAddress.Normalize(request.Email) is null)
            return NativeRefusals.Validation("email", "Invalid email address");
        await verification.RequestAsync(request.Email, request.CallbackURL, visitor, cancellationToken);
        return Results.Ok(new NativeStatus());
    }

    /// <summary>Looks at the link of a reset and passes it on to the page that asks for the new password.</summary>
    public static async Task<IResult> OpenResetAsync(
        string token, string? callbackURL, PasswordReset reset, TrustedOrigins origins, TrustedPages pages, CancellationToken cancellationToken)
    {
        var target = string.IsNullOrEmpty(callbackURL) ? pages.ResetOf(null) : origins.Target(callbackURL);
        if (target is null)
            return NativeRefusals.InvalidCallback;
        return await reset.IsGoodAsync(token, cancellationToken) ? To(target, ("token", token)) : To(target, ("error", "INVALID_TOKEN"));
    }

    public static async Task<IResult> ResetAsync(ResetRequest request, string? token, Visitor visitor, PasswordReset reset, CancellationToken cancellationToken) =>
        await reset.ResetAsync(request.Token ?? token, request.NewPassword, visitor, cancellationToken) switch
        {
            ResetResult.Done => Results.Ok(new NativeStatus()),
            ResetResult.Weak weak => NativeRefusals.Weak(weak.Password),
            ResetResult.InvalidToken => NativeRefusals.InvalidToken,
            _ => NativeRefusals.Busy,
        };

    /// <summary>Verifies and never signs in. A caller that names no page gets JSON.</summary>
    public static async Task<IResult> VerifyAsync(
        string? token, string? callbackURL, ClientInfo client, EmailVerification verification, TrustedOrigins origins, TrustedPages pages, CancellationToken cancellationToken)
    {
        var target = origins.Target(callbackURL);
        if (target is null && !string.IsNullOrEmpty(callbackURL))
            return NativeRefusals.InvalidCallback;
        var result = await verification.VerifyAsync(token, client, cancellationToken);
        if (result is VerificationResult.Verified done)
            return target is null
                ? Results.Ok(new NativeVerified(true, done.Account))
                : To(origins.Target(done.Target) ?? pages.SignIn, ("verified", "true"), ("email", done.Account.Email));
        var code = result is VerificationResult.Expired ? "TOKEN_EXPIRED" : "INVALID_TOKEN";
        return target is null ? new ApiError(401, code, "Invalid or expired link") : To(target, ("error", code));
    }

    public static async Task<IResult> AskRevertAsync(string? token, Page page, EmailChanges changes, CancellationToken cancellationToken) =>
        await changes.MayRevertAsync(token, cancellationToken) ? RevertPage.Ask(page, token!) : RevertPage.Gone(page);

    public static async Task<IResult> RevertAsync(Page page, EmailChanges changes, CancellationToken cancellationToken) =>
        await changes.RevertAsync((await page.FormAsync())["token"], page.Visitor, cancellationToken) ? RevertPage.Done(page) : RevertPage.Gone(page);

    static IResult To(string target, params IEnumerable<(string Name, string Value)> values)
    {
        var (place, fragment) = target.IndexOf('#', StringComparison.Ordinal) is var at and >= 0 ? (target[..at], target[at..]) : (target, "");
        var query = string.Join('&', values.Select(value => $"{value.Name}={Uri.EscapeDataString(value.Value)}"));
        return Results.Redirect($"{place}{(place.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}{fragment}");
    }
}
