using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Sources;
using Mana.Kernel.Outbox;
using Npgsql;

namespace Mana.Apps.Reminders.Rules;

/// <summary>
/// Firings of a person have to be made anew although no record changed: their zone or time for all-day things did, or one firing of a series was taken away.
/// Stored with what caused it, so it happens also when the host dies or the client goes.
/// </summary>
/// <param name="RuleId">Of one rule; null: of all.</param>
internal sealed record ScheduleOutdated(string UserId, Guid? RuleId) : IManaEvent
{
    public static string Name => "apps.reminder_schedule_outdated";
}

/// <summary>Makes the schedule of a person what it should be by now. The present state decides, so doing it twice, or late, changes nothing.</summary>
internal sealed class Rescheduling(NpgsqlDataSource database, RuleRefresh refresh) : IManaEventHandler<ScheduleOutdated>
{
    const string Sources = "SELECT DISTINCT space_id, app_id, collection, source_id FROM apps.reminder_rules WHERE user_id = $1 AND ($2::uuid IS NULL OR id = $2) AND deleted_at IS NULL";

    public async Task HandleAsync(ScheduleOutdated happened, EventContext context, CancellationToken cancellationToken)
    {
        var sources = new List<SourceKey>();
        await using (var command = database.Command(Sources, happened.UserId, happened.RuleId))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
            while (await row.ReadAsync(cancellationToken))
                sources.Add(new SourceKey(happened.UserId, row.TextOrNull(0), row.GetString(1), row.GetString(2), row.GetString(3)));
        foreach (var source in sources)
            await refresh.RefreshSourceAsync(source, null, cancellationToken);
    }
}
