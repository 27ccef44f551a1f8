using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;

namespace Mana.FakeStripe.World;

/// <summary>Pages on which people pay.</summary>
public sealed partial class StripeWorld
{
    /// <summary>Where the pages of the fake are; set when it listens.</summary>
    public string BaseUrl { get; set; } = "";

    public JsonObject NewSession(JsonObject form)
    {
        lock (_lock)
        {
            var mode = form.At("mode") ?? "payment";
            var lines = form.Branch("line_items")?.Select(line => line.Value!.AsObject()).ToList() ?? [];
            if (lines.Count == 0 || form.At("success_url") is not { } success)
                throw new StripeRefusalException(400, "invalid_request_error", "parameter_missing", "Missing required param: line_items or success_url");
            var customer = form.At("customer") is { } id ? Customer(id).Text("id") : null;
            var prices = lines.ConvertAll(line => (Price: LinePrice(line, mode), Quantity: line.NumberAt("quantity") ?? 1));
            var total = prices.Sum(line => line.Price.Number("unit_amount") * line.Quantity);
            var session = Id("cs_test");
            return Add(Shape.New("checkout.session").With(
                ("id", session), ("mode", mode), ("status", "open"), ("payment_status", "unpaid"), ("customer", customer), ("amount_subtotal", total), ("amount_total", total),
                ("currency", prices[0].Price.Text("currency")), ("client_reference_id", form.At("client_reference_id")), ("metadata", new JsonObject().Merge(form.Branch("metadata"))), ("payment_intent", null),
                ("subscription", null), ("invoice", null), ("success_url", success), ("cancel_url", form.At("cancel_url")), ("url", $"{BaseUrl}/pay/{session}"), ("customer_details", null),
                ("expires_at", form.NumberAt("expires_at") ?? Now.AddHours(24).ToUnixTimeSeconds()), ("payment_method_types", new JsonArray([.. form.Branch("payment_method_types")?.Select(type => type.Value!.DeepClone()) ?? []])),
                ("_inner", new JsonObject().Merge(form.Branch(mode == "payment" ? "payment_intent_data" : "subscription_data", "metadata"))), ("_price", prices[0].Price.Text("id")),
                ("_trial", form.NumberAt("subscription_data", "trial_period_days") ?? 0)));
        }
    }

    /// <summary>Somebody pays on the page of a session. Declined: the page stays open, and they may try again.</summary>
    public void PaySession(string sessionId, Means means)
    {
        lock (_lock)
        {
            var session = Get("checkout.session", sessionId);
            if (session.Text("status") != "open")
                throw new StripeRefusalException(400, "invalid_request_error", "checkout_session_not_open", "This checkout is over");
            if (session.Text("mode") == "subscription")
            {
                Subscribe(session, means);
                return;
            }

            if (session["payment_intent"] is null)
                session["payment_intent"] = NewIntent(session.Number("amount_total"), session.Text("currency"), session["customer"]?.GetValue<string>(), session["_inner"]!.AsObject()).Text("id");
            Pay(session["payment_intent"]!.GetValue<string>(), means);
        }
    }

    public JsonObject ExpireSession(string sessionId)
    {
        lock (_lock)
        {
            var session = Get("checkout.session", sessionId);
            if (session.Text("status") != "open")
                throw new StripeRefusalException(400, "invalid_request_error", "checkout_session_not_open", "Only sessions with a status in [\"open\"] can be expired.");
            session.With(("status", "expired"), ("url", null));
            Emit("checkout.session.expired", session);
            return session;
        }
    }

    void SessionFollows(JsonObject session, JsonObject intent)
    {
        var (open, paid) = (session.Text("status") == "open", intent.Text("status") == "succeeded");
        if (intent.Text("status") is not ("succeeded" or "processing"))
        {
            if (!open)
                Emit("checkout.session.async_payment_failed", session);
            return;
        }

        session.With(("status", "complete"), ("url", null), ("payment_status", paid ? "paid" : "unpaid"));
        Emit(open ? "checkout.session.completed" : "checkout.session.async_payment_succeeded", session);
    }

    JsonObject LinePrice(JsonObject line, string mode)
    {
        if (line.At("price") is { } id)
            return Price(id, mode == "subscription");
        var data = line.Branch("price_data") ?? throw new StripeRefusalException(400, "invalid_request_error", "parameter_missing", "Missing required param: line_items[0][price]");
        return NewPrice("", data.NumberAt("unit_amount") ?? 0, data.At("currency") ?? "eur", data.At("recurring", "interval"), null);
    }
}
