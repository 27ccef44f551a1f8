using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Stripe;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Pages;

/// <summary>
/// Somebody comes back from Stripe's page. Where webhooks cannot reach this host, or are slower than people, Stripe is asked at once about the pages that the person was sent
/// to; what it says is applied as an event's would be.
/// </summary>
internal sealed class CheckoutReturn(SubscriptionsDbContext database, SubscriptionReconciliation reconciliation, IStripeAvailability stripe)
{
    public async Task LookAsync(string userId, CancellationToken cancellationToken)
    {
        if (!stripe.CanCall)
            return;
        foreach (var session in await database.Checkouts.AsNoTracking().Where(row => row.UserId == userId).Select(row => row.StripeSessionId).ToListAsync(cancellationToken))
            await reconciliation.CheckoutAsync(session, cancellationToken);
    }
}
