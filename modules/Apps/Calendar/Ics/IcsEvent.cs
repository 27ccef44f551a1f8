using Mana.Apps.Wire;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Calendar.Ics;

internal enum IcsTimeKind
{
    Date,
    Floating,
    Utc,
    Zoned,
}

/// <summary>A DATE or DATE-TIME as a calendar writes it. <paramref name="Zone"/> is known after the whole file was read.</summary>
internal sealed record IcsTime(LocalDateTime Civil, IcsTimeKind Kind, string? Tzid = null, DateTimeZone? Zone = null)
{
    public bool IsDate => Kind == IcsTimeKind.Date;

    /// <summary>Floating times and dates as if they were UTC.</summary>
    public Instant Instant => Civil.InZone(Zone ?? DateTimeZone.Utc, NodaTime.TimeZones.Resolvers.CreateMappingResolver(
        NodaTime.TimeZones.Resolvers.ReturnEarlier, NodaTime.TimeZones.Resolvers.ReturnForwardShifted)).ToInstant();

    public static IcsTime Date(LocalDate date) => new(date.AtMidnight(), IcsTimeKind.Date);

    public static IcsTime Utc(Instant instant) => new(instant.InUtc().LocalDateTime, IcsTimeKind.Utc);

    public static IcsTime Zoned(Instant instant, DateTimeZone zone) => new(instant.InZone(zone).LocalDateTime, IcsTimeKind.Zoned, zone.Id, zone);

    /// <summary>compute.md 9.3: dates as dates, UTC with <c>Z</c>, civil times without.</summary>
    public string Text => Kind switch
    {
        IcsTimeKind.Date => AppsJson.Text(Civil.Date),
        IcsTimeKind.Utc => AppsJson.Text(Civil) + "Z",
        _ => AppsJson.Text(Civil),
    };

    /// <summary>Later by days of the calendar and an exact time.</summary>
    public IcsTime Plus(SeriesDuration length)
    {
        var moved = this with { Civil = Civil.PlusDays(length.Days) };
        if (length.Time == Duration.Zero)
            return moved;
        return moved with { Civil = (moved.Instant + length.Time).InZone(Zone ?? DateTimeZone.Utc).LocalDateTime };
    }
}

internal sealed record IcsPerson(string? Name, string Email, string? PartStat);

/// <summary>When to be reminded: minutes before the start, or a moment.</summary>
internal sealed record IcsAlarm(int? MinutesBefore, Instant? Absolute, string Action);

/// <summary>One VEVENT, read or to be written.</summary>
internal sealed record IcsEvent
{
    public required string Uid { get; init; }

    public required IcsTime Start { get; init; }

    /// <summary>Exclusive for dates; there is always one.</summary>
    public required IcsTime End { get; init; }

    public string? Title { get; init; }

    public string? Description { get; init; }

    public string? Location { get; init; }

    /// <summary>Canonical, without a prefix.</summary>
    public string? Rule { get; init; }

    public IReadOnlyList<IcsTime> RDates { get; init; } = [];

    public IReadOnlyList<IcsTime> ExDates { get; init; } = [];

    public IcsTime? RecurrenceId { get; init; }

    public bool ThisAndFuture { get; init; }

    /// <summary>As DURATION gave it; null when DTEND did.</summary>
    public string? Duration { get; init; }

    public string? Status { get; init; }

    public string? Transparency { get; init; }

    public string? Visibility { get; init; }

    public IReadOnlyList<string> Categories { get; init; } = [];

    public string? Url { get; init; }

    public IcsPerson? Organizer { get; init; }

    public IReadOnlyList<IcsPerson> Attendees { get; init; } = [];

    public (double Latitude, double Longitude)? Geo { get; init; }

    public int Sequence { get; init; }

    public Instant? Stamp { get; init; }

    public Instant? LastModified { get; init; }

    public string? Color { get; init; }

    public IReadOnlyList<IcsAlarm> Alarms { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public string? RawStart { get; init; }

    public string? RawEnd { get; init; }

    public bool IsCancelled => Status == "CANCELLED";

    /// <summary>What makes two components the same one.</summary>
    public (string Uid, Instant? Instance) Key => (Uid, RecurrenceId?.Instant);
}

/// <summary>What a VCALENDAR says of itself.</summary>
internal sealed record IcsCalendar(string? Name, string? Color, string? Timezone, string? Description);
