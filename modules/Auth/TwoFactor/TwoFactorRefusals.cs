using Mana.Auth.Native;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.TwoFactor;

/// <summary>In the codes of the engine that the original was built on (auth.md 10).</summary>
internal static class TwoFactorRefusals
{
    public static readonly ApiError InvalidCode = new(401, "INVALID_CODE", "Invalid code");
    public static readonly ApiError InvalidBackupCode = new(401, "INVALID_BACKUP_CODE", "Invalid backup code");
    public static readonly ApiError InvalidCookie = new(401, "INVALID_TWO_FACTOR_COOKIE", "Invalid two factor cookie");
    public static readonly ApiError TotpNotEnabled = new(400, "TOTP_NOT_ENABLED", "TOTP not enabled");
    public static readonly ApiError NotEnabled = new(400, "TWO_FACTOR_NOT_ENABLED", "Two factor isn't enabled");
    public static readonly ApiError AlreadyEnabled = new(400, "TWO_FACTOR_ALREADY_ENABLED", "Two factor is enabled already");
    public static readonly ApiError InUse = new(409, "BACKUP_CODE_IN_USE", "This code is being used by another request");

    public static IResult Of(CodeCheck check, SecondFactor factor) => Of(TwoFactorChange.Of(check)!, factor);

    public static ApiError Of(TwoFactorChange refused, SecondFactor factor) => refused switch
    {
        TwoFactorChange.WrongCode => factor == SecondFactor.AuthenticatorApp ? InvalidCode : InvalidBackupCode,
        TwoFactorChange.WrongPassword => NativeRefusals.InvalidPassword,
        TwoFactorChange.AlreadyEnabled => AlreadyEnabled,
        TwoFactorChange.NotEnabled => factor == SecondFactor.AuthenticatorApp ? TotpNotEnabled : NotEnabled,
        TwoFactorChange.StepUpRequired => AuthRefusals.SecondFactorRequired,
        TwoFactorChange.Contended => InUse,
        TwoFactorChange.Invalid invalid => NativeRefusals.Validation(invalid.Field, invalid.Problem),
        TwoFactorChange.Locked locked => AuthRefusals.Locked(locked.RetryAfterSeconds),
        _ => NativeRefusals.Busy,
    };
}
