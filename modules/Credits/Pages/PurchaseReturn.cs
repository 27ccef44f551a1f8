using Mana.Credits.Data;
using Mana.Credits.Purchases;
using Mana.Payments.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Pages;

/// <summary>
/// Somebody comes back from Stripe's page. Where webhooks cannot reach this host, or are slower than people, Stripe is asked at once; what it says is applied as an event's
/// would be, so being told twice changes nothing.
/// </summary>
internal sealed class PurchaseReturn(CreditsDbContext database, PurchaseReconciliation purchases, IStripeAvailability stripe, TimeProvider time)
{
    /// <summary>How the purchase stands now; null when it is not this person's.</summary>
    public async Task<Purchase?> LookAsync(string userId, string? purchaseId, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(purchaseId, "D", out var id) || await FindAsync(userId, id, cancellationToken) is not { } purchase)
            return null;
        if (purchase.Status != Purchase.Pending || !stripe.CanCall)
            return purchase;
        await purchases.LookAsync(purchase, time.GetUtcNow(), cancellationToken);
        return await FindAsync(userId, id, cancellationToken);
    }

    Task<Purchase?> FindAsync(string userId, Guid id, CancellationToken cancellationToken) =>
        database.Purchases.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.UserId == userId, cancellationToken);
}
