namespace Mana.Load.Day;

/// <summary>The day in even pieces.</summary>
internal static class DayTimeline
{
    /// <summary>Five seconds a piece, but not less than forty pieces, nor pieces of less than half a second.</summary>
    public static int Pieces(TimeSpan length) => (int)Math.Clamp(length.TotalSeconds / 5, Math.Min(40, length.TotalSeconds * 2), 400);

    public static List<TimelinePoint> Of(DayClock clock, DayTally tally, IReadOnlyList<DayLook> looks, int planned)
    {
        var pieces = Pieces(clock.Length);
        var width = clock.Length.TotalSeconds / pieces;
        var samples = tally.Samples.ToLookup(sample => (int)(sample.At / width));
        var failures = tally.Failures.ToLookup(at => (int)(at / width));
        var points = new List<TimelinePoint>();
        for (var i = 0; i < pieces; i++)
        {
            var (from, to) = (i * width, (i + 1) * width);
            var hour = clock.HourAt((from + to) / 2);
            var asked = samples[i].Where(sample => sample.IsRequest).Select(sample => sample.Milliseconds).Order().ToArray();
            var (before, after) = (Last(looks, from + (width / 2)), Last(looks, to + (width / 2)));
            points.Add(new TimelinePoint(
                (from + to) / 120, hour, asked.Length / width, planned / clock.Length.TotalSeconds * DayCurve.At(hour),
                asked.Length == 0 ? null : RunResult.At(asked, 0.50), asked.Length == 0 ? null : RunResult.At(asked, 0.99), failures[i].Count(),
                before is { } b && after is { } a && a.At > b.At ? (a.CpuSeconds - b.CpuSeconds) / (a.At - b.At) * 100 : null, after?.MemoryMb, after?.Live ?? 0));
        }

        return points;
    }

    static DayLook? Last(IReadOnlyList<DayLook> looks, double at)
    {
        DayLook? last = null;
        foreach (var look in looks)
            if (look.At <= at)
                last = look;
        return last;
    }
}
