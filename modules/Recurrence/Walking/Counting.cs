using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;

namespace Mana.Recurrence.Walking;

/// <summary>Counts instances without making them, where arithmetic can (compute.md 6.8, 5): COUNT needs to know how many came before.</summary>
internal static class Counting
{
    /// <summary>Instances with <c>from &lt;= t &lt; before</c>; stops counting above <paramref name="enough"/>.</summary>
    public static long Between(RulePlan plan, long from, long before, long enough, WorkBudget? budget)
    {
        before = Math.Min(before, plan.Last + 1);
        from = Math.Max(from, plan.Start);
        if (from >= before)
            return 0;
        if (plan.Kind == PeriodKind.Grid && plan.Days is null && !plan.Limits.Any)
            return OnGrid(plan, before) - OnGrid(plan, from);
        if (DailyShape(plan) is { } times)
            return OnDays(plan, times, before) - OnDays(plan, times, from);
        return Walk(plan, from, before, enough, budget);
    }

    /// <summary>Times that every allowed day holds alike; null when days differ.</summary>
    static TimeTable? DailyShape(RulePlan plan) => plan switch
    {
        { Kind: PeriodKind.Year, Interval: 1, Positions: null, Skips: false } => plan.Times,
        { Kind: PeriodKind.Grid } when Gregorian.SecondsPerDay % plan.Step == 0 => TimesOfDay(plan),
        _ => null,
    };

    /// <summary>A grid whose step divides the day meets the same times every day.</summary>
    static TimeTable TimesOfDay(RulePlan plan)
    {
        var times = new List<int>();
        for (var period = (int)Arithmetic.Mod(plan.Origin, plan.Step); period < Gregorian.SecondsPerDay; period += (int)plan.Step)
            if (plan.Limits.Allow(period))
                for (var i = 0; i < plan.Times.Count; i++)
                    times.Add(period + plan.Times[i]);
        return new TimeTable([.. times]);
    }

    /// <summary>Instances of an unlimited grid before a second.</summary>
    static long OnGrid(RulePlan plan, long before)
    {
        if (before <= plan.Origin)
            return 0;
        var periods = (before - plan.Origin) / plan.Step;
        return (periods * plan.Times.Count) + plan.Times.IndexOf(before - plan.Origin - (periods * plan.Step));
    }

    static long OnDays(RulePlan plan, TimeTable times, long before)
    {
        var first = (int)(plan.Start / Gregorian.SecondsPerDay);
        var day = (int)(before / Gregorian.SecondsPerDay);
        var whole = (plan.Days?.Count(first, day) ?? day - first) * times.Count;
        return plan.Days?.Has(day) == false ? whole : whole + times.IndexOf(before - (day * (long)Gregorian.SecondsPerDay));
    }

    static long Walk(RulePlan plan, long from, long before, long enough, WorkBudget? budget)
    {
        var cursor = new RuleCursor(plan, from, budget);
        var count = 0L;
        while (cursor.MoveNext(out var time) && time < before && count <= enough && budget?.Spend() != false)
            count++;
        return count;
    }
}
