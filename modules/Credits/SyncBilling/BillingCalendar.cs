namespace Mana.Credits.SyncBilling;

/// <summary>When a period ends (commerce.md 4.5): on the anchor day of the target month, or its last day when it is shorter; in UTC (W-26).</summary>
internal static class BillingCalendar
{
    public static readonly string[] Intervals = ["monthly", "quarterly", "yearly"];

    public static DateTimeOffset Next(DateTimeOffset from, int anchorDay, string interval)
    {
        var month = new DateTimeOffset(from.Year, from.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(MonthsOf(interval));
        var day = Math.Min(anchorDay, DateTime.DaysInMonth(month.Year, month.Month));
        return month.AddDays(day - 1) + from.TimeOfDay;
    }

    /// <summary>
    /// The end of the period that a charge now pays for, when <paramref name="due"/> was the day to charge: without drift. When that period would be over already, a new
    /// one begins now, with an anchor of its own as after an activation: who pays for a whole period gets a whole one.
    /// </summary>
    public static (DateTimeOffset Next, int AnchorDay) AfterCharge(DateTimeOffset due, DateTimeOffset now, int anchorDay, string interval)
    {
        var next = Next(due, anchorDay, interval);
        return next > now ? (next, anchorDay) : (Next(now, now.Day, interval), now.Day);
    }

    public static int MonthsOf(string interval) => interval switch
    {
        "monthly" => 1,
        "quarterly" => 3,
        "yearly" => 12,
        _ => throw new ArgumentOutOfRangeException(nameof(interval), interval, "Not an interval."),
    };
}
