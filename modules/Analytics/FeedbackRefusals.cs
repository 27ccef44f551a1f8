using Mana.Kernel.Errors;

namespace Mana.Analytics;

/// <summary>Codes of commerce.md 1.4; on the public routes <c>error</c> is the message, as the original's clients read it.</summary>
internal static class FeedbackRefusals
{
    public static readonly ApiError NotFound = new(404, "not_found", "Feedback not found");
    public static readonly ApiError PublicNotFound = new(404, "Not found", "Not found") { Code = "not_found" };
    public static readonly ApiError BadHash = new(400, "invalid display_hash", "invalid display_hash") { Code = "validation_failed" };
    public static readonly ApiError AdminOnly = new(403, "forbidden", "Founder/admin role required");
    public static readonly ApiError Gone = new(404, "not_found", "User not found");
    public static readonly ApiError TooManyToday = new(429, "rate_limited", "That was all for today; try again tomorrow.") { RetryAfterSeconds = 3600 };
}
