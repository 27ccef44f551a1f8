using Mana.Recurrence.Contracts;
using NodaTime;
using Quartz;

namespace Mana.Recurrence.Tests.Sweep;

/// <summary>
/// A second opinion that nobody here wrote: Quartz' RRULE trigger, on what it supports, asked for a few instances.
/// </summary>
internal static class QuartzOpinion
{
    public const int Instances = 6;

    /// <summary>What Quartz reads otherwise, each with the sentence that speaks against it: the README's "Second opinion".</summary>
    static readonly (string Reason, Func<RecurrenceRule, LocalDateTime, bool> Holds)[] Differs =
    [
        ("MINUTELY and SECONDLY are walked, for too long", (rule, _) => rule.Frequency < Frequency.Hourly),
        ("a day that the month lacks becomes its last day, without SKIP", (rule, start) => start.Day > 28 && rule.Frequency >= Frequency.Monthly && rule.ByDay.Count + rule.ByMonthDay.Count + rule.ByYearDay.Count == 0),
        ("BYWEEKNO gives every year a week 53, and ends weeks with the calendar year", (rule, _) => rule.ByWeekNo.Count > 0),
        ("BYYEARDAY limits nothing below YEARLY", (rule, _) => rule.ByYearDay.Count > 0 && rule.Frequency < Frequency.Yearly),
        ("BYYEARDAY adds to the other parts instead of limiting them", (rule, _) => rule.ByYearDay.Count > 0 && rule.ByDay.Count + rule.ByMonthDay.Count + rule.ByMonth.Count > 0),
        ("YEARLY with BYDAY and without BYMONTH stays in the month of DTSTART", (rule, _) => rule.Frequency == Frequency.Yearly && rule.ByDay.Count > 0 && rule.ByMonth.Count == 0),
        ("an ordinal is forgotten beside BYMONTHDAY", (rule, _) => rule.ByMonthDay.Count > 0 && rule.ByDay.Any(day => day.Ordinal != 0)),
    ];

    public static bool Covers(RecurrenceRule rule, LocalDateTime start) => !Array.Exists(Differs, known => known.Holds(rule, start));

    /// <summary>Null when Quartz does not accept the rule.</summary>
    public static List<LocalDateTime>? Instants(string rule, LocalDateTime start)
    {
        try
        {
            var from = new DateTimeOffset(start.ToDateTimeUnspecified(), TimeSpan.Zero);
            var trigger = TriggerBuilder.Create().StartAt(from).WithRecurrenceSchedule(rule, schedule => schedule.InTimeZone(TimeZoneInfo.Utc)).Build();
            var found = new List<LocalDateTime>();
            for (DateTimeOffset? next = from.AddSeconds(-1); found.Count < Instances && (next = trigger.GetFireTimeAfter(next)) is { } time;)
                found.Add(LocalDateTime.FromDateTime(time.UtcDateTime));
            return found;
        }
        catch (Exception problem) when (problem is FormatException or ArgumentException or SchedulerException)
        {
            return null;
        }
    }

    public static string? Difference(string text, LocalDateTime start, out bool asked)
    {
        var rule = RecurrenceRule.Parse(text);
        // A trigger counts when it fires, not when it is asked.
        var opinion = Instants(text, start)?.Take(rule.Count ?? Instances).ToList();
        asked = opinion is not null;
        var own = rule.Expand(start).Take(Instances).ToList();
        return opinion is null || opinion.SequenceEqual(own) ? null : $"{text} from {start}\n  Quartz {string.Join(' ', opinion)}\n  we     {string.Join(' ', own)}";
    }
}
