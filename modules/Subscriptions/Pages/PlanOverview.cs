using Mana.Payments.Contracts;
using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Plans;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Pages;

/// <summary>Everything that the page of somebody's plan tells.</summary>
/// <param name="Live">The subscription, also while it is not paid.</param>
/// <param name="Plan">Whose benefits hold now.</param>
/// <param name="Plans">Those that can be subscribed to.</param>
internal sealed record PlanView(SubscriptionRow? Live, PlanBody Plan, IReadOnlyList<Plan> Plans, IReadOnlyList<InvoiceRow> Invoices, bool IsCustomer, bool CanBuy);

internal sealed class PlanOverview(SubscriptionsDbContext database, CurrentSubscriptions current, PlanCatalogue catalogue, IStripeCustomers customers, IStripeAvailability stripe)
{
    const int LatestInvoices = 12;

    public async Task<PlanView> OfAsync(string userId, CancellationToken cancellationToken)
    {
        var plans = (await catalogue.AllAsync(cancellationToken)).Where(plan => plan is { Active: true, IsDefault: false } && plan.PriceMonthlyEuroCents > 0).ToList();
        var invoices = await database.Invoices.AsNoTracking().Where(row => row.UserId == userId && row.Status != "draft").OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            .Take(LatestInvoices).ToListAsync(cancellationToken);
        return new PlanView(
            await current.LiveAsync(userId, cancellationToken), (await current.OfAsync(userId, cancellationToken)).Plan, plans, invoices,
            stripe.CanCall && await customers.FindAsync(userId, cancellationToken) is not null, stripe.CanCall);
    }
}
