using Mana.Kernel.Configuration;

namespace Mana.Subscriptions;

/// <summary>Section <c>Subscriptions</c>.</summary>
internal sealed class SubscriptionsOptions : IManaOptions
{
    /// <summary>Stripe's ids by plan, <c>S</c> to <c>XXL</c>: <c>STRIPE_S_PRICE_MONTHLY</c> and so on. A plan's own, set by an administrator, comes first.</summary>
    public Dictionary<string, PlanPrices> Prices { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary><c>STRIPE_CREATE_PRICES</c>: makes missing prices at Stripe when somebody subscribes. For test modes; with money, prices are made by people.</summary>
    public bool CreatePrices { get; set; }

    /// <summary><c>STRIPE_PORTAL_CONFIG_ID</c>: null is Stripe's default portal.</summary>
    public string? PortalConfiguration { get; set; }

    public IEnumerable<string> Problems(bool production)
    {
        foreach (var (plan, _) in Prices)
            if (plan.ToUpperInvariant() is not ("S" or "M" or "L" or "XL" or "XXL"))
                yield return $"Subscriptions:Prices:{plan}: there is no such plan; S, M, L, XL or XXL.";
    }
}

internal sealed class PlanPrices
{
    public string? ProductId { get; set; }

    public string? Monthly { get; set; }

    public string? Yearly { get; set; }
}
