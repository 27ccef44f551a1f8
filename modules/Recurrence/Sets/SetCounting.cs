using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;
using Mana.Recurrence.Zones;

namespace Mana.Recurrence.Sets;

/// <summary>How many instances one rule has in a window: the number before its end less the number before its start.</summary>
internal static class SetCounting
{
    public static long OfSingleRule(RecurrenceSet set, WindowBounds bounds, WorkBudget? budget)
    {
        var rule = set.Rules[0];
        var plan = PlanCompiler.Compile(rule.Bits, Gregorian.SecondOf(set.Start.Civil), set.Start.Kind == StartKind.Date,
            set.Start.Zone is null ? RuleBounds.Last(rule.Bits) : RuleBounds.LastInAnyZone(rule.Bits));
        var limit = rule.Count ?? long.MaxValue;
        var until = set.Start.Zone is null ? Gregorian.EndOfTime - 1 : RuleBounds.LastInstant(rule.Bits);
        var before = Math.Min(bounds.Before, until + 1);
        if (bounds.From >= before)
            return 0;
        var seek = new ZoneSeek(set.Start.Zone, set.Gap, set.Overlap);
        return Math.Min(Count(before), limit) - Math.Min(Count(bounds.From), limit);

        long Count(long second) => second <= 0 ? 0 : seek.CountBefore(plan, Math.Min(second, Gregorian.EndOfTime), limit, budget);
    }
}
