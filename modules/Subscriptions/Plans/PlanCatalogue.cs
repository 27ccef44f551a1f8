using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Plans;

/// <summary>A price of Stripe's, as one of our plans.</summary>
internal sealed record PlanPrice(Plan Plan, string Interval);

/// <summary>The plans, with the price ids that were configured where an administrator set none.</summary>
internal sealed class PlanCatalogue(SubscriptionsDbContext database, SubscriptionsOptions options, IStripeApi stripe, TimeProvider time)
{
    const string Family = "Mana Quelle ";

    public async Task<List<Plan>> AllAsync(CancellationToken cancellationToken) =>
        [.. (await database.Plans.AsNoTracking().OrderBy(plan => plan.SortOrder).ThenBy(plan => plan.Id).ToListAsync(cancellationToken)).Select(Configured)];

    public async Task<Plan?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await database.Plans.AsNoTracking().SingleOrDefaultAsync(plan => plan.Id == id, cancellationToken) is { } plan ? Configured(plan) : null;

    public async Task<Plan?> DefaultAsync(CancellationToken cancellationToken) => await database.Plans.AsNoTracking().SingleOrDefaultAsync(plan => plan.IsDefault, cancellationToken);

    /// <summary>Every price that we know, by its id.</summary>
    public async Task<Dictionary<string, PlanPrice>> PricesAsync(CancellationToken cancellationToken)
    {
        var prices = new Dictionary<string, PlanPrice>(StringComparer.Ordinal);
        foreach (var plan in await AllAsync(cancellationToken))
        {
            if (plan.StripePriceIdMonthly is { } monthly)
                prices.TryAdd(monthly, new(plan, SubscriptionRow.Monthly));
            if (plan.StripePriceIdYearly is { } yearly)
                prices.TryAdd(yearly, new(plan, SubscriptionRow.Yearly));
        }

        return prices;
    }

    /// <summary>The price to pay; made at Stripe where that is wanted. Null: there is none.</summary>
    public async Task<string?> PriceIdAsync(Plan plan, string interval, CancellationToken cancellationToken)
    {
        if (plan.PriceId(interval) is { } known)
            return known;
        if (!options.CreatePrices)
            return null;
        var lookup = $"{plan.Name.ToLowerInvariant().Replace(' ', '_')}_{interval}_{plan.PriceEuroCents(interval)}";
        if ((await stripe.ListPricesAsync([lookup], cancellationToken)).OrNull?.Items.FirstOrDefault(price => price.Active) is { } found)
            return await StoreAsync(plan, interval, found, cancellationToken);
        var product = plan.StripeProductId
            ?? (await stripe.CreateProductAsync(new NewProduct(plan.Name, new Dictionary<string, string>(StringComparer.Ordinal) { ["planId"] = plan.Id.ToString() }), $"prod:{plan.Id}", cancellationToken)).OrNull?.Id;
        if (product is null)
            return null;
        var created = await stripe.CreatePriceAsync(new NewPrice(product, plan.PriceEuroCents(interval), "eur", interval, lookup), $"price:{plan.Id}:{lookup}", cancellationToken);
        return created.OrNull is { } price ? await StoreAsync(plan, interval, price, cancellationToken) : null;
    }

    async Task<string> StoreAsync(Plan plan, string interval, StripePrice price, CancellationToken cancellationToken)
    {
        var row = await database.Plans.SingleAsync(stored => stored.Id == plan.Id, cancellationToken);
        (row.StripeProductId, row.UpdatedAt) = (price.ProductId, time.GetUtcNow());
        if (interval == SubscriptionRow.Yearly)
            row.StripePriceIdYearly = price.Id;
        else
            row.StripePriceIdMonthly = price.Id;
        await database.SaveChangesAsync(cancellationToken);
        return price.Id;
    }

    Plan Configured(Plan plan)
    {
        if (plan.Name.StartsWith(Family, StringComparison.Ordinal) && options.Prices.TryGetValue(plan.Name[Family.Length..], out var given))
        {
            plan.StripePriceIdMonthly ??= given.Monthly;
            plan.StripePriceIdYearly ??= given.Yearly;
            plan.StripeProductId ??= given.ProductId;
        }

        return plan;
    }
}
