using NodaTime;
using NodaTime.Text;

namespace Mana.Apps.Recurrence;

/// <summary>A point in time as clients write it: a date, a civil time, or a civil time with its offset.</summary>
/// <param name="Offset">Null without one; then the zone of the series decides.</param>
internal readonly record struct When(LocalDateTime Civil, Offset? Offset, bool IsDate)
{
    static readonly IPattern<LocalDateTime>[] Locals =
    [
        LocalDateTimePattern.ExtendedIso, LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss"),
    ];

    static readonly IPattern<OffsetDateTime>[] WithOffset =
    [
        OffsetDateTimePattern.ExtendedIso, OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mmo<Z+HH:mm>"),
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss'Z'"),
    ];

    static readonly IPattern<LocalDate>[] Dates = [LocalDatePattern.Iso, LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd")];

    /// <summary>ISO 8601 or the basic form of iCalendar; null for anything else, and for years outside 1 to 9999.</summary>
    public static When? Read(string? text)
    {
        if (text is null || text.Length is < 8 or > 40)
            return null;
        When? found;
        if (!text.Contains('T', StringComparison.Ordinal))
            found = Parse(Dates, text) is { } date ? new When(date.AtMidnight(), null, true) : null;
        else if (text.EndsWith('Z') || text.AsSpan(10).IndexOfAny('+', '-') > 0)
            found = Parse(WithOffset, text) is { } time ? new When(time.LocalDateTime, time.Offset, false) : null;
        else
            found = Parse(Locals, text) is { } local ? new When(local, null, false) : null;
        return found is { Civil.Year: >= 1 } ? found : null;
    }

    /// <summary>For a civil time the zone, for a date its first moment.</summary>
    public Instant In(DateTimeZone? zone) => Offset is { } offset ? Civil.WithOffset(offset).ToInstant()
        : IsDate ? (zone ?? DateTimeZone.Utc).AtStartOfDay(Civil.Date).ToInstant()
        : Civil.InZoneLeniently(zone ?? DateTimeZone.Utc).ToInstant();

    /// <summary>The last moment that is meant: of a date its whole day.</summary>
    public Instant EndIn(DateTimeZone? zone) => IsDate && Civil.Date < LocalDate.MaxIsoValue
        ? (zone ?? DateTimeZone.Utc).AtStartOfDay(Civil.Date.PlusDays(1)).ToInstant() - Duration.Epsilon
        : In(zone);

    static T? Parse<T>(IPattern<T>[] patterns, string text)
        where T : struct
    {
        foreach (var pattern in patterns)
            if (pattern.Parse(text) is { Success: true } result)
                return result.Value;
        return null;
    }
}
