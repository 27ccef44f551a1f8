using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Payments.Admin;
using Mana.Payments.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mana.Payments.Risk;

/// <summary>A disputed payment as administrators see it.</summary>
/// <param name="LiftedBy">The administrator who did.</param>
internal sealed record RiskCause(string PaymentIntentId, DateTimeOffset FlaggedAt, DateTimeOffset? LiftedAt, string? LiftedBy)
{
    public static RiskCause Of(RiskRow row) => new(row.PaymentIntentId, row.FlaggedAt, row.LiftedAt, row.LiftedBy);
}

/// <summary>How a person stands.</summary>
/// <param name="PaymentRisk">No bank debit is offered to this person.</param>
internal sealed record RiskBody(string UserId, bool PaymentRisk, IReadOnlyList<RiskCause> Causes);

/// <summary>Why somebody may only pay by card, and the end of it (commerce.md 7.8).</summary>
internal static class RiskHandlers
{
    static readonly ApiError NotFlagged = new(404, "not_found", "Nothing is held against this person");

    public static async Task<IResult> ShowAsync(string userId, PaymentRisks risks, CancellationToken cancellationToken)
    {
        var causes = AdminHandlers.IsId(userId) ? await risks.OfAsync(userId, cancellationToken) : [];
        return Results.Ok(new RiskBody(userId, causes.Exists(cause => cause.LiftedAt is null), causes.ConvertAll(RiskCause.Of)));
    }

    public static async Task<IResult> LiftAsync(string userId, CurrentUser admin, PaymentRisks risks, ILogger<PaymentRisks> log, CancellationToken cancellationToken)
    {
        if (!AdminHandlers.IsId(userId) || !await risks.LiftAsync(userId, admin.UserId, cancellationToken))
            return NotFlagged;
        log.LogWarning("Administrator {Admin} lifted the payment risk of {User}", admin.UserId, userId);
        return Results.Ok(new { success = true });
    }
}
