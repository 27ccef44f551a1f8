using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>
/// How long every instance lasts (RFC 5545 3.8.2.5 and 3.8.5.3): from DTEND the same exact time, from DURATION weeks and days of the calendar and the
/// rest exact.
/// </summary>
public readonly record struct SeriesDuration(int Days, Duration Time)
{
    /// <summary>From DTEND: seven hours stay seven hours across a change of the clocks.</summary>
    public static SeriesDuration Exact(Duration time) => new(0, time);

    /// <summary>From DURATION: a day ends at the same civil time, however many hours it has.</summary>
    public static SeriesDuration Nominal(int days, Duration time = default) => new(days, time);
}
