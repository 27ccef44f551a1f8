using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;

namespace Mana.FakeStripe.World;

/// <summary>Money that goes back.</summary>
public sealed partial class StripeWorld
{
    /// <summary>Gives money back; null: all that is left. Of a direct debit, or when asked to, it stays pending until <see cref="SettleRefund"/>.</summary>
    public JsonObject Refund(string intentId, long? amount = null, bool pending = false, JsonObject? metadata = null)
    {
        lock (_lock)
        {
            var intent = Get("payment_intent", intentId);
            if (intent.Text("status") != "succeeded")
                throw new StripeRefusalException(400, "invalid_request_error", "charge_not_refundable", "This PaymentIntent does not have a successful charge to refund.");
            var charge = Get("charge", intent.Text("latest_charge"));
            var left = charge.Number("amount") - charge.Number("amount_refunded");
            if (left == 0)
                throw new StripeRefusalException(400, "invalid_request_error", "charge_already_refunded", "Charge has already been refunded.");
            if ((amount ?? left) > left)
                throw new StripeRefusalException(400, "invalid_request_error", "amount_too_large", "Refund amount is greater than unrefunded amount on charge", "amount");
            var refund = Add(Shape.New("refund").With(
                ("id", Id("re")), ("amount", amount ?? left), ("currency", charge.Text("currency")), ("charge", charge.Text("id")), ("payment_intent", intentId), ("metadata", new JsonObject().Merge(metadata)),
                ("status", pending ? "pending" : "succeeded"), ("balance_transaction", Balance(charge, -(amount ?? left)))));
            Refunded(charge, refund.Number("amount"));
            Emit("refund.created", refund);
            Emit("charge.refunded", charge);
            return refund;
        }
    }

    /// <summary>The bank took the refund, or sent it back.</summary>
    public void SettleRefund(string refundId, bool arrived)
    {
        lock (_lock)
        {
            var refund = Get("refund", refundId);
            if (refund.Text("status") != "pending")
                return;
            refund["status"] = arrived ? "succeeded" : "failed";
            if (!arrived)
            {
                refund["failure_reason"] = "lost_or_stolen_card";
                Refunded(Get("charge", refund.Text("charge")), -refund.Number("amount"));
            }

            Emit("refund.updated", refund);
            Emit(arrived ? "charge.refund.updated" : "refund.failed", refund);
        }
    }

    /// <summary>The person, or their bank, wants the money back.</summary>
    public JsonObject Dispute(string intentId, long? amount = null, string reason = "fraudulent")
    {
        lock (_lock)
        {
            var charge = Get("charge", Get("payment_intent", intentId).Text("latest_charge"));
            charge["disputed"] = true;
            var dispute = Add(Shape.New("dispute").With(
                ("id", Id("dp")), ("amount", amount ?? charge.Number("amount")), ("currency", charge.Text("currency")), ("charge", charge.Text("id")), ("payment_intent", intentId), ("reason", reason),
                ("status", "needs_response"), ("metadata", new JsonObject())));
            Emit("charge.dispute.created", dispute);
            Emit("charge.dispute.funds_withdrawn", dispute);
            return dispute;
        }
    }

    public void CloseDispute(string disputeId, bool won)
    {
        lock (_lock)
        {
            var dispute = Get("dispute", disputeId);
            dispute["status"] = won ? "won" : "lost";
            if (won)
                Emit("charge.dispute.funds_reinstated", dispute);
            Emit("charge.dispute.closed", dispute);
        }
    }

    static void Refunded(JsonObject charge, long amount)
    {
        var refunded = charge.Number("amount_refunded") + amount;
        charge.With(("amount_refunded", refunded), ("refunded", refunded == charge.Number("amount")));
    }
}
