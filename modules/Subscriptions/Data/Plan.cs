namespace Mana.Subscriptions.Data;

/// <summary>What can be subscribed to (commerce.md 6.1). Prices are euro cents.</summary>
internal sealed class Plan
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    /// <summary>Whole credits.</summary>
    public int MonthlyCredits { get; set; }

    public int PriceMonthlyEuroCents { get; set; }

    public int PriceYearlyEuroCents { get; set; }

    public string? StripePriceIdMonthly { get; set; }

    public string? StripePriceIdYearly { get; set; }

    public string? StripeProductId { get; set; }

    /// <summary>A JSON array of short texts.</summary>
    public string Features { get; set; } = "[]";

    /// <summary>Null: no end.</summary>
    public int? MaxTeamMembers { get; set; }

    /// <summary>Null: no end.</summary>
    public int? MaxOrganizations { get; set; }

    public bool IsDefault { get; set; }

    public bool IsEnterprise { get; set; }

    public bool Active { get; set; } = true;

    public int SortOrder { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public string? PriceId(string interval) => interval == SubscriptionRow.Yearly ? StripePriceIdYearly : StripePriceIdMonthly;

    public int PriceEuroCents(string interval) => interval == SubscriptionRow.Yearly ? PriceYearlyEuroCents : PriceMonthlyEuroCents;
}
