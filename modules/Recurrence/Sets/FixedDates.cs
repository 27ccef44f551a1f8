using Mana.Recurrence.Calendar;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Sets;

/// <summary>RDATE, and DTSTART where it is an instance of its own: sorted by instant, each once.</summary>
internal sealed class FixedDates
{
    readonly List<(long Instant, long Local, SeriesDuration? Duration, bool IsStart)> _dates = [];
    int _index = -1;

    public FixedDates(RecurrenceSet set, long from)
    {
        if (set.Rules.Count == 0 || set.StartPolicy == StartPolicy.AlwaysFirst)
            Add(set, new SeriesDate(set.Start.Civil), null, true, from);
        foreach (var date in set.RDates)
            Add(set, date.Start, date.Duration, false, from);
        // DTSTART before an RDATE of the same instant; a PERIOD before a date without a duration.
        _dates.Sort((a, b) => (a.Instant, !a.IsStart, a.Duration is null).CompareTo((b.Instant, !b.IsStart, b.Duration is null)));
        MoveNext();
    }

    public bool Exists => _index < _dates.Count;

    public long Instant => _dates[_index].Instant;

    public long Local => _dates[_index].Local;

    public SeriesDuration? Duration => _dates[_index].Duration;

    public bool IsStart => _dates[_index].IsStart;

    public void MoveNext()
    {
        do
            _index++;
        while (_index > 0 && Exists && _dates[_index].Instant == _dates[_index - 1].Instant);
    }

    void Add(RecurrenceSet set, SeriesDate date, SeriesDuration? duration, bool isStart, long from)
    {
        var instant = SetBounds.SecondOf(set, date, out var exists);
        if (instant < from || (!exists && set.Gap == GapPolicy.Skip))
            return;
        var local = date.Zone is null || date.Zone.Equals(set.Start.Zone) ? Gregorian.SecondOf(date.Civil) : SeriesClock.LocalOf(set.Start.Zone, instant);
        _dates.Add((instant, local, duration, isStart));
    }
}
