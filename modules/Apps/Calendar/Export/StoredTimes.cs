using System.Text.Json.Nodes;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Recurrence;
using Mana.Apps.Wire;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Calendar.Export;

/// <summary>Times of stored events. Clients keep instants; what is repeated or has a zone is shown at that zone's clock, so that it does not drift (compute.md 9.4).</summary>
internal static class StoredTimes
{
    public static IcsTime? Start(string? text, bool allDay, DateTimeZone? zone)
    {
        if (When.Read(text) is not { } when)
            return null;
        if (allDay || when.IsDate)
            return IcsTime.Date(when.Offset is not null && zone is not null ? when.In(zone).InZone(zone).Date : when.Civil.Date);
        return Placed(when, zone);
    }

    /// <summary>The end of dates is the day behind the last one, whether the client wrote that day or the end of the last.</summary>
    public static IcsTime End(string? text, IcsTime start, DateTimeZone? zone)
    {
        if (When.Read(text) is not { } when)
            return start.IsDate ? Later(start, 1) : start;
        if (!start.IsDate)
            return Placed(when, zone) is var end && end.Instant > start.Instant ? end : start;
        var local = when.Offset is not null && zone is not null ? when.In(zone).InZone(zone).LocalDateTime : when.Civil;
        var day = local.TimeOfDay == LocalTime.Midnight ? IcsTime.Date(local.Date) : Later(IcsTime.Date(local.Date), 1);
        return day.Civil > start.Civil ? day : Later(start, 1);
    }

    /// <summary>Without the prefixes that older exports doubled; null when it is no rule.</summary>
    public static string? Rule(string text)
    {
        while (text.StartsWith("RRULE:", StringComparison.OrdinalIgnoreCase))
            text = text["RRULE:".Length..];
        return RecurrenceRule.TryParse(text, RuleSyntax.Lenient, null, out var rule, out _) ? rule.ToString() : null;
    }

    public static IReadOnlyList<IcsTime> Dates(JsonArray? dates, IcsTime start) => dates is null ? [] :
        [.. dates.Select(date => When.Read(RecordText.Of(date))).OfType<When>().Select(when => Like(when, start))];

    /// <summary>RECURRENCE-ID: as it was imported, or the day of the instance at the time of its series.</summary>
    public static IcsTime? Original(JsonObject block, IcsTime start, JsonObject? series)
    {
        if (When.Read(StoredEvent.Text(block, "recurrenceId")) is { } exact)
            return Like(exact, start);
        if (When.Read(StoredEvent.Text(block, "recurrenceDate")) is not { } day)
            return null;
        if (start.IsDate)
            return IcsTime.Date(day.Civil.Date);
        var time = series is not null && When.Read(StoredEvent.Text(series, "startDate")) is { } first ? Like(first, start).Civil.TimeOfDay : start.Civil.TimeOfDay;
        return start with { Civil = day.Civil.Date + time };
    }

    /// <summary>In the form of the series' own start.</summary>
    static IcsTime Like(When when, IcsTime start) => start.Kind switch
    {
        IcsTimeKind.Date => IcsTime.Date(when.Civil.Date),
        IcsTimeKind.Zoned => IcsTime.Zoned(when.In(start.Zone), start.Zone!),
        IcsTimeKind.Utc => IcsTime.Utc(when.In(null)),
        _ => new IcsTime(when.Civil, IcsTimeKind.Floating),
    };

    static IcsTime Placed(When when, DateTimeZone? zone) => zone is not null && zone != DateTimeZone.Utc ? IcsTime.Zoned(when.In(zone), zone)
        : when.Offset is not null ? IcsTime.Utc(when.In(null)) : new IcsTime(when.Civil, IcsTimeKind.Floating);

    static IcsTime Later(IcsTime date, int days) => date with { Civil = date.Civil.PlusDays(days) };
}
