using Mana.Kernel.Outbox;
using Mana.Subscriptions.Plans;

namespace Mana.Subscriptions.Data;

/// <summary>Everything of the schema that is written by hand; the migrations run it behind the tables.</summary>
internal static class SubscriptionsSchema
{
    public static readonly IReadOnlyList<string> Initial = [OutboxModel.TriggerSql(SubscriptionsDbContext.Schema), PlanSeed.Sql];

    /// <summary>What rows from before say about what was paid and what went back of it; the next look at Stripe knows it exactly.</summary>
    public static readonly IReadOnlyList<string> MoneyBack =
    [
        """
        UPDATE subscriptions.subscriptions s SET paid_until = greatest(s.created_at, s.trial_end,
          (SELECT max(coalesce(i.year_until, i.covers_until)) FROM subscriptions.invoices i WHERE i.subscription_id = s.id AND i.status = 'paid'))
        """,
        """
        UPDATE subscriptions.invoices i SET
          is_disputed = EXISTS (SELECT FROM subscriptions.plan_grants o WHERE o.invoice_id = i.id AND o.business_key LIKE 'stripe-dispute:%:open'
            AND NOT EXISTS (SELECT FROM subscriptions.plan_grants w WHERE w.business_key = left(o.business_key, -5) || ':won')),
          refunded_euro_cents = least(i.amount_paid_euro_cents, ceil(g.back * i.amount_paid_euro_cents::numeric / g.gross))
        FROM (SELECT invoice_id, sum(credits) FILTER (WHERE NOT is_reversal) AS gross, -sum(credits) FILTER (WHERE is_reversal) AS back FROM subscriptions.plan_grants GROUP BY invoice_id) g
        WHERE g.invoice_id = i.id AND g.back > 0 AND g.gross > 0
        """,
    ];
}
