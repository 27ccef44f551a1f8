using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Preferences;
using Mana.Apps.Reminders.Sources;
using Mana.Kernel.Ids;
using NodaTime;
using Npgsql;

namespace Mana.Apps.Reminders.Firing;

/// <summary>
/// Makes the stored firings of a rule those that its record asks for now. Doing it twice changes nothing; the lock of the record is held
/// (<see cref="Rules.RuleStore.LockAsync"/>).
/// </summary>
internal sealed class Scheduler(FirePlan plan, IIdSource ids, TimeProvider time)
{
    /// <summary>What was due so recently is sent at once; what was due before that is missed (8.6, 4).</summary>
    static readonly Duration Grace = Duration.FromMinutes(5);

    const string Stored = "SELECT id, occurrence_key, scheduled_at, state FROM apps.reminder_instances WHERE rule_id = $1 FOR UPDATE";

    const string Insert = """
        INSERT INTO apps.reminder_instances (id, rule_id, occurrence_key, anchor_at, scheduled_at, fire_at, state, firing, push_suppressed, write_back, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, false, false, $8) ON CONFLICT (rule_id, occurrence_key) DO NOTHING
        """;

    /// <summary>What has fired before gets keys of its own for the next time.</summary>
    const string Move = """
        UPDATE apps.reminder_instances SET anchor_at = $2, scheduled_at = $3, fire_at = $4, state = $5, outcome = NULL, sent_at = NULL, push_suppressed = false, write_back = false,
          firing = firing + CASE WHEN state IN ('claimed', 'done', 'snoozed', 'missed', 'dismissed') THEN 1 ELSE 0 END
        WHERE id = $1
        """;

    const string Cancel = "UPDATE apps.reminder_instances SET state = 'cancelled', write_back = false WHERE id = ANY($1)";

    /// <summary>Also what is in somebody's hands: if it arrives nevertheless, nobody is told of it once more.</summary>
    const string Withdraw = """
        UPDATE apps.reminder_deliveries SET state = 'suppressed', last_error = $2, payload = NULL WHERE instance_id = ANY($1) AND state IN ('pending', 'leased')
        """;

    public async Task ApplyAsync(NpgsqlConnection connection, ReminderRule rule, SourceFacts facts, PersonalSettings person, CancellationToken cancellationToken)
    {
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        var stored = await StoredAsync(connection, rule.Id, cancellationToken);
        var open = stored.Values.Where(row => row.State == "pending").Select(row => row.ScheduledAt).DefaultIfEmpty(now).Min();
        var from = Instant.Min(now - Grace, open);
        // Where a clock is set back, two instances may be called by the same civil time.
        var settled = stored.Where(row => IsSettled(row.Value, now)).Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var wanted = plan.Of(rule, facts, person, from, settled).DistinctBy(firing => firing.Key, StringComparer.Ordinal).ToDictionary(firing => firing.Key, StringComparer.Ordinal);
        var isSeries = facts.Anchor is Anchor.Series;

        foreach (var firing in wanted.Values)
            await PlaceAsync(connection, rule, firing, stored.GetValueOrDefault(firing.Key), now, isSeries, cancellationToken);
        // Of a series what lies behind is not planned any more; it stays as it was as long as there is a series.
        var gone = stored.Where(row => !wanted.ContainsKey(row.Key) && IsOpen(row.Value) && !(facts.Active && isSeries && row.Value.ScheduledAt < from)).Select(row => row.Value.Id).ToArray();
        await CancelAsync(connection, gone, "cancelled", cancellationToken);
    }

    public static async Task CancelAsync(NpgsqlConnection connection, Guid[] instances, string why, CancellationToken cancellationToken)
    {
        if (instances.Length == 0)
            return;
        await connection.ExecuteAsync(Cancel, [instances], cancellationToken);
        await WithdrawAsync(connection, instances, why, cancellationToken);
    }

    public static Task WithdrawAsync(NpgsqlConnection connection, Guid[] instances, string why, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Withdraw, [instances, why], cancellationToken);

    static bool IsOpen(StoredFiring stored) => stored.State is "pending" or "snoozed" or "claimed";

    static bool IsSettled(StoredFiring stored, Instant now) => stored.State is not ("pending" or "snoozed") && (stored.State != "cancelled" || stored.ScheduledAt <= now);

    async Task PlaceAsync(
        NpgsqlConnection connection, ReminderRule rule, PlannedFiring firing, StoredFiring? stored, Instant now, bool isSeries, CancellationToken cancellationToken)
    {
        // What was dismissed stays so, whatever is edited, until it is moved: then it is another firing.
        if (stored is { } known && known.ScheduledAt == firing.FireAt && (known.State != "cancelled" || firing.FireAt <= now))
            return;
        var missed = firing.FireAt < now - Grace;
        if (missed && stored is null && isSeries)
            return;
        var (state, fireAt) = missed ? ("missed", firing.FireAt) : ("pending", Instant.Max(firing.FireAt, now));
        if (stored is null)
        {
            await connection.ExecuteAsync(Insert,
                [ids.NewGuid(), rule.Id, firing.Key, firing.AnchorAt.ToDateTimeOffset(), firing.FireAt.ToDateTimeOffset(), fireAt.ToDateTimeOffset(), state, now.ToDateTimeOffset()], cancellationToken);
            return;
        }

        await WithdrawAsync(connection, [stored.Id], "rescheduled", cancellationToken);
        await connection.ExecuteAsync(Move, [stored.Id, firing.AnchorAt.ToDateTimeOffset(), firing.FireAt.ToDateTimeOffset(), fireAt.ToDateTimeOffset(), state], cancellationToken);
    }

    static async Task<Dictionary<string, StoredFiring>> StoredAsync(NpgsqlConnection connection, Guid ruleId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(Stored, ruleId);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var stored = new Dictionary<string, StoredFiring>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
            stored[rows.GetString(1)] = new StoredFiring(rows.GetGuid(0), Instant.FromDateTimeOffset(rows.GetFieldValue<DateTimeOffset>(2)), rows.GetString(3));
        return stored;
    }

    sealed record StoredFiring(Guid Id, Instant ScheduledAt, string State);
}
