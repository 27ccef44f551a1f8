using System.Text.Json;
using Mana.Recurrence.Contracts;
using NodaTime;
using NodaTime.Text;

namespace Mana.Load.Recurrence;

/// <summary>One line of the shared benchmark: how often it can be answered in a second, parsing included.</summary>
internal sealed class WorkloadOp
{
    static readonly LocalDateTimePattern Compact = LocalDateTimePattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss");

    readonly string _rule;
    readonly string[] _rules;
    readonly LocalDateTime _start;
    readonly int _take;
    readonly DateTimeZone? _zone;
    readonly LocalDateTime _from;
    readonly LocalDateTime? _before;

    // What an op finds is written down, not only looked at.
    readonly LocalDateTime[] _found = new LocalDateTime[4_096];
    readonly Instant[] _instants = new Instant[512];

    public WorkloadOp(JsonElement op)
    {
        Id = op.GetProperty("id").GetString()!;
        Group = op.GetProperty("group").GetString()!;
        Kind = op.GetProperty("op").GetString()!;
        _rule = op.GetProperty("rrule").GetString()!;
        _start = Time("dtstart") ?? default;
        _take = op.TryGetProperty("n", out var n) ? n.GetInt32() : 1;
        _from = Time("after") ?? Time("from") ?? _start;
        _before = Time("to");
        _zone = op.TryGetProperty("tzid", out var zone) ? DateTimeZoneProviders.Tzdb[zone.GetString()!] : null;
        _rules = op.TryGetProperty("rrules", out var rules) ? [.. rules.EnumerateArray().Select(rule => rule.GetString()!)] : [];

        LocalDateTime? Time(string name) => op.TryGetProperty(name, out var text) ? Compact.Parse(text.GetString()!).Value : null;
    }

    public string Id { get; }

    public string Group { get; }

    public string Kind { get; }

    public string Rule => _rule;

    /// <summary>Answers once; returns how many instances there were.</summary>
    public int Run()
    {
        var count = 0;
        switch (Kind)
        {
            case "parse":
                foreach (var text in _rules)
                    count += Parse(text).Interval > 0 ? 1 : 0;
                return count;
            case "take_zoned":
                foreach (var instant in Parse(_rule).Expand(_start, _zone!))
                {
                    _instants[count++] = instant;
                    if (count == _take)
                        break;
                }

                return count;
            case "take":
                foreach (var time in Parse(_rule).Expand(_start))
                {
                    _found[count++] = time;
                    if (count == _take)
                        break;
                }

                return count;
            case "next":
                foreach (var time in Parse(_rule).Expand(_start, _from))
                {
                    _found[0] = time;
                    return 1;
                }

                return 0;
            default:
                foreach (var time in Parse(_rule).Expand(_start, _from, _before))
                    _found[count++] = time;
                return count;
        }
    }

    /// <summary>Count, and the sum of all instances as seconds since the year 1: what the stored answer holds.</summary>
    public (int Count, long Sum) Answer()
    {
        var count = Run();
        var zero = new LocalDateTime(1, 1, 1, 0, 0);
        return (count, Kind switch
        {
            "parse" => 0,
            "take_zoned" => _instants.Take(count).Sum(instant => Seconds(instant.InUtc().LocalDateTime)),
            _ => _found.Take(count).Sum(Seconds),
        });

        long Seconds(LocalDateTime time) => Period.Between(zero, time, PeriodUnits.Seconds).Seconds;
    }

    static RecurrenceRule Parse(string text) => RecurrenceRule.TryParse(text, out var rule, out var error) ? rule : throw new LoadProblem($"{text}: {error}");
}
