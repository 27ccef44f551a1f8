using Mana.Kernel.Errors;
using Mana.Payments.Contracts;
using Mana.Payments.Inbox;
using Mana.Payments.Reconciliation;
using Microsoft.AspNetCore.Http;

namespace Mana.Payments.Admin;

/// <summary>What an operator does about the inbox.</summary>
internal static class AdminHandlers
{
    static readonly string[] States = ["pending", "processed", "quarantined", "dead"];
    static readonly ApiError UnknownEvent = new(404, "not_found", "No event with this id, or it waits already");

    public static async Task<IResult> ListAsync(string? status, string? objectId, string? limit, EventList list, CancellationToken cancellationToken)
    {
        if (status is not null && !States.Contains(status, StringComparer.Ordinal))
            return Invalid("status", "is not one of " + string.Join(", ", States));
        if (objectId is not null && !IsId(objectId))
            return Invalid("objectId", "is no id");
        if (!string.IsNullOrEmpty(limit) && !int.TryParse(limit, out _))
            return Invalid("limit", "is not a number");
        var rows = Math.Clamp(string.IsNullOrEmpty(limit) ? 50 : int.Parse(limit, System.Globalization.CultureInfo.InvariantCulture), 1, EventList.LargestPage);
        return Results.Ok(new { events = await list.ListAsync(status, objectId, rows, cancellationToken) });
    }

    public static async Task<IResult> ReplayAsync(string id, InboxStore store, CancellationToken cancellationToken) =>
        await store.ReplayAsync(id, cancellationToken) ? Results.Ok(new { success = true }) : UnknownEvent;

    public static async Task<IResult> ReconcileAsync(EventPull pull, Reconcilers reconcilers, CancellationToken cancellationToken)
    {
        var result = await pull.PullAsync(cancellationToken);
        if (result is not StripeResult<int>.Ok ok)
            return StripeRefusals.Of(result);
        await reconcilers.RunAsync(ReconciliationScope.Open, cancellationToken);
        return Results.Ok(new { success = true, events = ok.Value });
    }

    /// <summary>PostgreSQL keeps no zero character, so it cannot be asked for one either.</summary>
    public static bool IsId(string text) => text.Length is > 0 and <= 255 && !text.Any(char.IsControl);

    static ApiError Invalid(string path, string message) => new(400, "validation_failed", $"{path} {message}")
    {
        Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["errors"] = new[] { new { path, message } } },
    };
}
