using Mana.FakeStripe.Http;
using Mana.FakeStripe.World;
using Mana.Payments.Contracts;

namespace Mana.Payments.Tests.Api;

/// <summary>Every call against the fake, whose answers have the shapes of Stripe's own fixtures.</summary>
public sealed class ApiTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    static readonly Dictionary<string, string> Metadata = new(StringComparer.Ordinal) { ["userId"] = "u", ["purchaseId"] = "p-1" };
    static int _keys;

    IStripeApi Api => fixture.Api;

    StripeWorld World => fixture.Stripe.World;

    static string Key() => $"test:{Interlocked.Increment(ref _keys)}";

    static T Ok<T>(StripeResult<T> result) => Assert.IsType<StripeResult<T>.Ok>(result).Value;

    async Task<string> CustomerAsync() => Ok(await Api.CreateCustomerAsync(new("ada@example.test", Metadata), Key(), default)).Id;

    async Task<StripeCheckoutSession> SubscribeAsync(Means means = Means.Card, int? trialDays = null)
    {
        var product = Ok(await Api.CreateProductAsync(new("Quelle M", Metadata), Key(), default));
        var price = Ok(await Api.CreatePriceAsync(new(product.Id, 999, "eur", "month", Key()), Key(), default));
        var session = Ok(await Api.CreateCheckoutSessionAsync(new(CheckoutMode.Subscription, await CustomerAsync(), [new(price.Id)], "https://a.test/yes", "https://a.test/no")
        {
            Metadata = Metadata,
            InnerMetadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["planId"] = "plan-m" },
            TrialDays = trialDays,
        }, Key(), default));
        World.PaySession(session.Id, means);
        return Ok(await Api.RetrieveCheckoutSessionAsync(session.Id, default));
    }

    [Fact]
    public async Task Customers_are_made_changed_and_found_deleted()
    {
        var id = await CustomerAsync();
        var changed = Ok(await Api.UpdateCustomerAsync(id, new(Email: "", Metadata: new Dictionary<string, string>(StringComparer.Ordinal) { ["userId"] = "" }), Key(), default));
        Assert.Null(changed.Email);
        Assert.Equal(["purchaseId"], changed.Metadata.Keys);
        World.DeleteCustomer(id);
        Assert.True(Ok(await Api.RetrieveCustomerAsync(id, default)).Deleted);
        Assert.IsType<StripeResult<StripeCustomer>.NotFound>(await Api.RetrieveCustomerAsync("cus_nobody", default));
    }

    [Fact]
    public async Task Prices_are_found_by_their_lookup_keys()
    {
        var product = Ok(await Api.CreateProductAsync(new("Trank", Metadata), Key(), default));
        var price = Ok(await Api.CreatePriceAsync(new(product.Id, 490, "eur", null, "trank-small"), Key(), default));
        Assert.Equal(price.Id, Assert.Single(Ok(await Api.ListPricesAsync(["trank-small"], default)).Items).Id);
        Assert.Equal((490L, (string?)null, true), (price.UnitAmount, price.Interval, price.Active));
    }

    [Fact]
    public async Task A_pack_is_paid_on_a_page()
    {
        var created = Ok(await Api.CreateCheckoutSessionAsync(
            new(CheckoutMode.Payment, await CustomerAsync(), [new(null, "Kleiner Mana Trank", "350 Credits", 490)], "https://a.test/yes", "https://a.test/no")
            {
                ExpiresAt = fixture.Clock.GetUtcNow().AddHours(24),
                ClientReferenceId = "p-1",
                Metadata = Metadata,
                InnerMetadata = Metadata,
            }, Key(), default));
        Assert.Equal(("payment", "open", "unpaid", null, "p-1"), (created.Mode, created.Status, created.PaymentStatus, created.PaymentIntentId, created.ClientReferenceId));
        Assert.Equal((490L, fixture.Clock.GetUtcNow().AddHours(24)), (created.AmountTotal, created.ExpiresAt));
        World.PaySession(created.Id, Means.Declined);
        Assert.Equal("open", Ok(await Api.RetrieveCheckoutSessionAsync(created.Id, default)).Status);
        World.PaySession(created.Id, Means.Card);
        var paid = Ok(await Api.RetrieveCheckoutSessionAsync(created.Id, default));
        Assert.Equal(("complete", "paid"), (paid.Status, paid.PaymentStatus));
        var intent = Ok(await Api.RetrievePaymentIntentAsync(paid.PaymentIntentId!, default));
        Assert.Equal(("succeeded", 490L, "eur", "card", "p-1"), (intent.Status, intent.AmountReceived, intent.Currency, intent.PaymentMethodType, intent.Metadata["purchaseId"]));
        Assert.Equal(created.Id, Assert.Single(Ok(await Api.ListCheckoutSessionsAsync(intent.Id, null, default)).Items).Id);
        Assert.Empty(Ok(await Api.ListInvoicePaymentsAsync(intent.Id, default)).Items);
    }

    [Fact]
    public async Task An_intent_fails_is_paid_refunded_and_disputed()
    {
        var intent = Ok(await Api.CreatePaymentIntentAsync(new(490, "eur", await CustomerAsync(), Metadata), Key(), default));
        Assert.StartsWith(intent.Id + "_secret", intent.ClientSecret, StringComparison.Ordinal);
        World.Pay(intent.Id, Means.Declined);
        var failed = Ok(await Api.RetrievePaymentIntentAsync(intent.Id, default));
        Assert.Equal(("requires_payment_method", "generic_decline"), (failed.Status, failed.FailureCode));
        World.Pay(intent.Id, Means.Card);
        var refund = Ok(await Api.CreateRefundAsync(new(intent.Id, 245, Metadata), Key(), default));
        Assert.Equal(("succeeded", 245L, intent.Id), (refund.Status, refund.Amount, refund.PaymentIntentId));
        Assert.IsType<StripeResult<StripeRefund>.Invalid>(await Api.CreateRefundAsync(new(intent.Id, 300, Metadata), Key(), default));
        Assert.Equal(refund.Id, Assert.Single(Ok(await Api.ListRefundsAsync(intent.Id, default)).Items).Id);
        Assert.Equal(refund, Ok(await Api.RetrieveRefundAsync(refund.Id, default)) with { Metadata = refund.Metadata });
        var charge = Ok(await Api.RetrieveChargeAsync(Ok(await Api.RetrievePaymentIntentAsync(intent.Id, default)).LatestChargeId!, default));
        Assert.Equal((245L, false, "succeeded"), (charge.AmountRefunded, charge.Refunded, charge.Status));
        Assert.Equal((490L, 32L), (Ok(await Api.RetrieveBalanceTransactionAsync(charge.BalanceTransactionId!, default)) is var money ? (money.Amount, money.Fee) : default));
        var dispute = World.Dispute(intent.Id)["id"]!.GetValue<string>();
        World.CloseDispute(dispute, won: true);
        Assert.Equal(("won", 490L), (Ok(await Api.RetrieveDisputeAsync(dispute, default)).Status, Assert.Single(Ok(await Api.ListDisputesAsync(intent.Id, default)).Items).Amount));
        var other = Ok(await Api.CreatePaymentIntentAsync(new(490, "eur", await CustomerAsync(), Metadata), Key(), default));
        Assert.Equal("canceled", Ok(await Api.CancelPaymentIntentAsync(other.Id, Key(), default)).Status);
    }

    /// <summary>W-36, scenario 101's ground: both shapes read the same.</summary>
    [Fact]
    public async Task Subscriptions_and_invoices_read_the_same_in_both_shapes()
    {
        var id = (await SubscribeAsync()).SubscriptionId!;
        var invoiceId = Ok(await Api.RetrieveSubscriptionAsync(id, default)).LatestInvoiceId!;
        async Task<(string, string)> ReadAsync() => (
            System.Text.Json.JsonSerializer.Serialize(Ok(await Api.RetrieveSubscriptionAsync(id, default)) with { Items = [] }), System.Text.Json.JsonSerializer.Serialize(Ok(await Api.RetrieveInvoiceAsync(invoiceId, default))));
        var now = await ReadAsync();
        World.LegacyShapes = true;
        var before = await ReadAsync();
        World.LegacyShapes = false;
        Assert.Equal(now, before);
        var subscription = Ok(await Api.RetrieveSubscriptionAsync(id, default));
        Assert.Equal(("active", fixture.Clock.GetUtcNow().AddMonths(1), "plan-m"), (subscription.Status, subscription.CurrentPeriodEnd, subscription.Metadata["planId"]));
        var invoice = Ok(await Api.RetrieveInvoiceAsync(invoiceId, default));
        Assert.Equal(("paid", id, "subscription_create", 999L, "plan-m"), (invoice.Status, invoice.SubscriptionId, invoice.BillingReason, invoice.AmountPaid, invoice.Metadata["planId"]));
        Assert.NotNull(invoice.PaidAt);
        Assert.Equal(subscription.Items[0].PriceId, Assert.Single(invoice.Lines).PriceId);
    }

    [Fact]
    public async Task A_subscription_changes_its_price_and_ends()
    {
        var id = (await SubscribeAsync()).SubscriptionId!;
        var subscription = Ok(await Api.RetrieveSubscriptionAsync(id, default));
        var dearer = Ok(await Api.CreatePriceAsync(new(subscription.Items[0].ProductId!, 1999, "eur", "month", null), Key(), default));
        var preview = Ok(await Api.PreviewInvoiceAsync(new(subscription.CustomerId!, id, subscription.Items[0].Id, dearer.Id, "always_invoice"), default));
        Assert.Equal(1000, preview.AmountDue);
        var changed = Ok(await Api.UpdateSubscriptionAsync(id, new() { ItemId = subscription.Items[0].Id, PriceId = dearer.Id, ProrationBehavior = "always_invoice" }, Key(), default));
        Assert.Equal(dearer.Id, changed.Items[0].PriceId);
        Assert.Equal(["subscription_update", "subscription_create"], Ok(await Api.ListInvoicesAsync(null, id, null, default)).Items.Select(one => one.BillingReason));
        Assert.True(Ok(await Api.UpdateSubscriptionAsync(id, new() { CancelAtPeriodEnd = true }, Key(), default)).CancelAtPeriodEnd);
        Assert.False(Ok(await Api.UpdateSubscriptionAsync(id, new() { CancelAtPeriodEnd = false }, Key(), default)).CancelAtPeriodEnd);
        Assert.Equal("canceled", Ok(await Api.CancelSubscriptionAsync(id, Key(), default)).Status);
        Assert.Empty(Ok(await Api.ListSubscriptionsAsync(subscription.CustomerId, null, null, default)).Items);
        Assert.Single(Ok(await Api.ListSubscriptionsAsync(subscription.CustomerId, "all", null, default)).Items);
        Assert.StartsWith(fixture.Stripe.Url, Ok(await Api.CreatePortalSessionAsync(new(subscription.CustomerId!, "https://a.test/back"), Key(), default)).Url, StringComparison.Ordinal);
    }

    /// <summary>W-33: it happened, the answer was lost, and the repetition finds it.</summary>
    [Fact]
    public async Task An_answer_that_is_lost_makes_no_second_payment()
    {
        var customer = await CustomerAsync();
        fixture.Stripe.Faults.Next("POST /v1/payment_intents", FaultKind.DroppedAfter);
        Ok(await Api.CreatePaymentIntentAsync(new(490, "eur", customer, Metadata), Key(), default));
        Assert.Single(World.All("payment_intent", one => one["customer"]?.GetValue<string>() == customer));
    }

    [Fact]
    public async Task One_key_is_good_for_one_request()
    {
        var (customer, key) = (await CustomerAsync(), Key());
        var first = Ok(await Api.CreatePaymentIntentAsync(new(490, "eur", customer, Metadata), key, default));
        Assert.Equal(first.Id, Ok(await Api.CreatePaymentIntentAsync(new(490, "eur", customer, Metadata), key, default)).Id);
        Assert.Equal("idempotency_error", Assert.IsType<StripeResult<StripePaymentIntent>.Invalid>(await Api.CreatePaymentIntentAsync(new(980, "eur", customer, Metadata), key, default)).Code);
    }
}
