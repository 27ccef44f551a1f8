using Mana.Credits.Contracts;
using Mana.Kernel.Errors;

namespace Mana.Credits;

/// <summary>Codes of commerce.md 1.4. Web clients read only the message, so the messages are those of the original.</summary>
internal static class CreditsRefusals
{
    public static readonly ApiError Contention = new(409, "balance_contention", "Balance was modified concurrently, please retry") { RetryAfterSeconds = 1 };
    public static readonly ApiError KeyMismatch = new(409, "idempotency_mismatch", "The idempotency key belongs to a different request");
    public static readonly ApiError Frozen = new(409, "account_frozen", "This balance is being checked; nothing can be spent until then");
    public static readonly ApiError BudgetExhausted = new(409, "budget_exhausted", "The budget for rewards of this month is used up");
    public static readonly ApiError UnknownOriginal = Validation("originalTransactionId", "is not a debit of this user");
    public static readonly ApiError ExceedsOriginal = Validation("amount", "exceeds what is left of the original transaction");
    public static readonly ApiError ReservationNotFound = NotFound("Reservation not found");
    public static readonly ApiError UnknownUser = NotFound("User not found");
    public static readonly ApiError AdminOnly = new(403, "Forbidden", "Admin access required") { Code = "forbidden" };

    public static ApiError NotFound(string message) => new(404, "not_found", message);

    public static ApiError InvalidState(string message) => new(400, "invalid_state", message);

    public static ApiError Validation(string path, string message) => Validation([(path, message)]);

    public static ApiError Validation(IReadOnlyList<(string Path, string Message)> errors) =>
        new(400, "validation_failed", string.Join("; ", errors.Select(error => $"{error.Path} {error.Message}")))
        {
            Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["errors"] = errors.Select(error => new { path = error.Path, message = error.Message }).ToArray() },
        };

    public static ApiError Insufficient(CreditAmount required, CreditAmount available) => new(402, "insufficient_credits", "Insufficient credits")
    {
        Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["required"] = required, ["available"] = available },
    };

    /// <summary>For every result but <see cref="PostingResult.Posted"/>.</summary>
    public static ApiError Of(PostingResult result) => result switch
    {
        PostingResult.Insufficient insufficient => Insufficient(insufficient.Required, insufficient.Available),
        PostingResult.KeyMismatch => KeyMismatch,
        PostingResult.UnknownOriginal => UnknownOriginal,
        PostingResult.ExceedsOriginal => ExceedsOriginal,
        PostingResult.UnknownUser => UnknownUser,
        PostingResult.Frozen => Frozen,
        PostingResult.BudgetExhausted => BudgetExhausted,
        PostingResult.Contention => Contention,
        _ => throw new ArgumentException("This is no refusal.", nameof(result)),
    };
}
