using Mana.Auth.Accounts;
using Mana.Auth.Sessions;

namespace Mana.Auth.TwoFactor;

/// <summary>What became of a wish about the second factor.</summary>
internal abstract record TwoFactorChange
{
    /// <summary>Pending until a code is right.</summary>
    /// <param name="Svg">The URI as a QR code.</param>
    public sealed record Begun(string Uri, string Svg, IReadOnlyList<string> Codes) : TwoFactorChange;

    /// <summary>It is on, and the session is another one.</summary>
    public sealed record Enabled(AccountView Account, StartedSession Session, string DeviceCookie) : TwoFactorChange;

    public sealed record NewCodes(IReadOnlyList<string> Codes) : TwoFactorChange;

    public sealed record Shown(string Uri, string Svg) : TwoFactorChange;

    public sealed record Disabled : TwoFactorChange;

    public sealed record WrongPassword : TwoFactorChange;

    public sealed record WrongCode : TwoFactorChange;

    public sealed record AlreadyEnabled : TwoFactorChange;

    public sealed record NotEnabled : TwoFactorChange;

    /// <summary>A second factor must be proved first, with this or at <c>step-up</c>.</summary>
    public sealed record StepUpRequired : TwoFactorChange;

    /// <summary>The backup code was used by somebody else a moment ago.</summary>
    public sealed record Contended : TwoFactorChange;

    public sealed record Invalid(string Field, string Problem) : TwoFactorChange;

    public sealed record Locked(int RetryAfterSeconds) : TwoFactorChange;

    public sealed record Busy : TwoFactorChange;

    /// <summary>Null for a code that was right.</summary>
    public static TwoFactorChange? Of(CodeCheck check) => check switch
    {
        CodeCheck.Right => null,
        CodeCheck.Wrong => new WrongCode(),
        CodeCheck.NotEnabled => new NotEnabled(),
        CodeCheck.Contended => new Contended(),
        CodeCheck.Locked locked => new Locked(locked.RetryAfterSeconds),
        _ => new Busy(),
    };
}

/// <summary>Where one field takes both kinds of code.</summary>
internal static class CodeShape
{
    /// <summary>Six digits are an authenticator's; a backup code has ten letters.</summary>
    public static SecondFactor FactorOf(string code)
    {
        var letters = code.Where(letter => !char.IsWhiteSpace(letter)).ToList();
        return letters.Count == Totp.Digits && letters.TrueForAll(char.IsAsciiDigit) ? SecondFactor.AuthenticatorApp : SecondFactor.BackupCode;
    }
}
