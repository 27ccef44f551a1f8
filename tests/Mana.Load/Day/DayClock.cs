using System.Diagnostics;

namespace Mana.Load.Day;

/// <summary>The simulated day on the clock of <see cref="Stopwatch"/>.</summary>
internal sealed class DayClock(TimeSpan length)
{
    public TimeSpan Length => length;

    public long Start { get; } = Stopwatch.GetTimestamp();

    public double Seconds => Stopwatch.GetElapsedTime(Start).TotalSeconds;

    public long Due(double hour) => Pace.After(Start, TimeSpan.FromSeconds(SecondsAt(hour)));

    public double SecondsAt(double hour) => hour / DayCurve.Hours * length.TotalSeconds;

    public double HourAt(double seconds) => seconds / length.TotalSeconds * DayCurve.Hours;
}
