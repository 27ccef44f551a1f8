using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Recurrence;

/// <summary>What the routes of compute.md 6.11 have in common: a rule or lines of a series, and what belongs to it.</summary>
/// <param name="Zone">Of the request; null: none was named.</param>
internal sealed record SeriesRequest(RecurrenceSet Set, DateTimeZone? Zone, IReadOnlyList<RecurrenceWarning> Warnings)
{
    const int MostDates = RecurrenceText.MostDates;

    public bool IsFloating => Set.Start.Kind == StartKind.Floating;

    /// <summary>Where civil times of the request are.</summary>
    public DateTimeZone? SeriesZone => Set.Start.Zone ?? Zone;

    /// <summary>Whether a text may be looked at: neither missing nor larger than compute.md 6.5 allows.</summary>
    public static bool Fits(string rule) => rule.Length <= RecurrenceOptions.Longest || (rule.Length <= RecurrenceText.Longest && (rule.Contains('\n', StringComparison.Ordinal) || rule.Contains("\\n", StringComparison.Ordinal)));

    /// <summary>Reads <c>tzid</c>, <c>dtstart</c>, dates, rules, overrides and policies around the rule.</summary>
    /// <param name="anchor">DTSTART where nothing names one.</param>
    public static (SeriesRequest? Request, ApiError? Refused) Read(BodyFields fields, string rule, Func<DateTimeZone?, SeriesStart?> anchor)
    {
        DateTimeZone? zone = null;
        if (fields.Text("tzid", 100) is { Length: > 0 } tzid && (zone = TimeZones.Find(tzid)) is null)
            return (null, new ApiError(400, "TZID_UNKNOWN", $"Unknown time zone: {tzid}"));
        var warnings = new List<RecurrenceWarning>();
        SeriesStart? start;
        if (fields.Has("dtstart"))
        {
            if (When.Read(fields.AnyText("dtstart")) is not { } when)
                return (null, new ApiError(400, "INVALID_DTSTART", "dtstart is neither a date nor a time"));
            start = StartOf(when, zone, warnings);
        }
        else
        {
            start = anchor(zone);
        }

        var reading = RecurrenceText.Read(rule.Trim(), RuleSyntax.Strict, start, DateTimeZoneProviders.Tzdb);
        if (reading.Set is not { } set)
            return (null, Refused(reading.Error!));
        warnings.AddRange(reading.Warnings);
        set = With(set, fields);
        var (exRules, refused) = ExRules(fields, set);
        if (refused is not null)
            return (null, refused);
        set = set with { ExRules = [.. set.ExRules, .. exRules] };
        if (set.ExDates.Count > MostDates || set.RDates.Count > MostDates || set.ExRules.Count > RecurrenceText.MostRules)
            fields.Fail("exdates", $"and rdates hold more than {MostDates} dates, or exrules more than {RecurrenceText.MostRules} rules");
        return fields.Problem is { } problem ? (null, problem) : (new SeriesRequest(set, zone, warnings), null);
    }

    public static ApiError Refused(RecurrenceError error) => new(400, error.WireCode, "Invalid RRULE: " + error.Message)
    {
        Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["part"] = error.Part, ["position"] = error.Position, ["length"] = error.Length },
    };

    /// <summary>An offset without a zone makes a series that never changes its clocks; whoever sends it should know.</summary>
    public static SeriesStart StartOf(When when, DateTimeZone? zone, List<RecurrenceWarning> warnings)
    {
        if (when.IsDate)
            return SeriesStart.Date(when.Civil.Date);
        if (when.Offset is not { } offset)
            return zone is null ? SeriesStart.Floating(when.Civil) : SeriesStart.Zoned(when.Civil, zone);
        if (zone is not null)
            return SeriesStart.Zoned(when.In(zone).InZone(zone).LocalDateTime, zone);
        if (offset == Offset.Zero)
            return SeriesStart.Utc(when.Civil);
        warnings.Add(new RecurrenceWarning("FIXED_OFFSET_SERIES", 0, "dtstart has an offset and no tzid: the series stays at that offset"));
        return SeriesStart.Fixed(when.Civil.WithOffset(offset));
    }

    static RecurrenceSet With(RecurrenceSet set, BodyFields fields)
    {
        var overrides = fields.Objects("overrides", MostDates);
        return set with
        {
            ExDates = [.. set.ExDates, .. Dates(fields, "exdates")],
            RDates = [.. set.RDates, .. Dates(fields, "rdates").Select(date => new AdditionalDate(date))],
            Overrides = overrides.Length == 0 ? set.Overrides : [.. set.Overrides, .. overrides.Select(change => Override(change, set.Start.Zone)).OfType<OccurrenceOverride>()],
            Duration = LengthOf(set, fields) ?? set.Duration,
            StartPolicy = fields.Choice("startPolicy", "matching", "always") == "always" ? StartPolicy.AlwaysFirst : StartPolicy.MatchingOnly,
            Gap = fields.Choice("gap", "shift", "skip") == "skip" ? GapPolicy.Skip : GapPolicy.ShiftForward,
            Overlap = fields.Choice("overlap", "first", "second") == "second" ? OverlapPolicy.Second : OverlapPolicy.First,
        };
    }

    static (IReadOnlyList<RecurrenceRule> Rules, ApiError? Refused) ExRules(BodyFields fields, RecurrenceSet set)
    {
        var rules = new List<RecurrenceRule>();
        foreach (var text in fields.Texts("exrules", RecurrenceText.MostRules, RecurrenceOptions.Longest))
            if (RecurrenceRule.TryParse(text, RuleSyntax.Strict, set.Start.Kind, out var rule, out var error))
                rules.Add(rule);
            else
                return ([], Refused(error));
        return (rules, null);
    }

    static IEnumerable<SeriesDate> Dates(BodyFields fields, string name)
    {
        foreach (var text in fields.Texts(name, MostDates, 40))
            if (When.Read(text) is { } when)
                yield return DateOf(when);
            else
                fields.Fail(name, "holds something that is neither a date nor a time");
    }

    public static SeriesDate DateOf(When when) =>
        when.IsDate ? SeriesDate.Day(when.Civil.Date) : when.Offset is not null ? SeriesDate.At(when.In(null)) : new SeriesDate(when.Civil);

    static OccurrenceOverride? Override(BodyFields fields, DateTimeZone? zone)
    {
        if (When.Read(fields.Text("recurrenceId", 40)) is not { } id)
        {
            fields.Fail("overrides.recurrenceId", "is neither a date nor a time");
            return null;
        }

        var (start, end) = (Optional(fields, "start"), Optional(fields, "end"));
        if (end?.In(zone) < (start ?? id).In(zone))
            fields.Fail("overrides.end", "lies before its start");
        return new OccurrenceOverride(DateOf(id))
        {
            Start = start is { } moved ? DateOf(moved) : null,
            Duration = end is { } until ? LengthOf(start ?? id, until, zone) : null,
            Cancelled = fields.Flag("cancelled") ?? false,
            ThisAndFuture = fields.Flag("thisAndFuture") ?? false,
        };
    }

    static When? Optional(BodyFields fields, string name)
    {
        if (fields.Text(name, 40) is not { } text)
            return null;
        if (When.Read(text) is { } when)
            return when;
        fields.Fail(name, "is neither a date nor a time");
        return null;
    }

    static SeriesDuration? LengthOf(RecurrenceSet set, BodyFields fields)
    {
        if (Optional(fields, "end") is { } end)
        {
            var (zone, start) = (set.Start.Zone, set.Start);
            var from = new When(start.Civil, null, start.Kind == StartKind.Date);
            if (end.In(zone) >= from.In(zone))
                return LengthOf(from, end, zone);
            fields.Fail("end", "lies before dtstart");
            return null;
        }

        if (fields.Text("duration", 60) is not { } text)
            return null;
        if (IsoDuration.Read(text) is { } duration)
            return duration;
        fields.Fail("duration", "is no ISO 8601 duration of weeks, days and times");
        return null;
    }

    /// <summary>Days of dates, exact time of times (compute.md 6.6).</summary>
    static SeriesDuration LengthOf(When from, When to, DateTimeZone? zone) => from.IsDate && to.IsDate
        ? SeriesDuration.Nominal(Period.DaysBetween(from.Civil.Date, to.Civil.Date))
        : SeriesDuration.Exact(to.In(zone) - from.In(zone));
}
