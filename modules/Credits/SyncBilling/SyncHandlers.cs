using Mana.Credits.Data;
using Mana.Credits.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.SyncBilling;

/// <summary>Routes of the sync subscription (commerce.md 3.3, 3.5, 3.6).</summary>
internal static class SyncHandlers
{
    static readonly ApiError AlreadyActive = CreditsRefusals.InvalidState("Sync is already active");
    static readonly ApiError NotActive = CreditsRefusals.InvalidState("Sync is not active");

    public static async Task<IResult> StatusAsync(CurrentUser user, SyncStatus status, CancellationToken cancellationToken) =>
        CreditsJson.Ok(await status.OfAsync(user.UserId, cancellationToken));

    public static async Task<IResult> StatusOfAsync(string userId, SyncStatus status, CancellationToken cancellationToken) =>
        CreditsJson.Ok(await status.OfAsync(userId, cancellationToken));

    public static async Task<IResult> ActivateAsync(HttpContext context, CurrentUser user, SyncSubscriptions sync, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var interval = fields.OptionalChoice("interval", BillingCalendar.Intervals) ?? "monthly";
        if (fields.Problem is { } problem)
            return problem;
        return await sync.ActivateAsync(user.UserId, interval, cancellationToken) switch
        {
            SyncChange.Done done => CreditsJson.Ok(new { success = true, active = true, interval, nextChargeAt = done.Row.NextChargeAt, amountCharged = done.Charged }),
            SyncChange.Gifted => CreditsRefusals.InvalidState("Sync is already gifted — no activation needed"),
            var refused => Refusal(refused),
        };
    }

    public static async Task<IResult> DeactivateAsync(HttpContext context, CurrentUser user, SyncSubscriptions sync, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var atPeriodEnd = fields.OptionalFlag("cancelAtPeriodEnd") ?? false;
        if (fields.Problem is { } problem)
            return problem;
        return await sync.DeactivateAsync(user.UserId, atPeriodEnd, cancellationToken) switch
        {
            SyncChange.Done => CreditsJson.Ok(new { success = true }),
            SyncChange.Gifted => CreditsRefusals.InvalidState("Sync is gifted — contact support to revoke"),
            var refused => Refusal(refused),
        };
    }

    public static async Task<IResult> ChangeIntervalAsync(HttpContext context, CurrentUser user, SyncSubscriptions sync, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var interval = fields.OptionalChoice("interval", BillingCalendar.Intervals);
        if (interval is null && !fields.Has("interval"))
            fields.Fail("interval", "is required");
        if (fields.Problem is { } problem)
            return problem;
        return await sync.ChangeIntervalAsync(user.UserId, interval!, cancellationToken) switch
        {
            SyncChange.Done done => CreditsJson.Ok(new { success = true, interval, amountCharged = done.Charged, effectiveAt = done.Row.NextChargeAt }),
            SyncChange.Gifted => CreditsRefusals.InvalidState("Sync is gifted — there is nothing to charge"),
            var refused => Refusal(refused),
        };
    }

    public static async Task<IResult> AutoResumeAsync(HttpContext context, CurrentUser user, SyncSubscriptions sync, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var autoResume = fields.OptionalFlag("autoResume");
        if (autoResume is null && !fields.Has("autoResume"))
            fields.Fail("autoResume", "is required");
        if (fields.Problem is { } problem)
            return problem;
        return await sync.SetAutoResumeAsync(user.UserId, autoResume!.Value, cancellationToken) is SyncChange.Done
            ? CreditsJson.Ok(new { success = true, autoResume })
            : CreditsRefusals.Contention;
    }

    public static async Task<IResult> GiveAsync(string userId, CurrentUser admin, SyncSubscriptions sync, CancellationToken cancellationToken) =>
        await sync.GiveAsync(userId, admin.UserId, cancellationToken) switch
        {
            SyncChange.Done => CreditsJson.Ok(new { success = true, userId, gifted = true, active = true }),
            SyncChange.NotFound => CreditsRefusals.UnknownUser,
            _ => CreditsRefusals.Contention,
        };

    public static async Task<IResult> RevokeAsync(string userId, SyncSubscriptions sync, CancellationToken cancellationToken) =>
        await sync.RevokeAsync(userId, cancellationToken) switch
        {
            SyncChange.Done => CreditsJson.Ok(new { success = true, userId, gifted = false, active = false }),
            SyncChange.NotFound => CreditsRefusals.NotFound("No sync subscription found for user"),
            SyncChange.NotGifted => CreditsRefusals.InvalidState("Sync is not gifted — nothing to revoke"),
            var refused => Refusal(refused),
        };

    public static async Task<IResult> ChargeAsync(SyncRenewals renewals, CancellationToken cancellationToken) => CreditsJson.Ok(await renewals.ChargeDueAsync(cancellationToken));

    static ApiError Refusal(SyncChange change) => change switch
    {
        SyncChange.AlreadyActive => AlreadyActive,
        SyncChange.NotActive => NotActive,
        SyncChange.Refused refused => CreditsRefusals.Of(refused.Why),
        _ => throw new ArgumentException("This is no refusal.", nameof(change)),
    };
}

/// <summary>What is told about a sync subscription; without a row, that there is none.</summary>
internal sealed class SyncStatus(CreditsDbContext database, SyncPrices prices)
{
    public async Task<SyncStatusBody> OfAsync(string userId, CancellationToken cancellationToken)
    {
        var price = await prices.CurrentAsync(cancellationToken);
        return await database.SyncSubscriptions.AsNoTracking().SingleOrDefaultAsync(row => row.UserId == userId, cancellationToken) is { } row
            ? SyncStatusBody.Of(row, price)
            : SyncStatusBody.None(price);
    }
}
