using Mana.Credits.Data;
using Mana.Credits.Ledger;

namespace Mana.Credits.Purchases;

/// <summary>commerce.md 3.1.</summary>
internal sealed record PackageBody(
    Guid Id, string Name, string? Description, int Credits, int PriceEuroCents, string? StripePriceId, bool Active, int SortOrder, object? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static PackageBody Of(Package row, CreditsOptions options) => new(
        row.Id, row.Name, row.Description, row.Credits, row.PriceEuroCents, PackageSeed.PriceId(row, options), row.Active, row.SortOrder, null, row.CreatedAt, row.UpdatedAt);
}

/// <summary>commerce.md 3.1, and what failed.</summary>
internal sealed record PurchaseBody(
    Guid Id, string UserId, Guid PackageId, int Credits, int PriceEuroCents, string? StripePaymentIntentId, string? StripeCustomerId, string Status, RawJson? Metadata,
    string? PaymentMethodType, string? FailureCode, string? FailureMessage, DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt)
{
    public static PurchaseBody Of(Purchase row) => new(
        row.Id, row.UserId, row.PackageId, row.Credits, row.PriceEuroCents, row.StripePaymentIntentId, row.StripeCustomerId, row.Status, RawJson.Of(row.Metadata),
        row.PaymentMethodType, row.FailureCode, row.FailureMessage, row.CreatedAt, row.CompletedAt);
}

/// <summary>Without URLs the client pays with the secret; with them the person goes to the page (W-07).</summary>
internal sealed record PurchaseBegunBody(Guid PurchaseId, string? ClientSecret, int Amount, int Credits, string? CheckoutUrl, DateTimeOffset? ExpiresAt);

internal sealed record PaymentLinkPackage(string Name, int Credits, int PriceEuroCents);

internal sealed record PaymentLinkBody(string? Url, Guid PurchaseId, DateTimeOffset? ExpiresAt, PaymentLinkPackage Package);
