using Mana.Auth.Passwords;
using Mana.Kernel.Errors;

namespace Mana.Auth.Native;

/// <summary>The refusals of <c>/api/auth/*</c> (auth.md 3.4, E3; 9): codes of the engine that the original was built on.</summary>
internal static class NativeRefusals
{
    public static readonly ApiError InvalidCredentials = new(401, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password");
    public static readonly ApiError InvalidPassword = new(400, "INVALID_PASSWORD", "Invalid password");
    public static readonly ApiError EmailNotVerified = new(403, "EMAIL_NOT_VERIFIED", "Email not verified");
    public static readonly ApiError InvalidToken = new(400, "INVALID_TOKEN", "Invalid token");
    public static readonly ApiError InvalidOrigin = new(403, "INVALID_ORIGIN", "Invalid origin");
    public static readonly ApiError InvalidCallback = new(403, "INVALID_CALLBACK_URL", "Invalid callbackURL");
    public static readonly ApiError InvalidRedirect = new(403, "INVALID_REDIRECT_URL", "Invalid redirectURL");

    public static readonly ApiError InvalidNewUserCallback = new(403, "INVALID_NEW_USER_CALLBACK_URL", "Invalid newUserCallbackURL");
    public static readonly ApiError InvalidErrorCallback = new(403, "INVALID_ERROR_CALLBACK_URL", "Invalid errorCallbackURL");

    public static ApiError Validation(string field, string problem) => new(400, "VALIDATION_ERROR", $"[body.{field}] {problem}");

    public static ApiError Weak(WeakPassword password) => new(400, password.Reason switch
    {
        Weakness.TooShort => "PASSWORD_TOO_SHORT",
        Weakness.TooLong => "PASSWORD_TOO_LONG",
        _ => "WEAK_PASSWORD",
    }, password.Sentence);

    public static readonly ApiError Busy = Refusals.RateLimited(HashingGate.RetryAfterSeconds, wrapper: true);
}
