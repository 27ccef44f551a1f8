using Mana.Kernel.Errors;

namespace Mana.Subscriptions;

/// <summary>Codes of commerce.md 1.4, messages of the original: web clients read only those.</summary>
internal static class SubscriptionsRefusals
{
    public static readonly ApiError NoPlan = new(404, "not_found", "Plan not found");
    public static readonly ApiError NoPrice = InvalidState("Stripe price not configured for this plan");
    public static readonly ApiError FreePlan = InvalidState("The free plan needs no subscription");
    public static readonly ApiError NoSubscription = new(404, "not_found", "No active subscription");
    public static readonly ApiError NothingToReactivate = new(404, "not_found", "No canceled subscription to reactivate");
    public static readonly ApiError AlreadySubscribed = new(409, "conflict", "You already have a subscription; change it in the billing portal");
    public static readonly ApiError NoCustomer = InvalidState("No billing account yet; subscribe or buy something first");
    public static readonly ApiError SamePlan = InvalidState("This is your plan already");
    public static readonly ApiError Unpaid = InvalidState("The payment was refused; your plan has not changed");
    public static readonly ApiError AdminOnly = new(403, "Forbidden", "Admin access required") { Code = "forbidden" };

    public static ApiError InvalidState(string message) => new(400, "invalid_state", message);

    public static ApiError Validation(string path, string message) => Validation([(path, message)]);

    public static ApiError Validation(IReadOnlyList<(string Path, string Message)> errors) =>
        new(400, "validation_failed", string.Join("; ", errors.Select(error => $"{error.Path} {error.Message}")))
        {
            Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["errors"] = errors.Select(error => new { path = error.Path, message = error.Message }).ToArray() },
        };
}
