using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;

namespace Mana.FakeStripe.World;

/// <summary>Subscriptions: from checkout to their end.</summary>
public sealed partial class StripeWorld
{
    /// <summary>How the renewals of a subscription will be paid from now on.</summary>
    public void RenewWith(string subscriptionId, Means means)
    {
        lock (_lock)
            Get("subscription", subscriptionId)["_means"] = means.ToString();
    }

    void Subscribe(JsonObject session, Means means)
    {
        if (means == Means.Declined)
            return;
        var price = Get("price", session.Text("_price"));
        var trial = session.Number("_trial");
        var subscription = NewSubscription(session, price, trial, means);
        session.With(("subscription", subscription.Text("id")), ("status", "complete"), ("url", null));
        Emit("customer.subscription.created", subscription);
        var item = Item(subscription);
        var invoice = NewInvoice(subscription, "subscription_create", Now, Now,
            Line(subscription, trial > 0 ? 0 : price.Number("unit_amount"), price, item.Instant("current_period_start"), item.Instant("current_period_end"), proration: false));
        session["invoice"] = invoice.Text("id");
        PayInvoice(invoice, means);
        session["payment_status"] = invoice.Text("status") == "paid" ? trial > 0 ? "no_payment_required" : "paid" : "unpaid";
        Emit("checkout.session.completed", session);
    }

    JsonObject NewSubscription(JsonObject session, JsonObject price, long trialDays, Means means)
    {
        var (id, now) = (Id("sub"), Now);
        DateTimeOffset? trialEnd = trialDays > 0 ? now.AddDays(trialDays) : null;
        var anchor = trialEnd ?? now;
        var item = Shape.New("subscription_item").With(
            ("id", Id("si")), ("subscription", id), ("price", Rendered(price)), ("quantity", 1), ("created", Shape.Seconds(now)), ("current_period_start", Shape.Seconds(now)),
            ("current_period_end", Shape.Seconds(trialEnd ?? NextEnd(anchor, now, price))), ("metadata", new JsonObject()), ("billing_thresholds", null));
        item.Remove("plan");
        return Add(Shape.New("subscription").With(
            ("id", id), ("customer", session["customer"]?.DeepClone()), ("currency", price.Text("currency")), ("metadata", session["_inner"]!.DeepClone()),
            ("status", trialDays > 0 ? "trialing" : means == Means.Card ? "incomplete" : "active"), ("items", Listing("/v1/subscription_items", item)), ("cancel_at_period_end", false), ("cancel_at", null),
            ("canceled_at", null), ("ended_at", null), ("trial_start", trialDays > 0 ? Shape.Seconds(now) : null), ("trial_end", Shape.Seconds(trialEnd)), ("start_date", Shape.Seconds(now)),
            ("billing_cycle_anchor", Shape.Seconds(anchor)), ("billing_cycle_anchor_config", null), ("latest_invoice", null), ("pause_collection", null), ("pending_update", null), ("schedule", null),
            ("pending_invoice_item_interval", null), ("next_pending_invoice_item_invoice", null), ("test_clock", null), ("_means", means.ToString())));
    }

    public JsonObject ChangeSubscription(string id, JsonObject form)
    {
        lock (_lock)
        {
            var subscription = Get("subscription", id);
            if (subscription.Text("status") is "canceled" or "incomplete_expired")
                throw new StripeRefusalException(400, "invalid_request_error", null, "A canceled subscription can only update its cancellation_details and metadata.");
            if (form.At("payment_behavior") == "error_if_incomplete" && MeansOf(subscription) == Means.Declined && form.At("items", "0", "price") is { } wanted
                && ProrationLines(subscription, Price(wanted, recurring: true), form.At("proration_behavior") ?? "create_prorations", Now).Sum(line => line.Number("amount")) + BalanceOf(subscription) > 0)
                throw new StripeRefusalException(402, "card_error", "card_declined", "Your card was declined.");
            subscription["metadata"]!.AsObject().Merge(form.Branch("metadata"));
            if (form.At("cancel_at_period_end") is { } cancel)
                subscription.With(("cancel_at_period_end", cancel == "true"), ("cancel_at", cancel == "true" ? Item(subscription)["current_period_end"]!.DeepClone() : null),
                    ("canceled_at", cancel == "true" ? Shape.Seconds(Now) : null));
            if (form.At("items", "0", "price") is { } price)
                ChangePrice(subscription, Price(price, recurring: true), form.At("proration_behavior") ?? "create_prorations");
            else
                Emit("customer.subscription.updated", subscription);
            return subscription;
        }
    }

    /// <summary>Ends a subscription now.</summary>
    public JsonObject CancelSubscription(string id)
    {
        lock (_lock)
        {
            var subscription = Get("subscription", id);
            if (subscription.Text("status") == "canceled")
                throw StripeRefusalException.Missing("subscription", id);
            return EndSubscription(subscription);
        }
    }

    JsonObject EndSubscription(JsonObject subscription)
    {
        subscription.With(("status", "canceled"), ("ended_at", Shape.Seconds(Now)), ("canceled_at", subscription["canceled_at"]?.DeepClone() ?? Shape.Seconds(Now)));
        Emit("customer.subscription.deleted", subscription);
        return subscription;
    }

    void ChangePrice(JsonObject subscription, JsonObject price, string prorations)
    {
        var lines = ProrationLines(subscription, price, prorations, Now);
        var item = Item(subscription);
        var other = item["price"]!["recurring"]!["interval"]!.GetValue<string>() != price["recurring"]!["interval"]!.GetValue<string>();
        item["price"] = Rendered(price);
        if (other)
        {
            item.With(("current_period_start", Shape.Seconds(Now)), ("current_period_end", Shape.Seconds(NextEnd(Now, Now, price))));
            subscription["billing_cycle_anchor"] = Shape.Seconds(Now);
        }

        Emit("customer.subscription.updated", subscription);
        if (lines.Length == 0)
            return;
        if (prorations == "always_invoice" || other)
            PayInvoice(NewInvoice(subscription, "subscription_update", item.Instant("current_period_start"), item.Instant("current_period_end"), lines), MeansOf(subscription));
        else
            subscription["_pending"] = new JsonArray([.. lines.Select(line => line.DeepClone())]);
    }

    JsonObject[] ProrationLines(JsonObject subscription, JsonObject price, string prorations, DateTimeOffset now)
    {
        var item = Item(subscription);
        if (prorations == "none" || subscription.Text("status") == "trialing")
            return [];
        var (start, end) = (item.Instant("current_period_start"), item.Instant("current_period_end"));
        var old = item["price"]!.AsObject();
        var left = (decimal)(end - now).Ticks / (end - start).Ticks;
        var unused = Line(subscription, -(long)Math.Round(old.Number("unit_amount") * left, MidpointRounding.AwayFromZero), old, now, end, proration: true);
        return old["recurring"]!["interval"]!.GetValue<string>() == price["recurring"]!["interval"]!.GetValue<string>()
            ? [unused, Line(subscription, (long)Math.Round(price.Number("unit_amount") * left, MidpointRounding.AwayFromZero), price, now, end, proration: true)]
            : [unused, Line(subscription, price.Number("unit_amount"), price, now, NextEnd(now, now, price), proration: false)];
    }

    long BalanceOf(JsonObject subscription) => subscription["customer"] is { } id && _objects.TryGetValue(id.GetValue<string>(), out var customer) ? customer.Number("balance") : 0;

    static JsonObject Item(JsonObject subscription) => subscription["items"]!["data"]![0]!.AsObject();

    static Means MeansOf(JsonObject subscription) => Enum.Parse<Means>(subscription.Text("_means"));

    static JsonObject Listing(string url, params ReadOnlySpan<JsonObject> items)
    {
        var data = new JsonArray();
        foreach (var item in items)
            data.Add(item);
        return new JsonObject { ["object"] = "list", ["data"] = data, ["has_more"] = false, ["url"] = url };
    }

    /// <summary>The first end of a period after a moment, counted from the anchor, so that the 31st comes back after February.</summary>
    static DateTimeOffset NextEnd(DateTimeOffset anchor, DateTimeOffset after, JsonObject price)
    {
        var months = price["recurring"]!["interval"]!.GetValue<string>() == "year" ? 12 : 1;
        for (var i = 1; ; i++)
            if (anchor.AddMonths(i * months) is var end && end > after)
                return end;
    }
}
