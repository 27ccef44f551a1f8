using Mana.Credits.Data;

namespace Mana.Credits.Purchases;

/// <summary>The packs that a new database sells (commerce.md 5.1). Only adds: what an operator has changed since stays (16.4).</summary>
internal static class PackageSeed
{
    /// <summary>The packs as the configuration calls them.</summary>
    static readonly Dictionary<string, string> Sizes = new(StringComparer.Ordinal)
    {
        ["Kleiner Mana Trank"] = "Small", ["Mittlerer Mana Trank"] = "Medium", ["Großer Mana Trank"] = "Large", ["Riesiger Mana Trank"] = "Huge",
    };

    /// <summary>Stripe's price of a pack; null: it has none there.</summary>
    public static string? PriceId(Package package, CreditsOptions options) =>
        package.StripePriceId ?? (Sizes.TryGetValue(package.Name, out var size) && options.PotionPrices.TryGetValue(size, out var price) && price.Length > 0 ? price : null);

    public const string Sql = """
        INSERT INTO credits.packages (id, name, description, credits, price_euro_cents, active, sort_order, created_at, updated_at) VALUES
          (gen_random_uuid(), 'Kleiner Mana Trank', '350 Credits', 350, 490, true, 1, now(), now()),
          (gen_random_uuid(), 'Mittlerer Mana Trank', '700 Credits', 700, 980, true, 2, now(), now()),
          (gen_random_uuid(), 'Großer Mana Trank', '1400 Credits', 1400, 1960, true, 3, now(), now()),
          (gen_random_uuid(), 'Riesiger Mana Trank', '2800 Credits', 2800, 3920, true, 4, now(), now())
        ON CONFLICT DO NOTHING;
        """;
}
