using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Rules;
using NodaTime;
using Npgsql;

namespace Mana.Apps.Reminders.Firing;

/// <summary>A firing that is due and locked, with its rule.</summary>
internal sealed record DueFiring(Guid Id, string Key, Instant AnchorAt, Instant ScheduledAt, Instant FireAt, bool Snoozed, int Firing, bool PushSuppressed, ReminderRule Rule)
{
    static readonly string Due = $"""
        SELECT {RuleStore.Columns}, i.id, i.occurrence_key, i.anchor_at, i.scheduled_at, i.fire_at, i.state = 'snoozed', i.firing, i.push_suppressed
        FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id
        WHERE i.state IN ('pending', 'snoozed') AND i.fire_at <= $1
        """;

    /// <summary>What is due, without taking it.</summary>
    public static async Task<List<DueFiring>> LookAsync(NpgsqlDataSource database, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{Due} ORDER BY i.fire_at LIMIT $2", now, most);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Those of them that are due still and that nobody else has, until commit.</summary>
    public static async Task<List<DueFiring>> TakeAsync(NpgsqlConnection connection, DateTimeOffset now, Guid[] wanted, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"{Due} AND i.id = ANY($2) ORDER BY i.fire_at FOR UPDATE OF i SKIP LOCKED", now, wanted);
        return await ReadAsync(command, cancellationToken);
    }

    static async Task<List<DueFiring>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<DueFiring>();
        while (await row.ReadAsync(cancellationToken))
        {
            const int First = RuleStore.ColumnCount;
            due.Add(new DueFiring(
                row.GetGuid(First), row.GetString(First + 1), Read(row, First + 2), Read(row, First + 3), Read(row, First + 4), row.GetBoolean(First + 5), row.GetInt32(First + 6),
                row.GetBoolean(First + 7), RuleStore.Read(row)));
        }

        return due;
    }

    /// <summary>A failure that lies in what one record says, and not in the database or the end of the host.</summary>
    public static bool IsOfOne(Exception exception) =>
        exception is PostgresException { SqlState: ['2', '2' or '3', ..] } or not (OperationCanceledException or NpgsqlException or TimeoutException or IOException);

    static Instant Read(NpgsqlDataReader row, int column) => Instant.FromDateTimeOffset(row.GetFieldValue<DateTimeOffset>(column));
}

/// <summary>What becomes of a due firing.</summary>
internal enum Verdict
{
    Fire,

    /// <summary>Too late to be of use; told in the summary.</summary>
    Missed,

    /// <summary>The record is gone, done, or not the person's any more.</summary>
    Cancel,

    /// <summary>The record has another time by now; the schedule is made anew.</summary>
    Moved,

    /// <summary>It cannot be judged: put off, and dropped when that lasts.</summary>
    Unreadable,
}
