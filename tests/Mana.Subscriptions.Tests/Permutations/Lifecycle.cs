using System.Text.Json.Nodes;
using Mana.FakeStripe.World;

namespace Mana.Subscriptions.Tests.Permutations;

/// <summary>
/// Two years of one customer: five packs, by card, by bank debit and on a page, refused, retried, cancelled, refunded and disputed; a plan that is subscribed,
/// upgraded, renewed, overdue, refunded and cancelled; another one after it; and a year whose upgrades are refunded and disputed, and that is changed to and fro. Each step is something that happens at Stripe.
/// </summary>
internal sealed class Lifecycle(SubscriptionsFixture shop, Caller person)
{
    readonly Dictionary<string, string> _intents = new(StringComparer.Ordinal);
    string _page = "";
    string _checkout = "";
    string _customer = "";

    StripeWorld World => shop.World;

    /// <summary>What the person does on the platform before Stripe has anything to tell.</summary>
    public async Task BeginAsync()
    {
        var pack = await shop.ScalarAsync<Guid>("SELECT id FROM credits.packages WHERE sort_order = 1");
        foreach (var name in (string[])["a", "b", "d", "e"])
        {
            var begun = (await person.PostAsync("credits/purchase", new { packageId = pack })).Ok();
            _intents[name] = begun.String("clientSecret")!.Split("_secret_")[0];
        }

        var page = (await person.PostAsync("credits/purchase", new { packageId = pack, successUrl = "https://mana.how/a", cancelUrl = "https://mana.how/b" })).Ok();
        _page = page.String("checkoutUrl")!.Split('/')[^1];
        _checkout = await shop.CheckoutAsync(person, "S");
        _customer = World.Find(_checkout)!["customer"]!.GetValue<string>();
    }

    public IReadOnlyList<Action> Steps =>
    [
        () => World.Pay(_intents["a"], Means.Declined),
        () => World.Pay(_intents["a"], Means.Card),
        () => World.Pay(_intents["b"], Means.Sepa),
        () => World.Pay(_intents["d"], Means.SepaFails),
        () => World.PaySession(_page, Means.Card),
        () => World.PaySession(_checkout, Means.Card),
        () => World.CancelIntent(_intents["e"]),
        () => World.Refund(_intents["a"], 245),
        () => World.Advance(TimeSpan.FromDays(6)),
        () => World.Pay(_intents["d"], Means.Card),
        () => World.Dispute(_intents["b"]),
        () => World.Dispute(PageIntent),
        () => World.Refund(_intents["d"], 98, pending: true),
        () => World.Advance(TimeSpan.FromDays(8)),
        () => World.ChangeSubscription(Subscription, Form($$$"""{"items":{"0":{"price":"price_M_month"}},"proration_behavior":"always_invoice"}""")),
        () => World.CloseDispute(DisputeOf(_intents["b"]), won: true),
        () => World.CloseDispute(DisputeOf(PageIntent), won: false),
        () => World.SettleRefund(World.All("refund").Last(one => one["payment_intent"]!.GetValue<string>() == _intents["d"])["id"]!.GetValue<string>(), arrived: false),
        () => World.Advance(TimeSpan.FromDays(20)),
        () => World.RenewWith(Subscription, Means.Declined),
        () => World.Advance(TimeSpan.FromDays(30)),
        () => World.RenewWith(Subscription, Means.Card),
        () => World.Advance(TimeSpan.FromDays(4)),
        () => World.Refund(IntentOfInvoice(0), 250),
        () => World.ChangeSubscription(Subscription, Form("""{"cancel_at_period_end":"true"}""")),
        () => World.Advance(TimeSpan.FromDays(32)),
        () => World.PaySession(OutsideSession("price_L_month"), Means.Card),
        () => World.CancelSubscription(Last),
        // A year; made larger by a bank debit that is paid when another month has begun; left for a small month, and back.
        () => World.PaySession(OutsideSession("price_M_year"), Means.Card),
        () => World.Advance(TimeSpan.FromDays(57)),
        () => World.RenewWith(Last, Means.Sepa),
        () => World.ChangeSubscription(Last, Form("""{"items":{"0":{"price":"price_XL_year"}},"proration_behavior":"always_invoice"}""")),
        () => World.Advance(TimeSpan.FromDays(45)),
        // Some of the upgrade's money goes back; it is bought a second time, and stands in for the first while that is disputed.
        () => World.Refund(UpgradeIntent, 5000),
        () => World.RenewWith(Last, Means.Card),
        () => World.ChangeSubscription(Last, Form("""{"items":{"0":{"price":"price_M_year"}},"proration_behavior":"none"}""")),
        () => World.ChangeSubscription(Last, Form("""{"items":{"0":{"price":"price_XL_year"}},"proration_behavior":"always_invoice"}""")),
        () => World.Dispute(UpgradeIntent),
        () => World.Advance(TimeSpan.FromDays(31)),
        () => World.CloseDispute(DisputeOf(UpgradeIntent), won: true),
        () => World.Refund(IntentOfInvoice(^1)),
        () => World.ChangeSubscription(Last, Form("""{"items":{"0":{"price":"price_S_month"}},"proration_behavior":"always_invoice"}""")),
        () => World.Advance(TimeSpan.FromDays(12)),
        () => World.RenewWith(Last, Means.Card),
        () => World.ChangeSubscription(Last, Form("""{"items":{"0":{"price":"price_M_year"}},"proration_behavior":"always_invoice"}""")),
        () => World.Advance(TimeSpan.FromDays(33)),
        () => World.CancelSubscription(Last),
    ];

    string Subscription => World.Find(_checkout)!["subscription"]!.GetValue<string>();

    string Last => World.All("subscription")[^1]["id"]!.GetValue<string>();

    /// <summary>A page that we did not make: only its metadata says whose it is.</summary>
    string OutsideSession(string price) => World.NewSession(Form($$$$"""
        {"mode":"subscription","customer":"{{{{_customer}}}}","success_url":"https://mana.how","line_items":{"0":{"price":"{{{{price}}}}","quantity":"1"}},
         "subscription_data":{"metadata":{"userId":"{{{{person.UserId}}}}"}}}
        """))["id"]!.GetValue<string>();

    string PageIntent => World.Find(_page)!["payment_intent"]!.GetValue<string>();

    string DisputeOf(string intent) => World.All("dispute").Single(one => one["payment_intent"]!.GetValue<string>() == intent)["id"]!.GetValue<string>();

    /// <summary>Of the first upgrade of the last subscription.</summary>
    string UpgradeIntent
    {
        get
        {
            var upgrade = World.All("invoice", one => one["billing_reason"]!.GetValue<string>() == "subscription_update" && one["parent"]!["subscription_details"]!["subscription"]!.GetValue<string>() == Last)[0];
            return World.All("invoice_payment").Single(one => one["invoice"]!.GetValue<string>() == upgrade["id"]!.GetValue<string>())["payment"]!["payment_intent"]!.GetValue<string>();
        }
    }

    string IntentOfInvoice(Index index) => World.All("invoice_payment").ToArray()[index]["payment"]!["payment_intent"]!.GetValue<string>();

    static JsonObject Form(string json) => JsonNode.Parse(json)!.AsObject();

    /// <summary>
    /// Everything that is left of it on the platform, under names that are the same in every run. Of what invoices gave the sums: whether a month was given and taken back
    /// or never given, or a refund was counted before or after it, differs with the order; what is left of each invoice, and in the account, does not.
    /// </summary>
    public async Task<string> EndAsync()
    {
        var text = await shop.ScalarAsync<string>("""
            SELECT string_agg(line, E'\n' ORDER BY line) FROM (
              SELECT 'entry ' || e.kind || ' ' || e.amount || ' ' || e.business_key AS line FROM credits.entries e JOIN credits.accounts a ON a.id = e.wallet WHERE a.owner_id = $1
                AND NOT EXISTS (SELECT FROM subscriptions.plan_grants g WHERE g.business_key = e.business_key)
              UNION ALL SELECT 'plan entries ' || sum(e.amount) FROM credits.entries e JOIN credits.accounts a ON a.id = e.wallet JOIN subscriptions.plan_grants g ON g.business_key = e.business_key WHERE a.owner_id = $1
              UNION ALL SELECT 'balance ' || balance || ' ' || total_earned || ' ' || total_spent FROM credits.accounts WHERE owner_id = $1 AND kind = 'available'
              UNION ALL SELECT 'purchase ' || coalesce(stripe_payment_intent_id, '-') || ' ' || status || ' ' || coalesce(payment_method_type, '-') || ' ' || coalesce(failure_code, '-') FROM credits.purchases WHERE user_id = $1
              UNION ALL SELECT 'subscription ' || s.stripe_subscription_id || ' ' || s.status || ' ' || p.name || ' ' || s.billing_interval || ' ' || s.cancel_at_period_end || ' ' || (s.ended_at IS NOT NULL)
                FROM subscriptions.subscriptions s JOIN subscriptions.plans p ON p.id = s.plan_id WHERE s.user_id = $1
              UNION ALL SELECT 'invoice ' || stripe_invoice_id || ' ' || status || ' ' || billing_reason || ' ' || amount_paid_euro_cents || ' ' || attempts FROM subscriptions.invoices WHERE user_id = $1
              UNION ALL SELECT 'plan ' || i.stripe_invoice_id || ' ' || coalesce(sum(g.credits), 0)
                FROM subscriptions.invoices i LEFT JOIN subscriptions.plan_grants g ON g.invoice_id = i.id WHERE i.user_id = $1 GROUP BY i.stripe_invoice_id
              UNION ALL SELECT 'open ' || g.business_key || ' ' || g.credits FROM subscriptions.plan_grants g JOIN subscriptions.invoices i ON i.id = g.invoice_id WHERE i.user_id = $1 AND g.booked_at IS NULL
            ) AS all_lines
            """, person.UserId) ?? "";
        foreach (var kind in (string[])["payment_intent", "refund", "dispute", "subscription", "invoice"])
            foreach (var (i, one) in World.All(kind).Index())
                text = text.Replace(one["id"]!.GetValue<string>(), $"<{kind} {i}>", StringComparison.Ordinal);
        return string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal));
    }
}
