namespace Mana.Subscriptions.Current;

/// <summary>commerce.md 6.5: who pays, tries, or pays late by less than a week, has what the plan promises (W-40).</summary>
internal static class Entitlement
{
    static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    /// <summary>Whether the benefits of the plan hold at a moment.</summary>
    /// <param name="paidUntil">End of what was paid. Not Stripe's current period: that one moves on when it begins, before it is paid.</param>
    public static bool Holds(string status, DateTimeOffset paidUntil, DateTimeOffset now) => status is "active" or "trialing" || (status == "past_due" && now < paidUntil + Grace);
}
