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
            var (before, after) = (At(looks, from), At(looks, to));
            points.Add(new TimelinePoint(
                (from + to) / 120, hour, asked.Length / width, planned / clock.Length.TotalSeconds * DayCurve.At(hour),
                asked.Length == 0 ? null : RunResult.At(asked, 0.50), asked.Length == 0 ? null : RunResult.At(asked, 0.99), failures[i].Count(),
                (after?.CpuSeconds - before?.CpuSeconds) / width * 100, after?.MemoryMb, after?.Live ?? 0));
        }

        return points;
    }

    /// <summary>Between the looks before and after a moment: they are late when the host or this program is busy. Null before the first and after the last.</summary>
    static DayLook? At(IReadOnlyList<DayLook> looks, double at)
    {
        for (var i = 1; i < looks.Count; i++)
            if (looks[i - 1].At <= Math.Max(at, looks[0].At) && looks[i].At >= at)
            {
                var (left, right) = (looks[i - 1], looks[i]);
                var share = right.At > left.At ? Math.Clamp((at - left.At) / (right.At - left.At), 0, 1) : 0;
                return new DayLook(at, left.CpuSeconds + ((right.CpuSeconds - left.CpuSeconds) * share), left.MemoryMb + ((right.MemoryMb - left.MemoryMb) * share), left.Live);
            }

        return null;
    }
}
