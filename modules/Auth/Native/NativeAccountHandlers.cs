using System.Text.Json;
using Mana.Auth.Accounts;
using Mana.Auth.Passwords;
using Mana.Auth.Profile;
using Mana.Auth.Recovery;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Native;

internal sealed record VerifyPasswordRequest(string? Password);

/// <summary><c>token</c> stays null: the session goes on, so the client's tokens stay good.</summary>
internal sealed record NativePasswordChanged(string? Token, AccountView User);

/// <summary>For somebody who is signed in.</summary>
internal static class NativeAccountHandlers
{
    const int LongestName = 100;

    public static async Task<IResult> UpdateUserAsync(JsonElement body, CurrentUser caller, ClientInfo client, Profiles profiles, CancellationToken cancellationToken)
    {
        var (change, problem) = ProfileRules.Read(body, 1, LongestName, strict: true);
        if (change is null)
            return new Kernel.Errors.ApiError(400, "VALIDATION_ERROR", $"[body.{problem!.Replace(": ", "] ", StringComparison.Ordinal)}");
        await profiles.ChangeAsync(caller, change, client, cancellationToken);
        return Results.Ok(new NativeStatus());
    }

    public static async Task<IResult> ChangePasswordAsync(
        ChangePasswordRequest request, CurrentUser caller, Visitor visitor, PasswordChange passwords, CancellationToken cancellationToken) =>
        await passwords.ChangeAsync(caller, request.CurrentPassword, request.NewPassword, request.RevokeOtherSessions != false, visitor, cancellationToken) switch
        {
            PasswordChangeResult.Done done => Results.Ok(new NativePasswordChanged(null, done.Account)),
            var refused => Refusal(refused),
        };

    public static async Task<IResult> VerifyPasswordAsync(
        VerifyPasswordRequest request, CurrentUser caller, Visitor visitor, PasswordChange passwords, CancellationToken cancellationToken) =>
        await passwords.ConfirmAsync(caller, request.Password, visitor, cancellationToken) switch
        {
            PasswordChangeResult.Done => Results.Ok(new NativeStatus()),
            var refused => Refusal(refused),
        };

    static IResult Refusal(PasswordChangeResult result) => result switch
    {
        PasswordChangeResult.Invalid invalid => NativeRefusals.Validation(invalid.Field, invalid.Problem),
        PasswordChangeResult.WrongPassword => NativeRefusals.InvalidPassword,
        PasswordChangeResult.Weak weak => NativeRefusals.Weak(weak.Password),
        PasswordChangeResult.Locked locked => AuthRefusals.Locked(locked.RetryAfterSeconds),
        _ => NativeRefusals.Busy,
    };
}
