using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;

namespace Mana.FakeStripe.World;

/// <summary>Invoices, and how they are paid or not.</summary>
public sealed partial class StripeWorld
{
    /// <summary>After this many attempts a subscription is over.</summary>
    const int MostAttempts = 4;

    static readonly TimeSpan BetweenAttempts = TimeSpan.FromDays(3);

    /// <summary>Somebody pays an open invoice, on its page.</summary>
    public void PayInvoice(string invoiceId, Means means)
    {
        lock (_lock)
            PayInvoice(Get("invoice", invoiceId), means);
    }

    public void VoidInvoice(string invoiceId)
    {
        lock (_lock)
        {
            var invoice = Get("invoice", invoiceId);
            invoice["status"] = "void";
            invoice.Part("status_transitions")["voided_at"] = Shape.Seconds(Now);
            Emit("invoice.voided", invoice);
        }
    }

    public JsonObject PreviewInvoice(JsonObject form)
    {
        lock (_lock)
        {
            var subscription = Get("subscription", form.At("subscription") ?? "");
            var price = form.At("subscription_details", "items", "0", "price") is { } id ? Price(id, recurring: true) : Item(subscription)["price"]!.AsObject();
            var at = form.NumberAt("subscription_details", "proration_date") is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : Now;
            var lines = ProrationLines(subscription, price, form.At("subscription_details", "proration_behavior") ?? "create_prorations", at);
            var preview = Filled(Shape.New("invoice"), subscription, "upcoming", at, at, lines).With(("status", "draft"), ("created", Shape.Seconds(Now)), ("livemode", options.Livemode));
            FromBalance(preview);
            preview.Remove("id");
            return preview;
        }
    }

    JsonObject NewInvoice(JsonObject subscription, string reason, DateTimeOffset start, DateTimeOffset end, params JsonObject[] lines)
    {
        var id = Id("in");
        var invoice = Add(Filled(Shape.New("invoice").With(("id", id), ("status", "draft"), ("number", null)), subscription, reason, start, end, lines));
        subscription["latest_invoice"] = id;
        Emit("invoice.created", invoice);
        if (FromBalance(invoice) is { } customer)
            customer["balance"] = invoice["ending_balance"]!.DeepClone();
        invoice.With(("status", "open"), ("number", $"FAKE-{_next:D4}"), ("hosted_invoice_url", $"{BaseUrl}/invoice/{id}"), ("invoice_pdf", $"{BaseUrl}/invoice/{id}/pdf"));
        invoice.Part("status_transitions")["finalized_at"] = Shape.Seconds(Now);
        Emit("invoice.finalized", invoice);
        return invoice;
    }

    /// <summary>
    /// What the customer has left from invoices that gave money back pays first (below zero: theirs), and what this one gives back is left for the next. What is due
    /// then, and so what is paid, can be far below the total. Amounts that are too small to be charged are carried on. The customer whose balance it is.
    /// </summary>
    JsonObject? FromBalance(JsonObject invoice)
    {
        if (invoice["customer"] is not { } id || !_objects.TryGetValue(id.GetValue<string>(), out var customer))
            return null;
        var (before, total) = (customer.Number("balance"), invoice.Number("total"));
        var due = total + before < 50 && before != 0 ? 0 : Math.Max(0, total + before);
        invoice.With(("starting_balance", before), ("ending_balance", total + before - due), ("amount_due", due), ("amount_remaining", due));
        return customer;
    }

    static JsonObject Filled(JsonObject invoice, JsonObject subscription, string reason, DateTimeOffset start, DateTimeOffset end, JsonObject[] lines)
    {
        var total = lines.Sum(line => line.Number("amount"));
        invoice.Remove("subscription");
        return invoice.With(
            ("customer", subscription["customer"]?.DeepClone()), ("currency", subscription.Text("currency")), ("total", total), ("subtotal", total), ("amount_due", Math.Max(0, total)), ("amount_paid", 0),
            ("amount_remaining", Math.Max(0, total)), ("billing_reason", reason), ("period_start", Shape.Seconds(start)), ("period_end", Shape.Seconds(end)), ("due_date", null), ("attempt_count", 0),
            ("attempted", false), ("next_payment_attempt", null), ("metadata", new JsonObject()), ("last_finalization_error", null), ("from_invoice", null), ("hosted_invoice_url", null), ("invoice_pdf", null),
            ("lines", Listing("/v1/invoices/lines", lines)),
            ("status_transitions", new JsonObject { ["finalized_at"] = null, ["marked_uncollectible_at"] = null, ["paid_at"] = null, ["voided_at"] = null }),
            ("parent", new JsonObject
            {
                ["type"] = "subscription_details",
                ["quote_details"] = null,
                ["subscription_details"] = new JsonObject { ["subscription"] = subscription.Text("id"), ["metadata"] = subscription["metadata"]!.DeepClone() },
            }));
    }

    JsonObject Line(JsonObject subscription, long amount, JsonObject price, DateTimeOffset start, DateTimeOffset end, bool proration) => Shape.New("line_item").With(
        ("id", Id("il")), ("amount", amount), ("subtotal", amount), ("currency", subscription.Text("currency")), ("description", proration ? "Proration" : "Subscription"), ("metadata", subscription["metadata"]!.DeepClone()),
        ("period", new JsonObject { ["start"] = Shape.Seconds(start), ["end"] = Shape.Seconds(end) }), ("quantity", 1),
        ("pricing", new JsonObject { ["type"] = "price_details", ["price_details"] = new JsonObject { ["price"] = price.Text("id"), ["product"] = price.Text("product") }, ["unit_amount_decimal"] = price.Number("unit_amount").ToString(System.Globalization.CultureInfo.InvariantCulture) }),
        ("parent", new JsonObject
        {
            ["type"] = "subscription_item_details",
            ["invoice_item_details"] = null,
            ["subscription_item_details"] = new JsonObject { ["proration"] = proration, ["subscription"] = subscription.Text("id"), ["subscription_item"] = Item(subscription).Text("id") },
        }));

    void PayInvoice(JsonObject invoice, Means means)
    {
        if (invoice.Text("status") != "open")
            throw new StripeRefusalException(400, "invalid_request_error", "invoice_not_open", "This invoice is not open");
        if (invoice.Number("amount_due") == 0)
        {
            Paid(invoice);
            return;
        }

        if (Of("invoice_payment").FirstOrDefault(one => one.Text("invoice") == invoice.Text("id")) is not { } payment)
        {
            var intent = NewIntent(Math.Max(50, invoice.Number("amount_due")), invoice.Text("currency"), invoice["customer"]?.GetValue<string>(), null);
            payment = Add(new JsonObject
            {
                ["id"] = Id("inpay"), ["object"] = "invoice_payment", ["invoice"] = invoice.Text("id"), ["status"] = "open", ["amount_requested"] = invoice.Number("amount_due"), ["amount_paid"] = null,
                ["currency"] = invoice.Text("currency"), ["is_default"] = true, ["payment"] = new JsonObject { ["type"] = "payment_intent", ["payment_intent"] = intent.Text("id") },
            });
        }

        Pay(payment["payment"]!["payment_intent"]!.GetValue<string>(), means);
    }

    void InvoiceFollows(JsonObject invoice, JsonObject payment, JsonObject intent)
    {
        if (intent.Text("status") == "succeeded")
        {
            payment.With(("status", "paid"), ("amount_paid", invoice.Number("amount_due")));
            Paid(invoice);
        }
        else if (intent.Text("status") == "requires_payment_method")
        {
            Unpaid(invoice);
        }
    }

    void Paid(JsonObject invoice)
    {
        invoice.With(("status", "paid"), ("amount_paid", invoice.Number("amount_due")), ("amount_remaining", 0), ("attempted", true), ("next_payment_attempt", null));
        invoice.Part("status_transitions")["paid_at"] = Shape.Seconds(Now);
        Emit("invoice.paid", invoice);
        Emit("invoice.payment_succeeded", invoice);
        var subscription = SubscriptionOf(invoice);
        if (subscription.Text("status") is not ("incomplete" or "past_due" or "unpaid"))
            return;
        subscription["status"] = "active";
        Emit("customer.subscription.updated", subscription);
    }

    void Unpaid(JsonObject invoice)
    {
        var attempts = invoice.Number("attempt_count") + 1;
        var last = attempts >= MostAttempts;
        invoice.With(("attempt_count", attempts), ("attempted", true), ("next_payment_attempt", last ? null : Shape.Seconds(Now + BetweenAttempts)));
        Emit("invoice.payment_failed", invoice);
        var subscription = SubscriptionOf(invoice);
        if (subscription.Text("status") is not ("active" or "past_due"))
            return;
        subscription["status"] = "past_due";
        if (last)
            EndSubscription(subscription);
        else
            Emit("customer.subscription.updated", subscription);
    }

    JsonObject SubscriptionOf(JsonObject invoice) => Get("subscription", invoice["parent"]!["subscription_details"]!["subscription"]!.GetValue<string>());
}
