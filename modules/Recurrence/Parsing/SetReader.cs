using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Parsing;

/// <summary>Reads the lines of a series into a set; DTSTART first, because everything else depends on its type.</summary>
internal sealed class SetReader(string text, RuleSyntax syntax, SeriesStart? start, IDateTimeZoneProvider zones)
{
    readonly List<RecurrenceWarning> _warnings = [];
    readonly List<RecurrenceRule> _rules = [];
    readonly List<RecurrenceRule> _exRules = [];
    readonly List<AdditionalDate> _rDates = [];
    readonly List<SeriesDate> _exDates = [];
    readonly ContentLines _lines = new(text.Length > RecurrenceText.Longest ? "" : text);
    SeriesStart? _start = start;
    SeriesDuration? _duration;
    LocalDateTime? _end;
    RecurrenceError? _error;

    public RecurrenceReading Read()
    {
        var lines = _lines.Lines.Select(line => ContentLine.Read(_lines.Text, line.From, line.To)).ToList();
        var read = Fits() && lines.Where(line => line.Name == "DTSTART").All(Start) && HasStart() && lines.All(Line) && Counts();
        return read
            ? new RecurrenceReading(new RecurrenceSet { Start = _start!, Rules = _rules, ExRules = _exRules, RDates = _rDates, ExDates = _exDates, Duration = Duration() }, null, _warnings)
            : new RecurrenceReading(null, _error, _warnings);
    }

    bool Fits() => text.Length <= RecurrenceText.Longest || Fail(RecurrenceErrorCode.TooLong, "", RecurrenceText.Longest, $"more than {RecurrenceText.Longest} characters");

    bool HasStart() => _start is not null || Fail(RecurrenceErrorCode.MissingStart, "DTSTART", 0, "DTSTART is required");

    bool Counts()
    {
        if (_rules.Count > RecurrenceText.MostRules || _exRules.Count > RecurrenceText.MostRules)
            return Fail(RecurrenceErrorCode.TooMany, "RRULE", 0, $"more than {RecurrenceText.MostRules} rules");
        return (_rDates.Count <= RecurrenceText.MostDates && _exDates.Count <= RecurrenceText.MostDates)
            || Fail(RecurrenceErrorCode.TooMany, "RDATE", 0, $"more than {RecurrenceText.MostDates} dates");
    }

    bool Line(ContentLine line) => line.Name switch
    {
        "DTSTART" => true,
        "RRULE" => Rule(line, _rules),
        "EXRULE" => Rule(line, _exRules),
        "RDATE" => Dates(line, true),
        "EXDATE" => Dates(line, false),
        "DURATION" => (_duration = DurationText.Read(line.Value)) is not null || Fail(RecurrenceErrorCode.BadDate, line.Name, line.ValuePosition, "DURATION is not a duration"),
        "DTEND" => End(line),
        _ => Warn("RRULE_UNKNOWN_PART", line.Position, $"property {Shown(line.Name)} ignored", syntax == RuleSyntax.Lenient)
            || Fail(RecurrenceErrorCode.UnknownProperty, "", line.Position, "unknown property"),
    };

    bool Start(ContentLine line)
    {
        if (!Date(line, line.Value, line.ValuePosition, out var kind, out var time) || !Zone(line, out var zone))
            return false;
        _start = kind == UntilKind.Date ? SeriesStart.Date(time.Date)
            : kind == UntilKind.Utc ? SeriesStart.Utc(time)
            : zone is not null ? SeriesStart.Zoned(time, zone)
            : SeriesStart.Floating(time);
        return true;
    }

    bool End(ContentLine line)
    {
        if (!Date(line, line.Value, line.ValuePosition, out _, out var time))
            return false;
        _end = time;
        return true;
    }

    /// <summary>DTEND means the same exact time for every instance (compute.md 6.6), a DATE whole days.</summary>
    SeriesDuration? Duration()
    {
        if (_end is not { } end)
            return _duration;
        if (_start!.Kind == StartKind.Date)
            return SeriesDuration.Nominal(Math.Max(1, Period.DaysBetween(_start.Civil.Date, end.Date)));
        var zone = _start.Zone ?? DateTimeZone.Utc;
        return SeriesDuration.Exact(NodaTime.Duration.Max(NodaTime.Duration.Zero, end.InZoneLeniently(zone).ToInstant() - _start.Civil.InZoneLeniently(zone).ToInstant()));
    }

    bool Rule(ContentLine line, List<RecurrenceRule> rules)
    {
        if (!RecurrenceRule.TryParse(line.Value, syntax, _start!.Kind, out var rule, out var error))
        {
            _error = error with { Position = _lines.OriginOf(line.ValuePosition + error.Position) };
            return false;
        }

        _warnings.AddRange(rule.Warnings.Select(warning => warning with { Position = _lines.OriginOf(line.ValuePosition + warning.Position) }));
        rules.Add(rule);
        return true;
    }

    bool Dates(ContentLine line, bool additional)
    {
        if (!Zone(line, out var zone))
            return false;
        var position = line.ValuePosition;
        foreach (var value in line.Value.Split(','))
        {
            var slash = additional ? value.IndexOf('/') : -1;
            if (!Date(line, slash < 0 ? value : value[..slash], position, out var kind, out var time))
                return false;
            var date = new SeriesDate(time, kind == UntilKind.Utc ? DateTimeZone.Utc : zone, kind == UntilKind.Date);
            if (!additional)
                _exDates.Add(date);
            else if (slash < 0)
                _rDates.Add(new AdditionalDate(date));
            else if (Length(value[(slash + 1)..], time) is { } length)
                _rDates.Add(new AdditionalDate(date, length));
            else
                return Fail(RecurrenceErrorCode.BadDate, line.Name, position + slash + 1, "neither an end nor a duration");
            position += value.Length + 1;
        }

        return true;
    }

    /// <summary>The second half of a PERIOD (RFC 5545 3.3.9).</summary>
    static SeriesDuration? Length(string text, LocalDateTime start) =>
        DurationText.Read(text) ?? (DateText.Read(text, out _, out var end) == DateText.Outcome.Read && end >= start
            ? SeriesDuration.Exact(end.InUtc().ToInstant() - start.InUtc().ToInstant())
            : null);

    bool Date(ContentLine line, string value, int position, out UntilKind kind, out LocalDateTime time) =>
        DateText.Read(value.Trim(), out kind, out time) == DateText.Outcome.Read || Fail(RecurrenceErrorCode.BadDate, line.Name, position, $"{line.Name} is not a date or time");

    bool Zone(ContentLine line, out DateTimeZone? zone)
    {
        zone = line.ZoneId is null ? null : ZoneNames.Find(line.ZoneId, zones);
        return line.ZoneId is null || zone is not null
            || Warn("TZID_UNKNOWN", line.Position, $"unknown zone {Shown(line.ZoneId)}; read as floating time", syntax == RuleSyntax.Lenient)
            || Fail(RecurrenceErrorCode.UnknownZone, line.Name, line.Position, $"unknown zone {Shown(line.ZoneId)}");
    }

    bool Warn(string code, int position, string message, bool tolerated)
    {
        if (tolerated)
            _warnings.Add(new RecurrenceWarning(code, _lines.OriginOf(position), message));
        return tolerated;
    }

    bool Fail(RecurrenceErrorCode code, string part, int position, string message)
    {
        _error = new RecurrenceError(code, part, _lines.OriginOf(position), 0, message);
        return false;
    }

    static string Shown(string name) => name.Length > 60 ? name[..60] + "…" : name;
}
