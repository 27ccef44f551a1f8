using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>DTSTART (RFC 5545 3.8.2.4): a civil time, and the zone that turns it into an instant. Years 1 to 9999; seconds are whole.</summary>
public sealed record SeriesStart
{
    SeriesStart(LocalDateTime civil, StartKind kind, DateTimeZone? zone)
    {
        if (civil.Year < 1)
            throw new ArgumentOutOfRangeException(nameof(civil), civil, "The calendar starts with the year 1.");
        (Civil, Kind, Zone) = (civil, kind, zone);
    }

    public LocalDateTime Civil { get; }

    public StartKind Kind { get; }

    /// <summary>Null for a DATE and for floating time; both are shown as if they were UTC.</summary>
    public DateTimeZone? Zone { get; }

    public static SeriesStart Date(LocalDate date) => new(date.AtMidnight(), StartKind.Date, null);

    public static SeriesStart Floating(LocalDateTime time) => new(Whole(time), StartKind.Floating, null);

    public static SeriesStart Utc(LocalDateTime time) => new(Whole(time), StartKind.Utc, DateTimeZone.Utc);

    public static SeriesStart Zoned(LocalDateTime time, DateTimeZone zone) => new(Whole(time), zone == DateTimeZone.Utc ? StartKind.Utc : StartKind.Zoned, zone);

    public static SeriesStart Fixed(OffsetDateTime time) => new(Whole(time.LocalDateTime), StartKind.FixedOffset, DateTimeZone.ForOffset(time.Offset));

    /// <summary>Rules count in seconds.</summary>
    static LocalDateTime Whole(LocalDateTime time) => time.PlusNanoseconds(-time.NanosecondOfSecond);
}

/// <summary>
/// One date of RDATE, EXDATE or RECURRENCE-ID. Without a zone it is in that of the series; <paramref name="IsDate"/> is VALUE=DATE.
/// </summary>
public readonly record struct SeriesDate(LocalDateTime Civil, DateTimeZone? Zone = null, bool IsDate = false)
{
    public static SeriesDate At(Instant instant) => new(instant.InUtc().LocalDateTime, DateTimeZone.Utc);

    public static SeriesDate Day(LocalDate date) => new(date.AtMidnight(), null, true);
}
