using Mana.Kernel.Outbox;

namespace Mana.Subscriptions.Contracts;

/// <summary>What somebody has subscribed to (commerce.md 6.7).</summary>
public interface ISubscriptionEntitlements
{
    /// <summary>Of the plan that the person is entitled to now; without a subscription, of the free plan.</summary>
    Task<SubscriptionLimits> GetLimitsAsync(string userId, CancellationToken cancellationToken);

    Task<CurrentSubscription> GetCurrentAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>Null is no limit, not one (W-42).</summary>
public sealed record SubscriptionLimits(int? MaxTeamMembers, int? MaxOrganizations);

/// <summary>What somebody has now.</summary>
/// <param name="Status">Stripe's word; null without a subscription that is alive.</param>
/// <param name="IsEntitled">The plan's benefits hold now (commerce.md 6.5); false: those of the free plan.</param>
public sealed record CurrentSubscription(string PlanName, string? Status, bool IsEntitled, DateTimeOffset? CurrentPeriodEnd, bool CancelAtPeriodEnd);

/// <summary>Somebody's subscription began, changed its plan or its state, or ended. Committed together with the change.</summary>
/// <param name="Status">Stripe's word.</param>
public sealed record SubscriptionChanged(string UserId, Guid PlanId, string Status) : IManaEvent
{
    public static string Name => "subscriptions.subscription_changed";
}
