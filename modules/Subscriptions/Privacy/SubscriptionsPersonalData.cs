using System.Text.Json;
using Mana.Kernel.Ids;
using Mana.Kernel.Privacy;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Billing;
using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Stripe;
using Mana.Subscriptions.Wire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions.Privacy;

/// <summary>
/// Export and erasure (commerce.md 13.2). What is alive is cancelled at Stripe first, at once. Subscriptions and invoices stay for the statutory period under a random
/// pseudonym, without the links that lead to a name.
/// </summary>
internal sealed class SubscriptionsPersonalData(IServiceScopeFactory scopes, IStripeApi stripe, IIdSource ids) : IPersonalData
{
    public string Module => "subscriptions";

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<SubscriptionsDbContext>();
        var subscriptions = await database.Subscriptions.AsNoTracking().Where(row => row.UserId == userId).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken);
        var invoices = await database.Invoices.AsNoTracking().Where(row => row.UserId == userId).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken);
        await JsonSerializer.SerializeAsync(
            output, new { subscriptions = subscriptions.Select(SubscriptionBody.Of), invoices = invoices.Select(InvoiceBody.Of) }, SubscriptionsJson.Options, cancellationToken);
    }

    public async Task<long> CountAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<SubscriptionsDbContext>();
        return await database.Subscriptions.LongCountAsync(row => row.UserId == userId, cancellationToken) + await database.Invoices.LongCountAsync(row => row.UserId == userId, cancellationToken)
            + await database.Checkouts.LongCountAsync(row => row.UserId == userId, cancellationToken);
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<SubscriptionsDbContext>();
        foreach (var live in await database.Subscriptions.Where(row => row.UserId == userId && row.EndedAt == null && row.Status != "canceled" && row.Status != "incomplete_expired").ToListAsync(cancellationToken))
            if (await stripe.CancelSubscriptionAsync(live.StripeSubscriptionId, $"sub-erased:{live.StripeSubscriptionId}", cancellationToken) is StripeResult<StripeSubscription>.Unavailable)
                throw new InvalidOperationException("Stripe does not answer; the erasure comes again, nobody is charged for an account that is no more.");
        foreach (var session in await database.Checkouts.Where(row => row.UserId == userId).Select(row => row.StripeSessionId).ToListAsync(cancellationToken))
            // A page that was paid or is over already cannot be expired; that is as good.
            if (await stripe.ExpireCheckoutSessionAsync(session, $"cs-erased:{session}", cancellationToken) is StripeResult<StripeCheckoutSession>.Unavailable)
                throw new InvalidOperationException("Stripe does not answer; the erasure comes again, nobody pays on a page for an account that is no more.");

        var pseudonym = Pseudonym.Prefix + ids.NewId();
        await database.Subscriptions.Where(row => row.UserId == userId).ExecuteUpdateAsync(set => set.SetProperty(row => row.UserId, pseudonym), cancellationToken);
        await database.Invoices.Where(row => row.UserId == userId).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.UserId, pseudonym).SetProperty(row => row.HostedInvoiceUrl, (string?)null).SetProperty(row => row.InvoicePdfUrl, (string?)null), cancellationToken);
        await database.Checkouts.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
    }
}
