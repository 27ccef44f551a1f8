using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mana.Apps.Recurrence;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Todo;

/// <summary>
/// What follows a completed task (compute.md 6.12): a pure function, so that all clients share one rule. It stores nothing; the client writes what it gets.
/// </summary>
internal sealed partial class NextTask(RecurrenceWork work)
{
    /// <summary>What belongs to the one that is done, and not to its successor.</summary>
    static readonly string[] Own = ["id", "completedAt", "createdAt", "updatedAt", "deletedAt", "scheduledBlockId", "order"];

    /// <summary>The task that follows, without an id: the client gives it one.</summary>
    /// <param name="completedAt">When it was completed; null: now.</param>
    /// <param name="fromCompletion">Count from the day of completion, at the time of the due date, instead of from the due date.</param>
    /// <returns>Null without refusal: nothing follows.</returns>
    public (JsonObject? Task, ApiError? Refused) After(JsonObject task, Instant? completedAt, bool fromCompletion, DateTimeZone? zone, CancellationToken cancellationToken)
    {
        if (Text(task, "recurrenceRule") is not { Length: > 0 } rule)
            return (null, null);
        if (!SeriesRequest.Fits(rule))
            return (null, AppsRefusals.BadRequest("RRULE_TOO_LONG", "RRULE too long (max 500 chars)"));
        if (When.Read(Text(task, "dueDate")) is not { } due)
            return (null, AppsRefusals.Invalid("task.dueDate", "must be a date or a time"));
        When? end = null;
        if (Text(task, "recurrenceEndDate") is { } last && (end = When.Read(last)) is null)
            return (null, AppsRefusals.Invalid("task.recurrenceEndDate", "must be a date or a time"));
        var anchor = fromCompletion ? AtCompletion(due, completedAt ?? work.Now, zone) : due;
        var reading = RecurrenceText.Read(rule.Trim(), RuleSyntax.Strict, SeriesRequest.StartOf(anchor, zone, []), DateTimeZoneProviders.Tzdb);
        if (reading.Set is not { } set)
            return (null, SeriesRequest.Refused(reading.Error!));
        var budget = work.Budget(cancellationToken);
        var next = work.Expander.Next(set, anchor.In(set.Start.Zone ?? zone), budget: budget);
        if (work.Exceeded(budget) is { } exceeded)
            return (null, exceeded);
        return next is { } found && (end is null || found.StartUtc <= end.Value.EndIn(zone)) ? (Copy(task, due, found, set), null) : (null, null);
    }

    static When AtCompletion(When due, Instant completed, DateTimeZone? zone)
    {
        var inZone = completed.InZone(zone ?? DateTimeZone.Utc);
        if (due.IsDate)
            return due with { Civil = inZone.Date.AtMidnight() };
        if (due.Offset is not null && zone is not null)
            return new When(inZone.Date + due.In(zone).InZone(zone).TimeOfDay, null, false);
        return due with { Civil = completed.WithOffset(due.Offset ?? Offset.Zero).Date + due.Civil.TimeOfDay };
    }

    static JsonObject Copy(JsonObject task, When due, in Occurrence next, RecurrenceSet set)
    {
        var copy = (JsonObject)task.DeepClone();
        foreach (var name in Own)
            copy.Remove(name);
        copy["isCompleted"] = false;
        copy["dueDate"] = due.IsDate ? AppsJson.Text(next.StartCivil.Date) : due.Offset is null ? AppsJson.Text(next.StartCivil) : AppsJson.Text(next.StartUtc);
        if (When.Read(Text(task, "startDate")) is { } start)
            copy["startDate"] = Moved(start, due, next);
        copy["parentTaskId"] = task["parentTaskId"]?.DeepClone() ?? task["id"]?.DeepClone();
        copy["lastOccurrence"] = task["dueDate"]!.DeepClone();
        if (task["subtasks"] is JsonArray subtasks)
            copy["subtasks"] = new JsonArray([.. subtasks.Select(Open)]);
        // Each task is the start of what is left: a rule for ten times ends after ten tasks.
        if (set.Rules is [{ Count: { } count }])
            copy["recurrenceRule"] = Times().Replace(Text(task, "recurrenceRule")!, $"COUNT={count - 1}", 1);
        return copy;
    }

    /// <summary>As many days and hours before the due date as before, by the clock on the wall.</summary>
    static string Moved(When start, When due, in Occurrence next)
    {
        if (start.IsDate || due.IsDate)
            return AppsJson.Text(next.StartCivil.Date.PlusDays(-Period.DaysBetween(start.Civil.Date, due.Civil.Date)));
        var moved = next.StartUtc - (due.In(null) - start.In(null));
        return start.Offset is null ? AppsJson.Text(moved.InUtc().LocalDateTime) : AppsJson.Text(moved);
    }

    static JsonNode? Open(JsonNode? subtask)
    {
        if (subtask?.DeepClone() is not JsonObject copy)
            return subtask?.DeepClone();
        copy["isCompleted"] = false;
        copy.Remove("completedAt");
        return copy;
    }

    static string? Text(JsonObject task, string name) => RecordText.Of(task[name]);

    [GeneratedRegex(@"COUNT\s*=\s*\d+", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Times();
}
