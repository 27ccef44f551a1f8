namespace Mana.Credits.Audit;

/// <summary>The invariants of commerce.md 16.2 as queries that find nothing when all is well.</summary>
internal static class AuditSql
{
    /// <summary>
    /// Accounts $2 &lt; id in order, at most $3, with everything that is wrong about each: the chain from the mark on ($1: from the beginning), and
    /// the projection against its end. One statement, so account and postings are of one moment.
    /// </summary>
    public const string Accounts = """
        WITH due AS (
          SELECT a.id, a.balance, a.last_seq, a.head, CASE WHEN $1 THEN 0 ELSE coalesce(m.seq, 0) END AS since
          FROM credits.accounts a LEFT JOIN credits.audit_marks m ON m.account_id = a.id
          WHERE a.id > $2 AND ($1 OR a.last_seq <> coalesce(m.seq, 0)) ORDER BY a.id LIMIT $3),
        walk AS (
          SELECT p.account_id, p.seq, p.balance_after, p.hash, d.since, e.id IS NULL AS orphan,
            p.seq - coalesce(lag(p.seq) OVER o, CASE WHEN d.since = 0 THEN 0 ELSE p.seq - 1 END) <> 1 AS gap,
            p.balance_after <> p.amount + coalesce(lag(p.balance_after) OVER o, CASE WHEN d.since = 0 THEN 0 ELSE p.balance_after - p.amount END) AS slip,
            p.hash <> credits.link(coalesce(lag(p.hash) OVER o, CASE WHEN d.since = 0 THEN '\x'::bytea END), p.account_id, p.seq, p.amount, p.balance_after, p.entry_id, e.occurred_at, e.kind) AS broken
          FROM due d JOIN credits.postings p ON p.account_id = d.id AND p.seq >= d.since LEFT JOIN credits.entries e ON e.id = p.entry_id
          WINDOW o AS (PARTITION BY p.account_id ORDER BY p.seq)),
        found AS (
          SELECT w.account_id, bool_or(w.orphan) AS orphan, bool_or(w.gap) AS gap, bool_or(w.slip) AS slip, bool_or(w.broken) AS broken,
            max(w.seq) AS seq, (array_agg(w.balance_after ORDER BY w.seq DESC))[1] AS balance, (array_agg(w.hash ORDER BY w.seq DESC))[1] AS head FROM walk w GROUP BY w.account_id)
        SELECT d.id, d.last_seq, array_remove(ARRAY[
          CASE WHEN f.orphan THEN 'posting without entry' END, CASE WHEN f.gap THEN 'gap in the sequence' END, CASE WHEN f.slip THEN 'balances do not continue' END,
          CASE WHEN f.broken THEN 'hash chain broken' END, CASE WHEN coalesce(f.seq, d.since) <> d.last_seq THEN 'last_seq is not the last posting' END,
          CASE WHEN coalesce(f.balance, 0) <> d.balance THEN 'balance is not the sum of the postings' END,
          CASE WHEN coalesce(f.head, '\x') <> d.head THEN 'head is not the last hash' END], NULL)
        FROM due d LEFT JOIN found f ON f.account_id = d.id ORDER BY d.id
        """;

    /// <summary>What concerns several accounts at once; account (or null) and finding.</summary>
    public const string Whole = """
        SELECT NULL::bigint, 'all accounts add up to ' || sum(balance) FROM credits.accounts HAVING sum(balance) <> 0
        UNION ALL
        SELECT a.id, 'counters do not match the balance' FROM credits.accounts a WHERE a.kind = 'available' AND a.balance + a.held <> a.total_earned - a.total_spent
        UNION ALL
        SELECT a.id, 'held is not the reserved account' FROM credits.accounts a JOIN credits.accounts r ON r.owner_id = a.owner_id AND r.owner_type = a.owner_type AND r.kind = 'reserved'
        WHERE a.kind = 'available' AND a.held <> r.balance
        UNION ALL
        SELECT a.id, 'held is not the sum of the open reservations' FROM credits.accounts a LEFT JOIN (
          SELECT v.wallet, sum(v.amount) AS amount FROM credits.reservations v WHERE v.status = 'reserved' GROUP BY v.wallet) v ON v.wallet = a.id
        WHERE a.kind = 'available' AND a.held <> coalesce(v.amount, 0)
        UNION ALL
        SELECT a.id, 'below zero without a clawback' FROM credits.accounts a WHERE a.kind = 'available' AND a.balance < 0
          AND NOT EXISTS (SELECT FROM credits.entries e WHERE e.wallet = a.id AND e.kind = 'clawback')
        UNION ALL
        SELECT a.id, 'gift ' || coalesce(g.id::text, a.owner_id) || ': escrow is not what is promised' FROM credits.gift_codes g
          FULL JOIN (SELECT * FROM credits.accounts WHERE kind = 'gift_escrow') a ON a.owner_id = g.id::text
        WHERE coalesce(a.balance, 0) <> CASE WHEN g.status = 'active' THEN g.total ELSE 0 END
        """;

    /// <summary>Only by the full audit: it reads every posting.</summary>
    public const string Unbalanced = "SELECT NULL::bigint, 'entry ' || p.entry_id || ' adds up to ' || sum(p.amount) FROM credits.postings p GROUP BY p.entry_id HAVING sum(p.amount) <> 0";

    /// <summary>The visible amount of an entry is what its postings moved for the person.</summary>
    public const string Misstated = """
        SELECT e.wallet, 'entry ' || e.id || ' says what its postings do not' FROM credits.entries e
        JOIN credits.accounts a ON a.id = e.wallet JOIN credits.accounts r ON r.owner_id = a.owner_id AND r.owner_type = a.owner_type AND r.kind = 'reserved'
        WHERE e.amount <> coalesce((SELECT sum(p.amount) FROM credits.postings p WHERE p.entry_id = e.id AND p.account_id IN (a.id, r.id)), 0)
        """;

    /// <summary>
    /// Money and credits tell the same story (I10): what was paid has its entry of that amount, once, and every entry of a purchase its paid purchase; the same for what went back. Nobody is frozen
    /// for it: whoever looks decides.
    /// </summary>
    public const string Purchases = """
        SELECT NULL::bigint, 'purchase ' || p.id || ' is paid and not credited as it should be' FROM credits.purchases p
        LEFT JOIN credits.entries e ON e.business_key = 'purchase:' || p.stripe_payment_intent_id
        WHERE p.completed_at IS NOT NULL AND NOT p.is_imported AND e.amount IS DISTINCT FROM p.credits * 1000::bigint
        UNION ALL
        SELECT NULL, 'entry ' || e.id || ' credits a purchase that is not paid' FROM credits.entries e
        LEFT JOIN credits.purchases p ON 'purchase:' || p.stripe_payment_intent_id = e.business_key AND p.completed_at IS NOT NULL AND NOT p.is_imported
        WHERE e.kind = 'purchase' AND e.business_key LIKE 'purchase:%' AND p.id IS NULL
        UNION ALL
        SELECT NULL, 'reversal ' || r.business_key || ' of purchase ' || r.purchase_id || ' is not in the ledger as it should be' FROM credits.purchase_reversals r
        LEFT JOIN credits.entries e ON e.business_key = r.business_key WHERE e.amount IS DISTINCT FROM r.credits * 1000::bigint
        """;
}
