using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Subscriptions.Plans;

/// <summary>A price of Stripe's, as one of our plans.</summary>
internal sealed record PlanPrice(Plan Plan, string Interval);

/// <summary>The plans, with the price ids that were configured where an administrator set none.</summary>
internal sealed class PlanCatalogue(SubscriptionsDbContext database, SubscriptionsOptions options, IStripeApi stripe, TimeProvider time, ILogger<PlanCatalogue> log)
{
    const string Family = "Mana Quelle ";

    public async Task<List<Plan>> AllAsync(CancellationToken cancellationToken) =>
        [.. (await database.Plans.AsNoTracking().OrderBy(plan => plan.SortOrder).ThenBy(plan => plan.Id).ToListAsync(cancellationToken)).Select(Configured)];

    public async Task<Plan?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await database.Plans.AsNoTracking().SingleOrDefaultAsync(plan => plan.Id == id, cancellationToken) is { } plan ? Configured(plan) : null;

    public async Task<Plan?> DefaultAsync(CancellationToken cancellationToken) => await database.Plans.AsNoTracking().SingleOrDefaultAsync(plan => plan.IsDefault, cancellationToken);

    /// <summary>Every price that is or ever was a plan's, by its id: who subscribed at an older price goes on paying it. What is new is written down.</summary>
    public async Task<Dictionary<string, PlanPrice>> PricesAsync(CancellationToken cancellationToken)
    {
        var prices = new Dictionary<string, PlanPrice>(StringComparer.Ordinal);
        var plans = await AllAsync(cancellationToken);
        foreach (var plan in plans)
        {
            if (plan.StripePriceIdMonthly is { } monthly)
                prices.TryAdd(monthly, new(plan, SubscriptionRow.Monthly));
            if (plan.StripePriceIdYearly is { } yearly)
                prices.TryAdd(yearly, new(plan, SubscriptionRow.Yearly));
        }

        var known = await database.Prices.AsNoTracking().ToDictionaryAsync(row => row.StripePriceId, StringComparer.Ordinal, cancellationToken);
        foreach (var (id, price) in prices)
            if (!known.TryGetValue(id, out var row) || row.PlanId != price.Plan.Id || row.BillingInterval != price.Interval)
                await RememberAsync(id, price.Plan.Id, price.Interval, cancellationToken);
        var byId = plans.ToDictionary(plan => plan.Id);
        foreach (var row in known.Values)
            prices.TryAdd(row.StripePriceId, new(byId[row.PlanId], row.BillingInterval));
        return prices;
    }

    /// <summary>The price to pay: one that costs what the plan says, made at Stripe where that is wanted. Not found: there is none.</summary>
    public async Task<StripeResult<string>> PriceIdAsync(Plan plan, string interval, CancellationToken cancellationToken)
    {
        if (plan.PriceId(interval) is { } known)
        {
            var asked = await stripe.RetrievePriceAsync(known, cancellationToken);
            if (asked is StripeResult<StripePrice>.Ok { Value: var stored } && stored.Active && stored.Currency == "eur" && stored.UnitAmount == plan.PriceEuroCents(interval)
                && stored.Interval == interval && stored.IntervalCount == 1)
            {
                await RememberAsync(known, plan.Id, interval, cancellationToken);
                return new StripeResult<string>.Ok(known);
            }

            if (asked is not (StripeResult<StripePrice>.Ok or StripeResult<StripePrice>.NotFound))
                return asked.Map(_ => known);
            log.LogError("Price {Price} of plan {Plan} does not cost at Stripe what the plan says: nobody can subscribe to it", known, plan.Name);
        }

        if (!options.CreatePrices)
            return new StripeResult<string>.NotFound();
        var lookup = $"{plan.Name.ToLowerInvariant().Replace(' ', '_')}_{interval}_{plan.PriceEuroCents(interval)}";
        if ((await stripe.ListPricesAsync([lookup], cancellationToken)).OrNull?.Items.FirstOrDefault(price => price.Active) is { } found)
            return await StoreAsync(plan, interval, found, cancellationToken);
        var product = plan.StripeProductId
            ?? (await stripe.CreateProductAsync(new NewProduct(plan.Name, new Dictionary<string, string>(StringComparer.Ordinal) { ["planId"] = plan.Id.ToString() }), $"prod:{plan.Id}", cancellationToken)).OrNull?.Id;
        if (product is null)
            return new StripeResult<string>.NotFound();
        var created = await stripe.CreatePriceAsync(new NewPrice(product, plan.PriceEuroCents(interval), "eur", interval, lookup), $"price:{plan.Id}:{lookup}", cancellationToken);
        return created.OrNull is { } price ? await StoreAsync(plan, interval, price, cancellationToken) : new StripeResult<string>.NotFound();
    }

    async Task<StripeResult<string>> StoreAsync(Plan plan, string interval, StripePrice price, CancellationToken cancellationToken)
    {
        var row = await database.Plans.SingleAsync(stored => stored.Id == plan.Id, cancellationToken);
        (row.StripeProductId, row.UpdatedAt) = (price.ProductId, time.GetUtcNow());
        if (interval == SubscriptionRow.Yearly)
            row.StripePriceIdYearly = price.Id;
        else
            row.StripePriceIdMonthly = price.Id;
        await database.SaveChangesAsync(cancellationToken);
        await RememberAsync(price.Id, plan.Id, interval, cancellationToken);
        return new StripeResult<string>.Ok(price.Id);
    }

    Task RememberAsync(string priceId, Guid planId, string interval, CancellationToken cancellationToken) => database.Database.ExecuteSqlAsync($"""
        INSERT INTO subscriptions.plan_prices AS known (stripe_price_id, plan_id, billing_interval, created_at) VALUES ({priceId}, {planId}, {interval}, {time.GetUtcNow()})
        ON CONFLICT (stripe_price_id) DO UPDATE SET plan_id = excluded.plan_id, billing_interval = excluded.billing_interval
          WHERE known.plan_id <> excluded.plan_id OR known.billing_interval <> excluded.billing_interval
        """, cancellationToken);

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
