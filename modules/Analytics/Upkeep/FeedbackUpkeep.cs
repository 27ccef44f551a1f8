using Mana.Kernel.Database;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Analytics.Upkeep;

/// <summary>Every night: what has served its time goes (commerce.md 12, 13.2).</summary>
internal sealed class FeedbackRetention(NpgsqlDataSource database, TimeProvider time, ILogger<FeedbackRetention> log) : IManaJob
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var grants = await database.Sql("DELETE FROM feedback.grant_log WHERE granted_at < $1 AND state <> 'pending'", now.AddDays(-7)).RunAsync(cancellationToken);
        var notifications = await database.Sql("DELETE FROM feedback.notifications WHERE read_at < $1 OR created_at < $2", now.AddDays(-180), now.AddDays(-365)).RunAsync(cancellationToken);
        var devices = await database.Sql("UPDATE feedback.items SET device_info = NULL WHERE device_info IS NOT NULL AND created_at < $1", now.AddDays(-180)).RunAsync(cancellationToken);
        log.LogInformation("Feedback: {Grants} log entries, {Notifications} notifications and {Devices} notes about devices are gone", grants, notifications, devices);
    }
}

/// <summary>Every week: counts are compared with what they count. Whatever differs is a defect, and is put right.</summary>
internal sealed class FeedbackRecount(NpgsqlDataSource database, ILogger<FeedbackRecount> log) : IManaJob
{
    const string Items = """
        SELECT i.id FROM feedback.items i LEFT JOIN (
          SELECT feedback_id, jsonb_object_agg(emoji, n) AS map, sum(n * feedback.weight(emoji)) AS points
          FROM (SELECT feedback_id, emoji, count(*) AS n FROM feedback.reactions GROUP BY feedback_id, emoji) c GROUP BY feedback_id) c ON c.feedback_id = i.id
        WHERE i.reactions <> coalesce(c.map, '{}') OR i.score <> coalesce(c.points, 0)
        """;

    const string Authors = """
        SELECT p.user_id FROM feedback.profiles p LEFT JOIN (
          SELECT i.user_id, count(*) AS n FROM feedback.reactions x JOIN feedback.items i ON i.id = x.feedback_id WHERE x.user_id <> i.user_id GROUP BY i.user_id) c ON c.user_id = p.user_id
        WHERE p.karma <> coalesce(c.n, 0)
        """;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (items, authors) = (0, 0);
        // Found without locks, so some are only in motion; under the lock each is looked at again.
        foreach (var id in await database.Sql(Items).RowsAsync(row => row.GetGuid(0), cancellationToken))
            items += await database.Sql("SELECT feedback.recount($1)", id).ValueAsync<bool>(cancellationToken) ? 1 : 0;
        foreach (var author in await database.Sql(Authors).RowsAsync(row => row.GetString(0), cancellationToken))
            authors += await database.Sql("SELECT feedback.recount_karma($1)", author).ValueAsync<bool>(cancellationToken) ? 1 : 0;
        if (items + authors > 0)
            log.LogWarning("Feedback: {Items} items and {Authors} authors were counted wrong", items, authors);
    }
}
