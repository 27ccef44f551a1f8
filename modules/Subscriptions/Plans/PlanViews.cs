using System.Text.Json.Nodes;
using Mana.Subscriptions.Data;

namespace Mana.Subscriptions.Plans;

/// <summary>commerce.md 6.2. The built-in one, for a database without plans, has a word for an id and less to say.</summary>
internal sealed record PlanBody(
    string Id, string Name, string? Description, int MonthlyCredits, int PriceMonthlyEuroCents, int PriceYearlyEuroCents, string? StripePriceIdMonthly, string? StripePriceIdYearly,
    string? StripeProductId, JsonNode Features, int? MaxTeamMembers, int? MaxOrganizations, bool IsDefault, bool IsEnterprise, bool Active, int SortOrder, object? Metadata,
    DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt)
{
    public static PlanBody BuiltIn => new("free", "Free", null, 0, 0, 0, null, null, null, new JsonArray(), 1, 1, true, false, true, 0, null, null, null);

    public static PlanBody Of(Plan row) => new(
        row.Id.ToString(), row.Name, row.Description, row.MonthlyCredits, row.PriceMonthlyEuroCents, row.PriceYearlyEuroCents, row.StripePriceIdMonthly, row.StripePriceIdYearly,
        row.StripeProductId, JsonNode.Parse(row.Features)!, row.MaxTeamMembers, row.MaxOrganizations, row.IsDefault, row.IsEnterprise, row.Active, row.SortOrder, null, row.CreatedAt, row.UpdatedAt);
}
