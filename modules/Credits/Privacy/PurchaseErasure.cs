using Mana.Credits.Data;
using Mana.Payments.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Privacy;

/// <summary>
/// A person's open purchases when they are erased: pages close and payments that nobody has made are cancelled, so that nobody pays for an account that is no more. A bank debit that is on its way
/// cannot be stopped; its money is parked when it comes (<c>paid_after_erasure</c>), for somebody to give it back.
/// </summary>
internal sealed class PurchaseErasure(CreditsDbContext database, IStripeApi stripe)
{
    public async Task EndAsync(string userId, CancellationToken cancellationToken)
    {
        var open = await database.Purchases.AsNoTracking()
            .Where(purchase => purchase.UserId == userId && (purchase.Status == Purchase.Pending || purchase.Status == Purchase.Failed)).ToListAsync(cancellationToken);
        foreach (var purchase in open)
        {
            // What was paid or is over already cannot be ended; that is as good.
            if (purchase.StripeSessionId is { } session)
                Require(await stripe.ExpireCheckoutSessionAsync(session, $"cs-erased:{purchase.Id}", cancellationToken));
            if (purchase.StripePaymentIntentId is { } intent)
                Require(await stripe.CancelPaymentIntentAsync(intent, $"pi-erased:{purchase.Id}", cancellationToken));
        }
    }

    static void Require<T>(StripeResult<T> answer)
    {
        if (answer is StripeResult<T>.Unavailable)
            throw new InvalidOperationException("Stripe does not answer; the erasure comes again, nobody pays for an account that is no more.");
    }
}
