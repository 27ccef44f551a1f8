using System.Text.Json;
using Mana.Payments.Contracts;

namespace Mana.Payments.Api;

/// <summary>Subscriptions and invoices, whose members moved in <c>2025-03-31.basil</c>: the new place first, then the old one (commerce.md 7.1, W-36).</summary>
internal static class StripeBillingReader
{
    public static StripeSubscription Subscription(JsonElement json)
    {
        List<StripeSubscriptionItem> items = [.. json.List("items").Select(Item)];
        return new()
        {
            Id = json.Needed("id"),
            CustomerId = json.Reference("customer"),
            Livemode = json.OptionalFlag("livemode"),
            Metadata = json.Map("metadata"),
            CreatedAt = StripeReader.Created(json),
            Status = json.Needed("status"),
            Items = items,
            CurrentPeriodStart = items.FirstOrDefault()?.PeriodStart ?? json.Instant("current_period_start"),
            CurrentPeriodEnd = items.FirstOrDefault()?.PeriodEnd ?? json.Instant("current_period_end"),
            CancelAtPeriodEnd = json.Flag("cancel_at_period_end"),
            CancelAt = json.Instant("cancel_at"),
            CanceledAt = json.Instant("canceled_at"),
            EndedAt = json.Instant("ended_at"),
            TrialStart = json.Instant("trial_start"),
            TrialEnd = json.Instant("trial_end"),
            StartDate = json.Instant("start_date"),
            BillingCycleAnchor = json.Instant("billing_cycle_anchor"),
            LatestInvoiceId = json.Reference("latest_invoice"),
            CollectionPaused = json.Object("pause_collection") is not null,
        };
    }

    public static StripeInvoice Invoice(JsonElement json)
    {
        var parent = json.Object("parent")?.Object("subscription_details");
        var transitions = json.Object("status_transitions");
        return new()
        {
            // A preview has no id.
            Id = json.Text("id") ?? "",
            CustomerId = json.Reference("customer"),
            Livemode = json.OptionalFlag("livemode"),
            Metadata = Metadata(json, parent),
            CreatedAt = StripeReader.Created(json),
            Number = json.Text("number"),
            Status = json.Text("status") ?? "draft",
            SubscriptionId = parent?.Reference("subscription") ?? json.Reference("subscription"),
            BillingReason = json.Text("billing_reason"),
            AmountDue = json.Number("amount_due") ?? 0,
            AmountPaid = json.Number("amount_paid") ?? 0,
            AmountRemaining = json.Number("amount_remaining") ?? 0,
            Total = json.Number("total") ?? 0,
            Currency = json.Needed("currency"),
            HostedInvoiceUrl = json.Text("hosted_invoice_url"),
            InvoicePdf = json.Text("invoice_pdf"),
            PeriodStart = json.Instant("period_start"),
            PeriodEnd = json.Instant("period_end"),
            DueDate = json.Instant("due_date"),
            FinalizedAt = transitions?.Instant("finalized_at"),
            PaidAt = transitions?.Instant("paid_at"),
            VoidedAt = transitions?.Instant("voided_at"),
            AttemptCount = (int)(json.Number("attempt_count") ?? 0),
            NextPaymentAttempt = json.Instant("next_payment_attempt"),
            Lines = [.. json.List("lines").Select(Line)],
        };
    }

    public static StripeInvoicePayment InvoicePayment(JsonElement json) => new()
    {
        Id = json.Needed("id"),
        Livemode = json.OptionalFlag("livemode"),
        CreatedAt = StripeReader.Created(json),
        InvoiceId = json.Reference("invoice") ?? throw new FormatException("'invoice' is missing."),
        PaymentIntentId = json.Object("payment")?.Reference("payment_intent"),
        Status = json.Needed("status"),
        AmountPaid = json.Number("amount_paid"),
    };

    static IReadOnlyDictionary<string, string> Metadata(JsonElement json, JsonElement? parent) =>
        json.Map("metadata") is { Count: > 0 } own ? own
        : parent?.Map("metadata") is { Count: > 0 } current ? current
        : json.Object("subscription_details")?.Map("metadata") ?? json.Map("metadata");

    static StripeSubscriptionItem Item(JsonElement json)
    {
        var price = json.Object("price");
        var recurring = price?.Object("recurring");
        return new(
            json.Needed("id"), json.Reference("price") ?? "", price?.Reference("product"), recurring?.Text("interval"), (int)(recurring?.Number("interval_count") ?? 1),
            price?.Number("unit_amount"), json.Number("quantity") ?? 1, json.Instant("current_period_start"), json.Instant("current_period_end"));
    }

    static StripeInvoiceLine Line(JsonElement json)
    {
        var details = json.Object("parent")?.Object("subscription_item_details") ?? json.Object("parent")?.Object("invoice_item_details");
        var period = json.Object("period");
        return new(
            json.Text("id") ?? "", json.Number("amount") ?? 0, json.Text("description"),
            json.Object("pricing")?.Object("price_details")?.Reference("price") ?? json.Reference("price"),
            details?.Reference("subscription") ?? json.Reference("subscription"), details is { } found ? found.Flag("proration") : json.Flag("proration"),
            json.Number("quantity") ?? 1, period?.Instant("start"), period?.Instant("end"));
    }
}
