namespace Mana.Subscriptions.Current;

/// <summary>commerce.md 6.5: who pays, tries, or pays late by less than a week, has what the plan promises (W-40).</summary>
internal static class Entitlement
{
    static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    public static bool Holds(string status, DateTimeOffset? periodEnd, DateTimeOffset now) =>
        status is "active" or "trialing" || (status == "past_due" && periodEnd is { } end && now < end + Grace);
}
