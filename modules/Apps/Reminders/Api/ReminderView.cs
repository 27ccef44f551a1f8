using System.Globalization;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Rules;
using Mana.Apps.Reminders.Sources;
using Npgsql;

namespace Mana.Apps.Reminders.Api;

/// <summary>A reminder as clients see it: the members of the original first, then ours.</summary>
/// <param name="Status"><c>pending</c>, <c>sent</c>, <c>failed</c>, and <c>missed</c>, <c>snoozed</c>, <c>cancelled</c>.</param>
/// <param name="FireAt">When it fires next, or has fired: later than <paramref name="ReminderTime"/> when it was snoozed.</param>
internal sealed record ReminderView(
    Guid Id, string? TaskId, string UserId, int? MinutesBefore, DateTimeOffset? ReminderTime, string? Type, string Status, DateTimeOffset? SentAt, DateTimeOffset CreatedAt, string AppId,
    string Collection, string RecordId, string[] Channels, int? DaysBefore, string? AtLocalTime, string? Tzid, DateTimeOffset? FireAt, string? OccurrenceKey, string Origin)
{
    /// <summary>A rule with the firing that matters: the next one, else the last.</summary>
    public const string From = $"""
        SELECT {RuleStore.Columns}, i.scheduled_at, i.fire_at, i.state, i.outcome, i.sent_at, i.occurrence_key FROM apps.reminder_rules r
        LEFT JOIN LATERAL (SELECT * FROM apps.reminder_instances x WHERE x.rule_id = r.id
          ORDER BY x.state IN ('pending', 'snoozed') DESC, CASE WHEN x.state IN ('pending', 'snoozed') THEN x.fire_at END, x.fire_at DESC LIMIT 1) i ON true
        """;

    public const string Order = "ORDER BY coalesce(r.minutes_before, r.days_before * 1440, 0), r.created_at, r.id";

    public static async Task<List<ReminderView>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var views = new List<ReminderView>();
        while (await row.ReadAsync(cancellationToken))
            views.Add(Read(row));
        return views;
    }

    static ReminderView Read(NpgsqlDataReader row)
    {
        const int First = RuleStore.ColumnCount;
        var rule = RuleStore.Read(row);
        return new ReminderView(
            rule.Id, rule is { AppId: "todo", Collection: "tasks" } ? rule.SourceId : null, rule.UserId, rule.MinutesBefore, row.OrNull<DateTimeOffset>(First), ReminderChannels.TypeOf(rule.Channels),
            StatusOf(row.TextOrNull(First + 2), row.TextOrNull(First + 3)), row.OrNull<DateTimeOffset>(First + 4), rule.CreatedAt, rule.AppId, rule.Collection, rule.SourceId, rule.Channels, rule.DaysBefore,
            rule.AtLocalTime?.ToString("HH:mm", CultureInfo.InvariantCulture), rule.Tzid, row.OrNull<DateTimeOffset>(First + 1), row.TextOrNull(First + 5), rule.OriginKey is null ? "api" : "sync");
    }

    /// <summary>Without a firing there is nothing to come: the record is done, gone, or has no time.</summary>
    static string StatusOf(string? state, string? outcome) => state switch
    {
        null => "cancelled",
        "claimed" => "pending",
        "done" => outcome ?? "sent",
        "dismissed" => outcome ?? "cancelled",
        _ => state,
    };
}
