using System.Text.Json;
using Mana.Auth.EmailChange;
using Mana.Auth.Passwords;
using Mana.Auth.StepUp;
using Mana.Auth.Verification;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Recovery;

internal sealed record ForgotRequest(string? Email, string? RedirectTo);

internal sealed record ResendRequest(string? Email, string? SourceAppUrl);

internal sealed record ResetRequest(string? Token, string? NewPassword);

internal sealed record ChangePasswordRequest(string? CurrentPassword, string? NewPassword, bool? RevokeOtherSessions);

/// <summary><c>password</c> stands in for a recent sign-in.</summary>
internal sealed record ChangeEmailRequest(string? NewEmail, string? Password, string? CallbackURL);

internal sealed record ChangeEmailResponse(bool Success, string Message);

/// <summary>Named and shaped as the clients know it.</summary>
internal sealed record Success([property: System.Text.Json.Serialization.JsonPropertyName("success")] bool Done = true);

internal static class RecoveryHandlers
{
    static readonly JsonSerializerOptions Json = JsonSerializerOptions.Web;

    public static async Task<IResult> ForgotAsync(HttpContext http, Visitor visitor, PasswordReset reset, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(http, cancellationToken);
        await reset.RequestAsync(request?.Email, request?.RedirectTo, visitor, cancellationToken);
        return Results.Ok(new Success());
    }

    public static async Task<IResult> ResendAsync(ResendRequest request, Visitor visitor, EmailVerification verification, CancellationToken cancellationToken)
    {
        await verification.RequestAsync(request.Email, request.SourceAppUrl, visitor, cancellationToken);
        return Results.Ok(new Success());
    }

    public static async Task<IResult> ResetAsync(ResetRequest request, Visitor visitor, PasswordReset reset, CancellationToken cancellationToken) =>
        await reset.ResetAsync(request.Token, request.NewPassword, visitor, cancellationToken) switch
        {
            ResetResult.Done => Results.Ok(new Success()),
            ResetResult.Weak weak => AuthRefusals.WeakPassword(weak.Password.Sentence),
            ResetResult.InvalidToken => AuthRefusals.InvalidToken,
            _ => Refusals.RateLimited(HashingGate.RetryAfterSeconds, wrapper: true),
        };

    public static async Task<IResult> ChangePasswordAsync(
        ChangePasswordRequest request, CurrentUser caller, Visitor visitor, PasswordChange passwords, CancellationToken cancellationToken) =>
        Refusal(await passwords.ChangeAsync(
            caller, request.CurrentPassword, request.NewPassword, request.RevokeOtherSessions != false, visitor, cancellationToken)) ?? Results.Ok(new Success());

    public static async Task<IResult> ChangeEmailAsync(
        ChangeEmailRequest request, HttpContext http, CurrentUser caller, Visitor visitor, SessionGuard guard, PasswordChange passwords, EmailChanges changes, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(request.Password) && Refusal(await passwords.ConfirmAsync(caller, request.Password, visitor, cancellationToken)) is { } wrong)
            return wrong;
        if (await guard.RefuseAsync(http, true, cancellationToken) is { } refused)
            return refused;
        return await changes.RequestAsync(caller, request.NewEmail, request.CallbackURL, visitor, cancellationToken) is { } problem
            ? AuthRefusals.Validation("newEmail: " + problem)
            : Results.Ok(new ChangeEmailResponse(true, "A link was sent to the new address. The address changes when it is used."));
    }

    public static IResult? Refusal(PasswordChangeResult result) => result switch
    {
        PasswordChangeResult.Done => null,
        PasswordChangeResult.Invalid invalid => AuthRefusals.Validation($"{invalid.Field}: {invalid.Problem}"),
        PasswordChangeResult.WrongPassword => AuthRefusals.InvalidCredentials,
        PasswordChangeResult.Weak weak => AuthRefusals.WeakPassword(weak.Password.Sentence),
        PasswordChangeResult.Locked locked => AuthRefusals.Locked(locked.RetryAfterSeconds),
        _ => Refusals.RateLimited(HashingGate.RetryAfterSeconds, wrapper: true),
    };

    /// <summary>Null for whatever is not what we expect: the answer is the same (auth.md 5.5).</summary>
    static async Task<ForgotRequest?> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<ForgotRequest>(http.Request.Body, Json, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
