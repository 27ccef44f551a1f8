namespace Mana.Subscriptions.Plans;

/// <summary>The plans that a new database offers (commerce.md 6.1, W-48). Only adds: what an operator has changed since stays (16.4).</summary>
internal static class PlanSeed
{
    public const string Sql = """
        INSERT INTO subscriptions.plans (id, name, description, monthly_credits, price_monthly_euro_cents, price_yearly_euro_cents, features, max_team_members, max_organizations,
          is_default, is_enterprise, active, sort_order, created_at, updated_at) VALUES
          (gen_random_uuid(), 'Free', 'Zum Ausprobieren', 50, 0, 0, '["Alle Apps", "Lokale Modelle"]', 1, 1, true, false, true, 0, now(), now()),
          (gen_random_uuid(), 'Mana Quelle S', 'Für den Anfang', 500, 499, 4790, '["500 Credits im Monat", "Alle Modelle", "Hilfe per E-Mail"]', 1, 1, false, false, true, 1, now(), now()),
          (gen_random_uuid(), 'Mana Quelle M', 'Für jeden Tag', 1000, 999, 9590, '["1000 Credits im Monat", "Alle Modelle", "Bis zu 3 Personen im Team"]', 3, 2, false, false, true, 2, now(), now()),
          (gen_random_uuid(), 'Mana Quelle L', 'Für viel', 2000, 1999, 19190, '["2000 Credits im Monat", "Alle Modelle", "Bis zu 5 Personen im Team", "API-Zugang"]', 5, 3, false, false, true, 3, now(), now()),
          (gen_random_uuid(), 'Mana Quelle XL', 'Für Teams', 4000, 3999, 38390, '["4000 Credits im Monat", "Alle Modelle", "Bis zu 10 Personen im Team", "API-Zugang", "Schnellere Hilfe"]', 10, 5, false, false, true, 4, now(), now()),
          (gen_random_uuid(), 'Mana Quelle XXL', 'Für Firmen', 10000, 9999, 95990, '["10000 Credits im Monat", "Alle Modelle", "Teams ohne Grenze", "API-Zugang", "Persönliche Hilfe"]', NULL, NULL, false, true, true, 5, now(), now())
        ON CONFLICT DO NOTHING;
        """;
}
