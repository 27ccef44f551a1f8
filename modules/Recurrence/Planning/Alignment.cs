using Mana.Recurrence.Calendar;

namespace Mana.Recurrence.Planning;

/// <summary>
/// A grid that seldom meets its few allowed times of day, as <c>FREQ=SECONDLY;INTERVAL=86399;BYHOUR=9;BYMINUTE=0;BYSECOND=0</c> does every 236 years.
/// The meetings with one time of day are a progression themselves: solve <c>origin + k·step ≡ time (mod 86400)</c> instead of trying every k.
/// </summary>
internal sealed class Alignment
{
    const int MostTimes = 64;

    readonly long[] _first;
    readonly long _period;

    Alignment(long[] first, long period)
    {
        _first = first;
        _period = period;
    }

    /// <summary>Null when there are too many allowed times for this to be worth it.</summary>
    public static Alignment? TryCreate(RulePlan plan)
    {
        if (!plan.Limits.Any)
            return null;
        var common = Arithmetic.Gcd(plan.Step, Gregorian.SecondsPerDay);
        var turns = Gregorian.SecondsPerDay / common;
        var inverse = Arithmetic.Inverse(plan.Step / common, turns);
        var start = plan.Origin % Gregorian.SecondsPerDay;
        var first = new List<long>();
        for (var time = start % common; time < Gregorian.SecondsPerDay;)
        {
            var allowed = plan.Limits.Next((int)time);
            if (allowed == time)
                first.Add(plan.Origin + (Arithmetic.Mod((time - start) / common * inverse, turns) * plan.Step));
            if (first.Count > MostTimes)
                return null;
            time = Arithmetic.RoundUp(Math.Max(allowed, time + 1), time, common);
        }

        return new Alignment([.. first], turns * plan.Step);
    }

    /// <summary>The first meeting that is not before the given second.</summary>
    public long Next(long second)
    {
        var next = long.MaxValue;
        foreach (var first in _first)
            next = Math.Min(next, Arithmetic.RoundUp(second, first, _period));
        return next;
    }
}
