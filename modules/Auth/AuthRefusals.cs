using Mana.Kernel.Errors;

namespace Mana.Auth;

/// <summary>The refusals of <c>/api/v1/auth/*</c> (auth.md 3.4, E1). Clients branch on the codes and, for refresh, on the exact message.</summary>
internal static class AuthRefusals
{
    public static readonly ApiError InvalidCredentials = new(401, "INVALID_CREDENTIALS", "Invalid credentials");
    public static readonly ApiError EmailNotVerified = new(403, "EMAIL_NOT_VERIFIED", "Email not verified")
    {
        Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["needsVerification"] = true },
    };

    /// <summary>Only for somebody who has proved to be the owner; whoever else asks must not learn it.</summary>
    public static readonly ApiError Blocked = new(403, "ACCOUNT_BLOCKED", "This account is blocked. Please ask whoever runs this server.");

    public static readonly ApiError InvalidToken = new(400, "TOKEN_INVALID", "Invalid token");
    /// <summary>RFC 9449 5 calls it <c>invalid_dpop_proof</c>.</summary>
    public static ApiError InvalidProof(string reason) => new(400, "INVALID_DPOP_PROOF", reason);

    public static readonly ApiError InvalidRefreshToken = new(401, "TOKEN_EXPIRED", "Invalid refresh token");

    public static readonly ApiError SecondFactorRequired = new(403, "STEP_UP_REQUIRED", "Please confirm with your second factor that it is you.");
    public static readonly ApiError TwoFactorFailed = new(401, "TWO_FACTOR_FAILED", "Invalid code");
    public static readonly ApiError PasskeyFailed = new(401, "PASSKEY_VERIFICATION_FAILED", "The passkey could not be verified.");
    public static readonly ApiError PasskeysOff = new(404, "PASSKEY_NOT_ENABLED", "Passkeys are not enabled here.");
    public static readonly ApiError PasskeyExists = new(409, "PASSKEY_ALREADY_REGISTERED", "This passkey is registered already.");
    public static readonly ApiError PasskeyNotFound = new(404, "NOT_FOUND", "There is no such passkey.");

    public static readonly ApiError NotSignedIn = new(401, "UNAUTHORIZED", "Not signed in");
    public static readonly ApiError SessionNotFound = new(404, "NOT_FOUND", "There is no such session.");

    public static ApiError Validation(string problem) => new(400, "VALIDATION", problem);

    public static ApiError WeakPassword(string problem) => new(400, "WEAK_PASSWORD", problem);

    public static ApiError SignUpLimitReached(int seconds, string locale) =>
        new(429, "SIGNUP_LIMIT_REACHED", locale == "en"
            ? "The daily limit of registrations is reached. Please try again tomorrow."
            : "Das tägliche Registrierungslimit ist erreicht. Bitte versuche es morgen wieder.") { RetryAfterSeconds = seconds };

    public static ApiError Locked(int seconds) =>
        new(429, "ACCOUNT_LOCKED", "Too many failed attempts; the account is locked for a while.") { RetryAfterSeconds = seconds };
}
