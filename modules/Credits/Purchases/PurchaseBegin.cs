using Mana.Credits.Data;
using Mana.Kernel.Ids;
using Mana.Payments.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Credits.Purchases;

/// <summary>Where the person goes after paying, or after not paying; both have been checked.</summary>
internal sealed record ReturnPages(string Success, string Cancel);

/// <summary>Somebody wants to buy a pack.</summary>
/// <param name="Pages">Null: the person's own client takes the payment.</param>
/// <param name="Room">Where a chat bot offered it; goes along as it is.</param>
internal sealed record PurchaseWish(string UserId, string? Email, Guid PackageId, Func<Guid, ReturnPages>? Pages, string? Key, string? Room = null);

internal abstract record PurchaseBegun
{
    /// <summary>The person can pay.</summary>
    public sealed record Waiting(Purchase Purchase, Package Package, string? ClientSecret, string? CheckoutUrl, DateTimeOffset? ExpiresAt) : PurchaseBegun;

    public sealed record NoPackage : PurchaseBegun;

    /// <summary>The key belongs to the purchase of another package, or to one that is paid in another way.</summary>
    public sealed record KeyMismatch : PurchaseBegun;

    public sealed record NotConfigured : PurchaseBegun;

    public sealed record Failed : PurchaseBegun;
}

/// <summary>
/// Starts a purchase (commerce.md 5.3): the row is there before Stripe hears of it, and Stripe's object says which row it is for, so whatever comes back, in
/// whatever order, finds its purchase (W-33). A repetition finds Stripe's first object by its key.
/// </summary>
internal sealed class PurchaseBegin(
    CreditsDbContext database, IStripeApi stripe, IStripeCustomers customers, IStripeAvailability availability, IPaymentRisk risk, CreditsOptions options, IIdSource ids, TimeProvider time, CreditsMetrics metrics,
    ILogger<PurchaseBegin> log)
{
    static readonly TimeSpan KeyLives = TimeSpan.FromHours(24);

    /// <summary>Stripe allows 24 hours by its own clock; ours may be a little ahead.</summary>
    static readonly TimeSpan SessionLives = new(23, 50, 0);

    public async Task<PurchaseBegun> BeginAsync(PurchaseWish wish, CancellationToken cancellationToken)
    {
        if (await database.Packages.AsNoTracking().SingleOrDefaultAsync(row => row.Id == wish.PackageId && row.Active, cancellationToken) is not { } package)
            return new PurchaseBegun.NoPackage();
        if (!availability.CanCall)
            return new PurchaseBegun.NotConfigured();
        if (await RowAsync(wish, package, cancellationToken) is not { } purchase)
            return new PurchaseBegun.KeyMismatch();
        if (await customers.GetOrCreateAsync(wish.UserId, wish.Email, cancellationToken) is not StripeResult<string>.Ok { Value: var customer })
            return await FailedAsync(purchase, cancellationToken);
        // A bank took money back once: a debit that can be taken back for weeks is not offered again.
        var methods = PaymentMethods.Of(await risk.IsFlaggedAsync(wish.UserId, cancellationToken));
        return wish.Pages is null
            ? await IntentAsync(purchase, package, customer, methods, cancellationToken)
            : await SessionAsync(purchase, package, customer, methods, wish.Pages(purchase.Id), cancellationToken);
    }

    /// <summary>The row, stored; that of the first request when the key is known. Null when that was for something else.</summary>
    async Task<Purchase?> RowAsync(PurchaseWish wish, Package package, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var onPage = wish.Pages is not null;
        if (wish.Key is not null)
        {
            await database.Purchases.Where(row => row.UserId == wish.UserId && row.IdempotencyKey == wish.Key && row.CreatedAt <= now - KeyLives)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.IdempotencyKey, (string?)null), cancellationToken);
            if (await KnownAsync(wish, cancellationToken) is { } known)
                return IsSame(known) ? known : null;
        }

        var purchase = new Purchase
        {
            Id = ids.NewGuid(), UserId = wish.UserId, PackageId = package.Id, Credits = package.Credits, PriceEuroCents = package.PriceEuroCents, OnPage = onPage, Status = Purchase.Pending,
            IdempotencyKey = wish.Key, Metadata = MetadataOf(wish), CreatedAt = now, UpdatedAt = now,
        };
        database.Purchases.Add(purchase);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException lost) when (wish.Key is not null && lost.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // The same key at the same moment: theirs is the purchase.
            database.ChangeTracker.Clear();
            return await KnownAsync(wish, cancellationToken) is { } known && IsSame(known) ? known : null;
        }

        metrics.Purchase(Purchase.Pending, null);
        return purchase;

        // An intent and a page for one purchase could both be paid.
        bool IsSame(Purchase known) => known.PackageId == package.Id && known.OnPage == onPage;
    }

    Task<Purchase?> KnownAsync(PurchaseWish wish, CancellationToken cancellationToken) =>
        database.Purchases.AsNoTracking().SingleOrDefaultAsync(row => row.UserId == wish.UserId && row.IdempotencyKey == wish.Key, cancellationToken);

    static string? MetadataOf(PurchaseWish wish) => wish.Room is null ? null : System.Text.Json.JsonSerializer.Serialize(new { roomId = wish.Room });

    async Task<PurchaseBegun> IntentAsync(Purchase purchase, Package package, string customer, IReadOnlyList<string> methods, CancellationToken cancellationToken)
    {
        var wanted = new NewPaymentIntent(purchase.PriceEuroCents, "eur", customer, Facts(purchase)) { PaymentMethodTypes = methods, Description = $"{purchase.Credits} Credits" };
        var answer = await stripe.CreatePaymentIntentAsync(wanted, $"pi:{purchase.Id}", cancellationToken);
        // The same key, and other ways of paying, because of a dispute since: the first intent stands.
        if (answer is StripeResult<StripePaymentIntent>.Invalid { Code: "idempotency_error" })
            return new PurchaseBegun.KeyMismatch();
        if (answer is not StripeResult<StripePaymentIntent>.Ok { Value: var intent })
            return await FailedAsync(purchase, cancellationToken);
        await database.Purchases.Where(row => row.Id == purchase.Id && row.StripePaymentIntentId == null).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.StripePaymentIntentId, intent.Id).SetProperty(row => row.StripeCustomerId, customer), cancellationToken);
        return new PurchaseBegun.Waiting(purchase, package, intent.ClientSecret, null, null);
    }

    async Task<PurchaseBegun> SessionAsync(Purchase purchase, Package package, string customer, IReadOnlyList<string> methods, ReturnPages pages, CancellationToken cancellationToken)
    {
        if (await LineAsync(purchase, package, cancellationToken) is not { } line)
            return await FailedAsync(purchase, cancellationToken);
        // Counted from the row, so that a repetition asks for exactly the same.
        var wanted = new NewCheckoutSession(CheckoutMode.Payment, customer, [line], pages.Success, pages.Cancel)
        {
            PaymentMethodTypes = methods, ExpiresAt = purchase.CreatedAt + SessionLives, ClientReferenceId = purchase.Id.ToString(), Metadata = Facts(purchase), InnerMetadata = Facts(purchase),
        };
        var answer = await stripe.CreateCheckoutSessionAsync(wanted, $"cs:{purchase.Id}", cancellationToken);
        // The same key, and other pages to come back to: the first page stands.
        if (answer is StripeResult<StripeCheckoutSession>.Invalid { Code: "idempotency_error" })
            return new PurchaseBegun.KeyMismatch();
        if (answer is not StripeResult<StripeCheckoutSession>.Ok { Value: var session })
            return await FailedAsync(purchase, cancellationToken);
        await database.Purchases.Where(row => row.Id == purchase.Id && row.StripeSessionId == null).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.StripeSessionId, session.Id).SetProperty(row => row.StripeCustomerId, customer), cancellationToken);
        return new PurchaseBegun.Waiting(purchase, package, null, session.Url, session.ExpiresAt ?? wanted.ExpiresAt);
    }

    /// <summary>Stripe's price where it asks for what the person was shown, else that amount itself. Null: Stripe does not answer.</summary>
    async Task<CheckoutLine?> LineAsync(Purchase purchase, Package package, CancellationToken cancellationToken)
    {
        var own = new CheckoutLine(null, package.Name, $"{purchase.Credits} Credits", purchase.PriceEuroCents);
        if (PackageSeed.PriceId(package, options) is not { } id)
            return own;
        switch (await stripe.RetrievePriceAsync(id, cancellationToken))
        {
            case StripeResult<StripePrice>.Ok { Value: { Active: true, Currency: "eur", Interval: null } price } when price.UnitAmount == purchase.PriceEuroCents:
                return new CheckoutLine(id);
            case StripeResult<StripePrice>.Ok or StripeResult<StripePrice>.NotFound:
                log.LogWarning("Price {Price} of pack {Package} does not cost at Stripe what the pack does; it is sold without it", id, package.Id);
                return own;
            default:
                return null;
        }
    }

    static Dictionary<string, string> Facts(Purchase purchase) => new(StringComparer.Ordinal)
    {
        ["userId"] = purchase.UserId, ["packageId"] = purchase.PackageId.ToString(), ["purchaseId"] = purchase.Id.ToString(),
    };

    /// <summary>Nobody knows whether Stripe has it; if money should come, it is credited all the same.</summary>
    async Task<PurchaseBegun> FailedAsync(Purchase purchase, CancellationToken cancellationToken)
    {
        await database.Purchases.Where(row => row.Id == purchase.Id && row.Status == Purchase.Pending && row.StripePaymentIntentId == null && row.StripeSessionId == null).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, Purchase.Failed).SetProperty(row => row.FailureCode, "initiation_error").SetProperty(row => row.IdempotencyKey, (string?)null)
                .SetProperty(row => row.UpdatedAt, time.GetUtcNow()), cancellationToken);
        metrics.Purchase(Purchase.Failed, null);
        return new PurchaseBegun.Failed();
    }
}
