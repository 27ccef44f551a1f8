using Mana.Apps.Calendar.Export;
using Mana.Apps.Calendar.Records;
using Mana.Kernel.Outbox;
using Mana.Sync.Contracts;
using Npgsql;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>Hears of changed events, and makes the mirrors due that export them: soon, not at once, because changes come in flocks.</summary>
internal sealed class MirrorFeedHandler(NpgsqlDataSource database, ISyncRecords records, TimeProvider time) : IManaEventHandler<RecordChanged>
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    const int MostRead = 20;
    const string Any = "SELECT EXISTS (SELECT FROM apps.external_calendars WHERE user_id = $1 AND enabled AND direction <> 'import' AND mirrored_position < $2)";

    const string Due = """
        UPDATE apps.external_calendars SET heard_position = GREATEST(heard_position, $2),
          next_run_at = CASE WHEN failures = 0 AND (lease_until IS NULL OR lease_until < $3) THEN LEAST(next_run_at, $4) ELSE next_run_at END
        WHERE user_id = $1 AND enabled AND direction <> 'import' AND mirrored_position < $2
        """;

    public async Task HandleAsync(RecordChanged happened, EventContext context, CancellationToken cancellationToken)
    {
        if ((happened.AppId, happened.Table) is not ((CalendarAccess.App, "events") or ("timeblocks", "timeBlocks")))
            return;
        // Of a space whose members export it, whoever changed it is served now, and the others when their mirrors are due anyway.
        var userId = happened.OwnerUserId ?? happened.AuthorId;
        await using (var any = database.CreateCommand(Any))
        {
            any.Parameters.Add(new() { Value = userId });
            any.Parameters.Add(new() { Value = happened.Position });
            if (await any.ExecuteScalarAsync(cancellationToken) is not true || !await ConcernsEventsAsync(happened, cancellationToken))
                return;
        }

        await using var due = database.CreateCommand(Due);
        foreach (var value in (object[])[userId, happened.Position, time.GetUtcNow(), time.GetUtcNow() + Soon])
            due.Parameters.Add(new() { Value = value });
        await due.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Blocks of habits, tasks and clocks are many, and no events.</summary>
    async Task<bool> ConcernsEventsAsync(RecordChanged happened, CancellationToken cancellationToken)
    {
        if (happened.Table == "events" || happened.RecordIds.Count > MostRead)
            return true;
        var owner = happened.SpaceId is { } space ? RecordOwner.OfSpace(space) : RecordOwner.OfUser(happened.OwnerUserId!);
        foreach (var id in happened.RecordIds)
            if (await records.ReadAsync(owner, happened.AppId, happened.Table, id, cancellationToken) is not { } block || StoredEvent.Text(block.Fields, "sourceModule") is null or "calendar")
                return true;
        return false;
    }
}
