using Mana.Payments.Contracts;

namespace Mana.Credits.Contracts;

/// <summary>An entry that the ledger must hold because money went back, or came again.</summary>
/// <param name="Credits">Whole credits; negative: taken from the person.</param>
public sealed record PlannedReversal(string BusinessKey, int Credits, string Description);

/// <summary>
/// What must be booked for the refunds and disputes of a payment (commerce.md 7.8). It looks at all of them, oldest first, whatever event brought it here:
/// so the entries and their amounts are the same in every order in which the news may come. Somebody who hears only of the end of a dispute that was won, or
/// of a refund that failed, books both its steps.
/// </summary>
public static class ReversalPlan
{
    /// <summary>What is missing, in the order in which it must be booked.</summary>
    /// <param name="subject">What was paid for; names the entries that even out what earlier ones could not know.</param>
    /// <param name="credits">What the payment was worth.</param>
    /// <param name="booked">Credits by business key: what was booked for this payment before.</param>
    public static IReadOnlyList<PlannedReversal> For(
        string subject, int credits, long priceCents, IEnumerable<StripeRefund> refunds, IEnumerable<StripeDispute> disputes, IReadOnlyDictionary<string, int> booked)
    {
        var (plan, taken, refunded, isDisputed) = (new List<PlannedReversal>(), 0, 0L, false);
        foreach (var back in InOrder(refunds, disputes))
        {
            if (back is StripeRefund refund)
            {
                var failed = refund.Status is "failed" or "canceled";
                taken += Step($"stripe-refund:{refund.Id}", $"stripe-refund:{refund.Id}:failed", Share(refunded + refund.Amount) - Share(refunded), failed, "Refund", "Refund did not go through");
                refunded += failed ? 0 : refund.Amount;
            }
            else if (back is StripeDispute dispute)
            {
                taken += Step($"stripe-dispute:{dispute.Id}:open", $"stripe-dispute:{dispute.Id}:won", credits, dispute.Status == "won", "Payment disputed", "Dispute won");
                isDisputed |= dispute.Status != "won";
            }
        }

        var missing = plan.Where(step => !booked.ContainsKey(step.BusinessKey)).ToList();
        var rest = (isDisputed ? credits : Share(refunded)) + booked.Values.Sum() + missing.Sum(step => step.Credits);
        // What was booked before something turned out otherwise is not changed; the difference is an entry of its own.
        if (rest != 0)
            missing.Add(new($"stripe-settle:{subject}:{booked.Keys.Count(key => key.StartsWith("stripe-settle:", StringComparison.Ordinal)) + 1}", -rest, "Refund settled"));
        return missing;

        int Share(long cents) => priceCents == 0 ? 0 : (int)(credits * (decimal)Math.Min(cents, priceCents) / priceCents);

        int Step(string key, string undoKey, int share, bool undone, string why, string undoneWhy)
        {
            var amount = booked.TryGetValue(key, out var known) ? -known : Math.Min(share, credits - taken);
            if (amount <= 0)
                return 0;
            plan.Add(new(key, -amount, why));
            if (undone)
                plan.Add(new(undoKey, amount, undoneWhy));
            return undone ? 0 : amount;
        }
    }

    /// <summary>A dispute that only warns has moved no money.</summary>
    public static bool MovesMoney(StripeDispute dispute)
    {
        ArgumentNullException.ThrowIfNull(dispute);
        return !dispute.Status.StartsWith("warning", StringComparison.Ordinal) && dispute.Status != "prevented";
    }

    static IEnumerable<StripeObject> InOrder(IEnumerable<StripeRefund> refunds, IEnumerable<StripeDispute> disputes) =>
        refunds.Concat<StripeObject>(disputes.Where(MovesMoney))
            .OrderBy(back => back.CreatedAt).ThenBy(back => back is StripeDispute).ThenBy(back => back.Id, StringComparer.Ordinal);
}
