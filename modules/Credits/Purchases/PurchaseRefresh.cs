using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Ledger;
using Mana.Credits.Privacy;
using Mana.Kernel.Database;
using Mana.Payments.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Credits.Purchases;

/// <summary>
/// Brings a purchase to where its payment is now. Every event about a payment, and every look of the reconciliation, ends here: the payment is asked for with all its
/// refunds and disputes, and the row and the ledger follow in one transaction. Nothing of the event but the id of the payment counts, so duplicates, losses and
/// any order come to the same end. One at a time per payment, so that an older answer never overwrites a newer one.
/// </summary>
internal sealed class PurchaseRefresh(
    IStripeApi stripe, IStripeCustomers customers, IStripeAvailability availability, IPaymentRisk risk, NamedLocks locks, LedgerTransactions transactions, CreditsLedger ledger,
    NpgsqlDataSource database, TimeProvider time, CreditsMetrics metrics, ILogger<PurchaseRefresh> log)
{
    static readonly StripeOutcome Busy = new StripeOutcome.Retry("busy");

    public async Task<StripeOutcome> RefreshAsync(string intentId, CancellationToken cancellationToken)
    {
        await using var turn = await locks.TakeAsync("purchase:" + intentId, cancellationToken);
        var asked = await stripe.RetrievePaymentIntentAsync(intentId, cancellationToken);
        if (asked is not StripeResult<StripePaymentIntent>.Ok { Value: var intent })
            return Unanswered(asked);
        if (await FindAsync(intent, cancellationToken) is not { } found)
            return StripeOutcome.NotOurs;
        IReadOnlyList<StripeRefund> refunds = [];
        IReadOnlyList<StripeDispute> disputes = [];
        if (intent.Status == "succeeded")
        {
            if (await stripe.ListRefundsAsync(intentId, cancellationToken) is not StripeResult<StripePage<StripeRefund>>.Ok { Value.Items: var back }
                || await stripe.ListDisputesAsync(intentId, cancellationToken) is not StripeResult<StripePage<StripeDispute>>.Ok { Value.Items: var disputed })
                return new StripeOutcome.Retry("stripe_unavailable");
            (refunds, disputes) = (back, disputed);
        }

        // Before the credits: whoever loses them is flagged already, and a report that fails is repeated with the event.
        if (disputes.Any(ReversalPlan.MovesMoney) && !ErasedOwner.Is(found.UserId))
            await risk.ReportAsync(found.UserId, intentId, cancellationToken);
        // Before the transaction: nobody waits for a second connection while others wait for a lock of the first.
        await ledger.HasOrOpensAsync(found.UserId, cancellationToken);
        var mapped = await customers.FindAsync(found.UserId, cancellationToken);
        return await transactions.RunAsync((transaction, token) => ApplyAsync(transaction, found.Id, found.UserId, new PaymentNow(intent, refunds, disputes), mapped, token), cancellationToken) ?? Busy;
    }

    static StripeOutcome Unanswered(StripeResult<StripePaymentIntent> result) => result switch
    {
        // Test data that was wiped, or somebody else's account: nothing will ever come of it.
        StripeResult<StripePaymentIntent>.NotFound => new StripeOutcome.Parked("payment_not_found"),
        StripeResult<StripePaymentIntent>.NotConfigured => new StripeOutcome.Retry("stripe_not_configured"),
        _ => new StripeOutcome.Retry("stripe_unavailable"),
    };

    /// <summary>By the payment, else by what we wrote on it before we could store its id (commerce.md 5.3, W-33).</summary>
    async Task<(Guid Id, string UserId)?> FindAsync(StripePaymentIntent intent, CancellationToken cancellationToken)
    {
        var named = intent.Metadata.TryGetValue("purchaseId", out var text) && Guid.TryParse(text, out var id) ? id : Guid.Empty;
        await using var command = database.CreateCommand(
            "SELECT id, user_id FROM credits.purchases WHERE stripe_payment_intent_id = $1 OR id = $2 ORDER BY (stripe_payment_intent_id = $1) DESC NULLS LAST LIMIT 1");
        await using var row = await command.Text(intent.Id).Id(named).ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetGuid(0), row.GetString(1)) : null;
    }

    async Task<StripeOutcome> ApplyAsync(LedgerTransaction transaction, Guid id, string userId, PaymentNow payment, string? mappedCustomer, CancellationToken cancellationToken)
    {
        var intent = payment.Intent;
        var purchase = await transaction.Database.Purchases.FromSql($"SELECT * FROM credits.purchases WHERE id = {id} FOR UPDATE").SingleAsync(cancellationToken);
        if (purchase.UserId != userId)
            // Erased since it was found: again, by its new name.
            return Busy;
        if (purchase.StripePaymentIntentId is { } bound && bound != intent.Id)
        {
            if (intent.Status != "succeeded")
                return StripeOutcome.Nothing;
            if (purchase.IsPaid)
                return new StripeOutcome.Parked("second_payment");
        }

        var before = (purchase.Status, purchase.StripePaymentIntentId, purchase.FailureCode, purchase.Mismatch, purchase.DisputedAt);
        purchase.StripePaymentIntentId = intent.Id;
        purchase.StripeCustomerId ??= mappedCustomer ?? intent.CustomerId;
        purchase.PaymentMethodType = intent.PaymentMethodType ?? purchase.PaymentMethodType;
        var moved = 0;
        if (intent.Status == "succeeded" && (purchase.Mismatch = purchase.IsPaid ? null : PurchaseProgress.MismatchOf(purchase, intent, availability.Livemode, mappedCustomer)) is null)
        {
            if (!await CreditAsync(transaction, purchase, cancellationToken) || await ReverseAsync(transaction, purchase, payment, cancellationToken) is not { } reversed)
                return Busy;
            moved = reversed;
            if (before.Status == Purchase.Cancelled)
                log.LogWarning("Purchase {Purchase} was cancelled and is paid after all", purchase.Id);
            (purchase.Status, purchase.FailureCode, purchase.FailureMessage) = (PurchaseProgress.Paid(purchase, payment), null, null);
        }
        else
        {
            purchase.Status = PurchaseProgress.Unpaid(purchase.Status, intent);
            (purchase.FailureCode, purchase.FailureMessage) = purchase.IsPaid ? (null, null) : (intent.FailureCode ?? purchase.FailureCode, Cut(intent.FailureMessage ?? purchase.FailureMessage));
        }

        if (moved == 0 && before == (purchase.Status, purchase.StripePaymentIntentId, purchase.FailureCode, purchase.Mismatch, purchase.DisputedAt))
            return purchase.Mismatch is { } still ? new StripeOutcome.Parked(still) : StripeOutcome.Nothing;
        purchase.UpdatedAt = time.GetUtcNow();
        await transaction.CommitAsync(cancellationToken);
        if (before.Status != purchase.Status)
            metrics.Purchase(purchase.Status, purchase.PaymentMethodType);
        if (purchase.Mismatch is not { } mismatch)
            return StripeOutcome.Done;
        log.LogError("Money for purchase {Purchase} is not what was asked for: {Mismatch}", purchase.Id, mismatch);
        return new StripeOutcome.Parked(mismatch);
    }

    /// <summary>The only place where a purchase becomes credits: once for ever, by the key of its payment.</summary>
    async Task<bool> CreditAsync(LedgerTransaction transaction, Purchase purchase, CancellationToken cancellationToken)
    {
        if (purchase.IsPaid)
            return true;
        var posted = await ledger.PostAsync(transaction.Connection, ledger.Issued(new IssueCommand(
            purchase.UserId, CreditAmount.OfCredits(purchase.Credits), CreditSource.Purchase, "purchase:" + purchase.StripePaymentIntentId, "stripe",
            $"Purchase of {purchase.Credits} credits", $$"""{"purchaseId":"{{purchase.Id}}"}""")), cancellationToken);
        if (posted is not PostingResult.Posted)
            return false;
        (purchase.Status, purchase.CompletedAt) = (Purchase.Completed, time.GetUtcNow());
        return true;
    }

    /// <summary>How many entries were booked; null when one was refused.</summary>
    async Task<int?> ReverseAsync(LedgerTransaction transaction, Purchase purchase, PaymentNow payment, CancellationToken cancellationToken)
    {
        if (payment.Refunds.Count == 0 && payment.Disputes.Count == 0)
            return 0;
        var booked = await transaction.Database.PurchaseReversals.Where(row => row.PurchaseId == purchase.Id).ToDictionaryAsync(row => row.BusinessKey, row => row.Credits, cancellationToken);
        var missing = ReversalPlan.For(purchase.Id.ToString(), purchase.Credits, purchase.PriceEuroCents, payment.Refunds, payment.Disputes, booked);
        foreach (var step in missing)
        {
            if (await ledger.PostAsync(transaction.Connection, ledger.Reversed(purchase.UserId, step, $$"""{"purchaseId":"{{purchase.Id}}"}"""), cancellationToken) is not PostingResult.Posted)
                return null;
            transaction.Database.PurchaseReversals.Add(new PurchaseReversal { BusinessKey = step.BusinessKey, PurchaseId = purchase.Id, Credits = step.Credits, CreatedAt = time.GetUtcNow() });
        }

        if (payment.Disputes.Any(ReversalPlan.MovesMoney))
            purchase.DisputedAt ??= time.GetUtcNow();
        return missing.Count;
    }

    static string? Cut(string? text) => text is { Length: > 500 } ? text[..500] : text;
}
