using System.Collections.Frozen;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Preferences;
using Mana.Apps.Reminders.Sources;
using Mana.Recurrence.Contracts;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;

namespace Mana.Apps.Reminders.Firing;

/// <summary>One time at which a rule fires.</summary>
internal readonly record struct PlannedFiring(string Key, Instant AnchorAt, Instant FireAt);

/// <summary>When a rule fires, from what its record says (compute.md 8.6). Pure.</summary>
internal sealed class FirePlan(IRecurrenceExpander expander)
{
    /// <summary>Of a series: the next two, or all of two days, whichever is more.</summary>
    const int Fewest = 2;
    const int Most = 100;
    const long Work = 200_000;
    static readonly Duration Horizon = Duration.FromHours(48);

    /// <summary>A civil offset of a day is 23 to 25 hours, a day has no zone: so much the window is wider than what is asked for.</summary>
    static readonly Duration Slack = Duration.FromHours(50);
    static readonly LocalDateTimePattern KeyPattern = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss");
    static readonly ZoneLocalMappingResolver Resolver = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    /// <summary>A single anchor always, in the past too; of a series those that fire at <paramref name="from"/> or later, ascending.</summary>
    /// <param name="settled">Keys that are over, or were dismissed: they are planned, and do not count as ones that are to come.</param>
    public IReadOnlyList<PlannedFiring> Of(ReminderRule rule, SourceFacts facts, PersonalSettings person, Instant from, IReadOnlySet<string>? settled = null)
    {
        if (!facts.Active)
            return [];
        if (rule.Anchor == RuleAnchor.Absolute)
            return rule.AtUtc is { } at ? [new PlannedFiring("", Instant.FromDateTimeOffset(at), Instant.FromDateTimeOffset(at))] : [];
        var zone = Zones.Find(rule.Tzid) ?? Zones.Find(facts.ZoneId) ?? person.Zone;
        return facts.Anchor switch
        {
            null => [],
            Anchor.Series series => [.. OfSeries(rule, new PlacedSeries(series, Zones.Find(facts.ZoneId), zone), zone, person, from, settled ?? FrozenSet<string>.Empty)],
            var single => [Firing(rule, "", Resolve(single, zone, person), zone)],
        };
    }

    IEnumerable<PlannedFiring> OfSeries(ReminderRule rule, PlacedSeries series, DateTimeZone zone, PersonalSettings person, Instant from, IReadOnlySet<string> settled)
    {
        var moved = series.Exceptions.Where(exception => exception.Value.Moved is not null)
            .Select(exception => Firing(rule, Key(exception.Key + series.Start.TimeOfDay), Resolve(exception.Value.Moved!, zone, person), zone));
        var added = series.Added.Where(date => !series.LeavesOut(date)).Select(date => Firing(rule, Key(date), AnchorOf(series, date, zone, person), zone));
        var ruled = Occurrences(rule, series, zone, person, from);
        // Few exceptions, at most a hundred instances besides what is settled: sorted in memory.
        var open = 0;
        foreach (var firing in moved.Concat(added).Concat(ruled.Take(Most + settled.Count)).Where(firing => firing.FireAt >= from).DistinctBy(firing => firing.Key).OrderBy(firing => firing.FireAt))
        {
            if (open == Most || (open >= Fewest && firing.FireAt > from + Horizon))
                yield break;
            if (!settled.Contains(firing.Key))
                open++;
            yield return firing;
        }
    }

    IEnumerable<PlannedFiring> Occurrences(ReminderRule rule, PlacedSeries series, DateTimeZone zone, PersonalSettings person, Instant from)
    {
        var start = series.AllDay ? SeriesStart.Date(series.Start.Date) : SeriesStart.Zoned(series.Start, series.Zone);
        if (RecurrenceText.Read(series.Rule, RuleSyntax.Lenient, start, DateTimeZoneProviders.Tzdb).Set is not { } set)
            yield break;
        var offset = rule.DaysBefore is { } days ? Duration.FromDays(days) : Duration.FromMinutes(rule.MinutesBefore ?? 0);
        foreach (var occurrence in expander.Expand(set with { StartPolicy = StartPolicy.AlwaysFirst }, new OccurrenceWindow(From: from + offset - Slack), new WorkBudget(Work)))
        {
            if (series.LeavesOut(occurrence.Id.Civil))
                continue;
            var anchor = series.AllDay ? AnchorOf(series, occurrence.StartCivil, zone, person) : occurrence.StartUtc;
            if (Firing(rule, Key(occurrence.Id.Civil), anchor, zone) is var firing && firing.FireAt >= from)
                yield return firing;
        }
    }

    static Instant AnchorOf(PlacedSeries series, LocalDateTime start, DateTimeZone zone, PersonalSettings person) =>
        series.AllDay ? Resolve(new Anchor.Day(start.Date), zone, person) : series.Zone.ResolveLocal(start, Resolver).ToInstant();

    static PlannedFiring Firing(ReminderRule rule, string key, Instant anchor, DateTimeZone zone)
    {
        if (rule.DaysBefore is not { } days)
            return new PlannedFiring(key, anchor, anchor - Duration.FromMinutes(rule.MinutesBefore ?? 0));
        var civil = anchor.InZone(zone).LocalDateTime.PlusDays(-days);
        if (rule.AtLocalTime is { } time)
            civil = civil.Date + LocalTime.FromTimeOnly(time);
        return new PlannedFiring(key, anchor, zone.ResolveLocal(civil, Resolver).ToInstant());
    }

    static Instant Resolve(Anchor single, DateTimeZone zone, PersonalSettings person) => single switch
    {
        Anchor.At at => at.Instant,
        Anchor.Civil civil => zone.ResolveLocal(civil.Time, Resolver).ToInstant(),
        Anchor.Day day => zone.ResolveLocal(day.Date + person.AllDayTime, Resolver).ToInstant(),
        _ => throw new ArgumentException("A series has many.", nameof(single)),
    };

    static string Key(LocalDateTime original) => KeyPattern.Format(original);
}

/// <summary>
/// A series on the clock that it is repeated by: its record's zone, or that of who is reminded. A day that is stored as an instant is one of the record's zone, or of UTC.
/// </summary>
internal sealed class PlacedSeries
{
    readonly DateTimeZone _days;
    readonly IReadOnlySet<LocalDateTime> _left;
    readonly IReadOnlySet<LocalDate> _leftDays;

    public PlacedSeries(Anchor.Series series, DateTimeZone? own, DateTimeZone reader)
    {
        (Zone, _days, AllDay, Rule, Exceptions) = (own ?? reader, own ?? DateTimeZone.Utc, series.AllDay, series.Rule, series.Exceptions);
        Start = Civil(series.First);
        Added = [.. series.Added.Select(Civil).Distinct()];
        _left = series.Left.Select(Civil).ToHashSet();
        // A date without a time leaves out whatever begins on it.
        _leftDays = series.Left.OfType<Anchor.Day>().Select(day => day.Date).ToHashSet();
    }

    public LocalDateTime Start { get; }

    public DateTimeZone Zone { get; }

    public bool AllDay { get; }

    public string Rule { get; }

    public IReadOnlyDictionary<LocalDate, Anchor.Exception> Exceptions { get; }

    public IReadOnlyList<LocalDateTime> Added { get; }

    public bool LeavesOut(LocalDateTime start) => _left.Contains(start) || _leftDays.Contains(start.Date) || Exceptions.ContainsKey(start.Date);

    LocalDateTime Civil(Anchor anchor) => anchor switch
    {
        Anchor.Day day => day.Date.AtMidnight(),
        Anchor.Civil civil => AllDay ? civil.Time.Date.AtMidnight() : civil.Time,
        Anchor.At at => AllDay ? at.Instant.InZone(_days).Date.AtMidnight() : at.Instant.InZone(Zone).LocalDateTime,
        _ => throw new ArgumentException("A series has no one start.", nameof(anchor)),
    };
}

/// <summary>What a rule counts from.</summary>
internal static class RuleAnchor
{
    public const string Due = "due";
    public const string Start = "start";
    public const string Absolute = "absolute";
}
