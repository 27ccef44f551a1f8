using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;

namespace Mana.FakeStripe.World;

/// <summary>How somebody pays.</summary>
public enum Means
{
    Card,

    /// <summary>Direct debit that will be paid.</summary>
    Sepa,

    /// <summary>Direct debit that will come back.</summary>
    SepaFails,

    /// <summary>A card that is refused.</summary>
    Declined,
}

/// <summary>Payment intents and charges.</summary>
public sealed partial class StripeWorld
{
    JsonObject NewIntent(long amount, string currency, string? customer, JsonObject? metadata, JsonArray? methods = null)
    {
        if (amount < 50)
            throw new StripeRefusalException(400, "invalid_request_error", "amount_too_small", "Amount must be at least 50 cents", "amount");
        var id = Id("pi");
        var intent = Add(Shape.New("payment_intent").With(
            ("id", id), ("amount", amount), ("currency", currency), ("customer", customer), ("metadata", new JsonObject().Merge(metadata)), ("status", "requires_payment_method"),
            ("client_secret", $"{id}_secret_{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6))}"), ("latest_charge", null), ("last_payment_error", null),
            ("canceled_at", null), ("next_action", null), ("processing", null), ("amount_received", 0), ("payment_method", null), ("payment_method_types", methods ?? ["card", "sepa_debit"])));
        Emit("payment_intent.created", intent);
        return intent;
    }

    /// <summary>Somebody tries to pay an intent.</summary>
    public void Pay(string intentId, Means means)
    {
        lock (_lock)
        {
            var intent = Get("payment_intent", intentId);
            if (intent.Text("status") is not ("requires_payment_method" or "requires_confirmation" or "requires_action"))
                throw new StripeRefusalException(400, "invalid_request_error", "payment_intent_unexpected_state", "This intent cannot be paid in status " + intent.Text("status"));
            var method = means is Means.Card or Means.Declined ? "card" : "sepa_debit";
            var charge = NewCharge(intent, method);
            intent["latest_charge"] = charge.Text("id");
            switch (means)
            {
                case Means.Card:
                    Succeed(intent, charge);
                    break;
                case Means.Declined:
                    Fail(intent, charge, "card_declined", "generic_decline", "Your card was declined.");
                    break;
                default:
                    charge["status"] = "pending";
                    intent.With(("status", "processing"), ("processing", new JsonObject { ["type"] = method }), ("_due", Shape.Seconds(Now + options.SepaDays)), ("_fails", means == Means.SepaFails));
                    Emit("charge.pending", charge);
                    Emit("payment_intent.processing", intent);
                    break;
            }

            AfterPayment(intent);
        }
    }

    /// <summary>The bank answers to a direct debit, now.</summary>
    public void SettleSepa(string intentId, bool? paid = null)
    {
        lock (_lock)
        {
            var intent = Get("payment_intent", intentId);
            if (intent.Text("status") != "processing")
                return;
            var charge = _objects[intent.Text("latest_charge")];
            if (paid ?? !intent.Flag("_fails"))
                Succeed(intent, charge);
            else
                Fail(intent, charge, "payment_intent_payment_attempt_failed", "insufficient_funds", "The bank account has insufficient funds.");
            AfterPayment(intent);
        }
    }

    public JsonObject CancelIntent(string intentId)
    {
        lock (_lock)
        {
            var intent = Get("payment_intent", intentId);
            if (intent.Text("status") is "succeeded" or "canceled" or "processing")
                throw new StripeRefusalException(400, "invalid_request_error", "payment_intent_unexpected_state", "You cannot cancel this PaymentIntent because it has a status of " + intent.Text("status"));
            intent.With(("status", "canceled"), ("canceled_at", Shape.Seconds(Now)));
            Emit("payment_intent.canceled", intent);
            return intent;
        }
    }

    /// <summary>A payment of this amount arrives that nobody asked for, as the command line of Stripe makes them.</summary>
    public string TriggerForeignPayment(long amount = 2000)
    {
        lock (_lock)
        {
            var intent = NewIntent(amount, "usd", null, null);
            Pay(intent.Text("id"), Means.Card);
            return intent.Text("id");
        }
    }

    JsonObject NewCharge(JsonObject intent, string method) => Add(Shape.New("charge").With(
        ("id", Id("ch")), ("amount", intent.Number("amount")), ("amount_captured", 0), ("amount_refunded", 0), ("currency", intent.Text("currency")), ("customer", intent["customer"]?.DeepClone()),
        ("payment_intent", intent.Text("id")), ("metadata", intent["metadata"]!.DeepClone()), ("status", "pending"), ("paid", false), ("captured", false), ("refunded", false), ("disputed", false),
        ("balance_transaction", null), ("description", null), ("failure_code", null), ("failure_message", null), ("source", null), ("transfer_data", null),
        ("payment_method_details", new JsonObject { ["type"] = method, [method] = new JsonObject { ["last4"] = method == "card" ? "4242" : "3000" } })));

    void Succeed(JsonObject intent, JsonObject charge)
    {
        var amount = intent.Number("amount");
        charge.With(("status", "succeeded"), ("paid", true), ("captured", true), ("amount_captured", amount), ("balance_transaction", Balance(charge, amount)));
        intent.With(("status", "succeeded"), ("amount_received", amount), ("processing", null), ("last_payment_error", null), ("_due", null));
        Emit("charge.succeeded", charge);
        Emit("payment_intent.succeeded", intent);
    }

    void Fail(JsonObject intent, JsonObject charge, string code, string decline, string message)
    {
        charge.With(("status", "failed"), ("failure_code", code), ("failure_message", message));
        intent.With(("status", "requires_payment_method"), ("processing", null), ("_due", null), ("last_payment_error", new JsonObject
        {
            ["type"] = "card_error",
            ["code"] = code,
            ["decline_code"] = decline,
            ["message"] = message,
            ["payment_method"] = new JsonObject { ["type"] = charge["payment_method_details"]!["type"]!.DeepClone() },
        }));
        Emit("charge.failed", charge);
        Emit("payment_intent.payment_failed", intent);
    }

    /// <summary>What hangs on an intent follows it: the checkout that made it, the invoice that it pays.</summary>
    void AfterPayment(JsonObject intent)
    {
        if (Of("checkout.session").FirstOrDefault(one => one["payment_intent"]?.GetValue<string>() == intent.Text("id")) is { } session)
            SessionFollows(session, intent);
        if (Of("invoice_payment").FirstOrDefault(one => one["payment"]!["payment_intent"]!.GetValue<string>() == intent.Text("id")) is { } payment)
            InvoiceFollows(Get("invoice", payment.Text("invoice")), payment, intent);
    }

    /// <summary>What Stripe keeps: 1.5 % and 25 cents of a card, 0.8 % of a debit, at most 5 euros (commerce.md 7.9).</summary>
    string Balance(JsonObject charge, long amount)
    {
        var card = charge["payment_method_details"]!["type"]!.GetValue<string>() == "card";
        var fee = amount < 0 ? 0 : card ? (amount * 15 / 1000) + 25 : Math.Min(amount * 8 / 1000, 500);
        return Add(Shape.New("balance_transaction").With(
            ("id", Id("txn")), ("amount", amount), ("fee", fee), ("net", amount - fee), ("currency", charge.Text("currency")), ("type", amount < 0 ? "refund" : "charge"), ("source", charge.Text("id")),
            ("status", "available"))).Text("id");
    }
}
