using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;

namespace Mana.FakeStripe.World;

/// <summary>What happens because time goes by.</summary>
public sealed partial class StripeWorld
{
    /// <summary>Lets happen everything that is due, in its order and at its own time.</summary>
    public void Tick()
    {
        lock (_lock)
        {
            var now = options.Clock.GetUtcNow() + _offset;
            while (Due().Where(due => due.At <= now).OrderBy(due => due.At).FirstOrDefault() is { Act: { } act, At: var at })
            {
                _at = at;
                act();
            }

            _at = null;
        }
    }

    IEnumerable<(DateTimeOffset At, Action Act)> Due()
    {
        foreach (var intent in Of("payment_intent").Where(one => one.Text("status") == "processing" && one["_due"] is not null))
            yield return (intent.Instant("_due"), () => SettleSepa(intent.Text("id")));
        foreach (var session in Of("checkout.session").Where(one => one.Text("status") == "open"))
            yield return (session.Instant("expires_at"), () => ExpireSession(session.Text("id")));
        foreach (var invoice in Of("invoice").Where(one => one.Text("status") == "open" && one["next_payment_attempt"] is not null && SubscriptionOf(one).Text("status") == "past_due"))
            yield return (invoice.Instant("next_payment_attempt"), () => PayInvoice(invoice, MeansOf(SubscriptionOf(invoice))));
        foreach (var subscription in Of("subscription").Where(one => one.Text("status") is "active" or "trialing" or "past_due"))
        {
            yield return (Item(subscription).Instant("current_period_end"), () => Cycle(subscription));
            if (subscription.Text("status") == "trialing" && !subscription.Flag("_warned"))
                yield return (subscription.Instant("trial_end").AddDays(-3), () => Warn(subscription));
        }
    }

    void Warn(JsonObject subscription)
    {
        subscription["_warned"] = true;
        Emit("customer.subscription.trial_will_end", subscription);
    }

    void Cycle(JsonObject subscription)
    {
        if (subscription.Flag("cancel_at_period_end"))
        {
            EndSubscription(subscription);
            return;
        }

        var item = Item(subscription);
        var (before, start) = (item.Instant("current_period_start"), item.Instant("current_period_end"));
        var price = item["price"]!.AsObject();
        var end = NextEnd(subscription.Instant("billing_cycle_anchor"), start, price);
        item.With(("current_period_start", Shape.Seconds(start)), ("current_period_end", Shape.Seconds(end)));
        if (subscription.Text("status") == "trialing")
            subscription["status"] = "active";
        Emit("customer.subscription.updated", subscription);
        var pending = subscription["_pending"] as JsonArray ?? [];
        subscription.Remove("_pending");
        PayInvoice(NewInvoice(subscription, "subscription_cycle", before, start,
            [.. pending.Select(line => line!.DeepClone().AsObject()), Line(subscription, price.Number("unit_amount"), price, start, end, proration: false)]), MeansOf(subscription));
    }
}
