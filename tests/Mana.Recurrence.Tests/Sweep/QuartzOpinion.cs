using Mana.Recurrence.Contracts;
using NodaTime;
using Quartz;

namespace Mana.Recurrence.Tests.Sweep;

/// <summary>
/// A second opinion that nobody here wrote: Quartz' RRULE trigger, on what it supports. It knows no BYSETPOS with BYWEEKNO, no SECONDLY expansion worth
/// the wait, and takes DTSTART for the first firing only when it matches; so rules are of DAILY and coarser, and asked for a few instances.
/// </summary>
internal static class QuartzOpinion
{
    public const int Instances = 6;

    /// <summary>See the module's README, "Second opinion", for what is left out and why.</summary>
    public static bool Covers(RecurrenceRule rule) => rule.Frequency >= Frequency.Daily;

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
        var opinion = Instants(text, start);
        asked = opinion is not null;
        var own = rule.Expand(start).Take(Instances).ToList();
        return opinion is null || opinion.SequenceEqual(own) ? null : $"{text} from {start}\n  Quartz {string.Join(' ', opinion)}\n  we     {string.Join(' ', own)}";
    }
}
