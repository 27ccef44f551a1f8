namespace Mana.Credits.Data;

/// <summary>Statistics of usage that are older than anybody asks for by the day (commerce.md 12). The ledger itself is never compacted.</summary>
internal static class UsageFunctions
{
    public const string Sql = """
        -- Days before p_before become their month's first; what was spent, and how often, stays to the last thousandth. How many days went is answered.
        CREATE FUNCTION credits.compact_usage(p_before date, p_most integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
          WITH gone AS (
            DELETE FROM credits.usage_stats u
            WHERE u.ctid = ANY (ARRAY(SELECT o.ctid FROM credits.usage_stats o WHERE o.day < p_before AND o.day <> date_trunc('month', o.day)::date LIMIT p_most))
            RETURNING u.wallet, u.app_id, date_trunc('month', u.day)::date AS month, u.amount, u.uses
          ), kept AS (
            INSERT INTO credits.usage_stats AS m (wallet, app_id, day, amount, uses)
            SELECT g.wallet, g.app_id, g.month, sum(g.amount)::bigint, sum(g.uses)::integer FROM gone g GROUP BY 1, 2, 3
            ON CONFLICT (wallet, day, app_id) DO UPDATE SET amount = m.amount + excluded.amount, uses = m.uses + excluded.uses
          )
          SELECT count(*) FROM gone
        $$;
        REVOKE EXECUTE ON FUNCTION credits.compact_usage FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION credits.compact_usage TO mana_app;
        """;
}
