using Mana.Recurrence.Calendar;

namespace Mana.Recurrence.Planning;

/// <summary>
/// Proves that a grid never meets its limits: an arithmetic progression visits exactly the residues <c>origin mod gcd(step, M)</c> of any unit M
/// (recurrence.md 5). Asked only after a long search without a find, so that ordinary rules never pay for it.
/// </summary>
internal static class Reachability
{
    const int Week = 7 * Gregorian.SecondsPerDay;

    public static bool IsNever(RulePlan plan)
    {
        var limits = plan.Limits;
        var weekdays = plan.Parts.Weekdays == 0 || plan.Parts.Ordinals.Length > 0 ? 0x7F : plan.Parts.Weekdays;
        return !Meets(plan, 60, new TimeLimits(TimeLimits.AllHours, TimeLimits.AllMinutes, limits.Seconds), 0x7F)
            || !Meets(plan, 3600, new TimeLimits(TimeLimits.AllHours, limits.Minutes, limits.Seconds), 0x7F)
            || !Meets(plan, Gregorian.SecondsPerDay, limits, 0x7F)
            || !Meets(plan, Week, limits, weekdays);
    }

    /// <summary>Whether a visited second of the unit is allowed; goes from allowed second to visited second in turns.</summary>
    static bool Meets(RulePlan plan, int unit, TimeLimits limits, uint weekdays)
    {
        var step = Arithmetic.Gcd(plan.Step, unit);
        for (var second = Arithmetic.Mod(plan.Origin, step); second < unit;)
        {
            var (day, time) = ((int)(second / Gregorian.SecondsPerDay), (int)(second % Gregorian.SecondsPerDay));
            var next = (weekdays >> day & 1) == 0 ? TimeLimits.Never : limits.Next(time);
            if (next == time)
                return true;
            second = Arithmetic.RoundUp((day * (long)Gregorian.SecondsPerDay) + next, second, step);
        }

        return false;
    }
}
