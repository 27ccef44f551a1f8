using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Sets;

/// <summary>EXDATE (RFC 5545 3.8.5.1): by instant, or by civil day when a DATE stands against times (compute.md 6.6).</summary>
internal sealed class Exclusions
{
    readonly HashSet<long> _instants = [];
    readonly HashSet<long> _days = [];

    public Exclusions(RecurrenceSet set)
    {
        foreach (var date in set.ExDates)
            if (date.IsDate)
                _days.Add(Gregorian.DayOf(date.Civil.Date));
            else
                _instants.Add(SetBounds.SecondOf(set, date, out _));
    }

    public bool Hold(long instant, long local) =>
        (_instants.Count > 0 && _instants.Contains(instant)) || (_days.Count > 0 && _days.Contains(local / Gregorian.SecondsPerDay));
}
