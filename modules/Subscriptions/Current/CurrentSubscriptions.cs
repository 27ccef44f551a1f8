using Mana.Auth.Contracts;
using Mana.Subscriptions.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Plans;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions.Current;

/// <summary>commerce.md 6.2.</summary>
internal sealed record SubscriptionBody(
    Guid Id, string UserId, Guid PlanId, string? StripeSubscriptionId, string? StripeCustomerId, string? StripePriceId, string Status, string BillingInterval,
    DateTimeOffset? CurrentPeriodStart, DateTimeOffset? CurrentPeriodEnd, bool CancelAtPeriodEnd, DateTimeOffset? CanceledAt, DateTimeOffset? EndedAt, DateTimeOffset? TrialStart,
    DateTimeOffset? TrialEnd, object? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static SubscriptionBody Of(SubscriptionRow row) => new(
        row.Id, row.UserId, row.PlanId, row.StripeSubscriptionId, row.StripeCustomerId, row.StripePriceId, row.Status, row.BillingInterval, row.CurrentPeriodStart, row.CurrentPeriodEnd,
        row.CancelAtPeriodEnd, row.CanceledAt, row.EndedAt, row.TrialStart, row.TrialEnd, null, row.CreatedAt, row.UpdatedAt);
}

/// <summary>The plan is the one whose benefits hold now; the subscription is shown also while it is not paid.</summary>
internal sealed record CurrentBody(SubscriptionBody? Subscription, PlanBody Plan, bool IsFreePlan);

internal sealed class CurrentSubscriptions(SubscriptionsDbContext database, PlanCatalogue catalogue, TimeProvider time)
{
    /// <summary>The one that is alive; there is one at most.</summary>
    public Task<SubscriptionRow?> LiveAsync(string userId, CancellationToken cancellationToken) =>
        database.Subscriptions.AsNoTracking().SingleOrDefaultAsync(row => row.UserId == userId && SubscriptionRow.Live.Contains(row.Status), cancellationToken);

    public bool IsEntitled(SubscriptionRow row) => Entitlement.Holds(row.Status, row.PaidUntil, time.GetUtcNow());

    public async Task<CurrentBody> OfAsync(string userId, CancellationToken cancellationToken)
    {
        var live = await LiveAsync(userId, cancellationToken);
        var plan = live is not null && IsEntitled(live) ? await catalogue.FindAsync(live.PlanId, cancellationToken) : null;
        return new CurrentBody(
            live is null ? null : SubscriptionBody.Of(live), plan is not null ? PlanBody.Of(plan) : await catalogue.DefaultAsync(cancellationToken) is { } free ? PlanBody.Of(free) : PlanBody.BuiltIn, plan is null);
    }
}

/// <summary>The same for other modules, and for Auth's spaces.</summary>
internal sealed class SubscriptionEntitlements(IServiceScopeFactory scopes) : ISubscriptionEntitlements, IPlanLimits
{
    public async Task<SubscriptionLimits> GetLimitsAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var current = await scope.ServiceProvider.GetRequiredService<CurrentSubscriptions>().OfAsync(userId, cancellationToken);
        return new(current.Plan.MaxTeamMembers, current.Plan.MaxOrganizations);
    }

    public async Task<CurrentSubscription> GetCurrentAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var current = await scope.ServiceProvider.GetRequiredService<CurrentSubscriptions>().OfAsync(userId, cancellationToken);
        return new(current.Plan.Name, current.Subscription?.Status, !current.IsFreePlan, current.Subscription?.CurrentPeriodEnd, current.Subscription?.CancelAtPeriodEnd ?? false);
    }

    /// <summary>Null for who has not subscribed: the operator's limits of the free plan hold (auth.md 14.3).</summary>
    public async ValueTask<PlanLimits?> OfAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var current = await scope.ServiceProvider.GetRequiredService<CurrentSubscriptions>().OfAsync(userId, cancellationToken);
        return current.IsFreePlan ? null : new PlanLimits(current.Plan.MaxOrganizations ?? int.MaxValue, current.Plan.MaxTeamMembers ?? int.MaxValue);
    }
}
