using Mana.Analytics.Items;
using Mana.Kernel.Database;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Npgsql;

namespace Mana.Analytics.Inbox;

internal sealed record Notification(
    Guid Id, string UserId, Guid FeedbackId, string Kind, string Title, string? Body, int CreditsAwarded, DateTimeOffset? ReadAt, DateTimeOffset CreatedAt);

/// <summary>The inbox of the board (commerce.md 10.8). Who wrote an item hears of it; what is in the inbox is nobody else's.</summary>
internal sealed class InboxStore(NpgsqlDataSource database, IIdSource ids, TimeProvider time)
{
    const string Columns = "id, user_id, feedback_id, kind, title, body, credits_awarded, read_at, created_at";

    /// <summary>Newest first; without a limit all of them.</summary>
    public Task<List<Notification>> ListAsync(string userId, bool unreadOnly, int? limit, CancellationToken cancellationToken) => database.Sql($"""
        SELECT {Columns} FROM feedback.notifications WHERE user_id = $1 AND (NOT $2 OR read_at IS NULL) ORDER BY created_at DESC, id DESC LIMIT $3::bigint
        """, userId, unreadOnly, limit).RowsAsync(row => new Notification(
            row.GetGuid(0), row.GetString(1), row.GetGuid(2), row.GetString(3), row.GetString(4), row.TextOrNull(5), row.GetInt32(6),
            row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8)), cancellationToken);

    /// <summary>One of the person's own; what is somebody else's stays as it is.</summary>
    public Task<int> ReadAsync(string userId, Guid? id, CancellationToken cancellationToken) =>
        database.Sql("UPDATE feedback.notifications SET read_at = $3 WHERE user_id = $1 AND read_at IS NULL AND ($2::uuid IS NULL OR id = $2)", userId, id, time.GetUtcNow()).RunAsync(cancellationToken);

    /// <summary>A status was reached. What went back and forth to <c>completed</c> is told once in 24 hours, and the bonus is told of once for ever.</summary>
    public async Task StatusAsync(FeedbackItem item, string status, int awarded, EventContext context, CancellationToken cancellationToken)
    {
        var (title, body) = Words(status, item.Called);
        await database.Sql("""
            INSERT INTO feedback.notifications (id, user_id, feedback_id, kind, title, body, credits_awarded, created_at)
            SELECT $1, $2, $3, $4, $5, $6, CASE WHEN EXISTS (SELECT FROM feedback.notifications WHERE user_id = $2 AND feedback_id = $3 AND kind = $4 AND credits_awarded > 0) THEN 0 ELSE $7 END, $8
            WHERE NOT ($9 AND EXISTS (SELECT FROM feedback.notifications WHERE user_id = $2 AND feedback_id = $3 AND kind = $4 AND created_at > $8 - interval '24 hours')) ON CONFLICT DO NOTHING
            """, context.EventId, item.UserId, item.Id, "status_" + status, title, body, awarded, context.OccurredAt, status == FeedbackWords.Completed).RunAsync(cancellationToken);
    }

    public Task SupportedAsync(string userId, Guid feedbackId, string called, int credits, EventContext context, CancellationToken cancellationToken) =>
        AddAsync(ids.NewGuid(), userId, feedbackId, "reactioner_bonus", $"„{called}“ ist umgesetzt", $"Du hast die Idee mitgetragen: {credits} Mana für dich.", credits, context.OccurredAt, cancellationToken);

    /// <summary>Once per id, and a bonus once per person and item.</summary>
    public Task AddAsync(Guid id, string userId, Guid feedbackId, string kind, string title, string? body, int credits, DateTimeOffset at, CancellationToken cancellationToken) => database.Sql("""
        INSERT INTO feedback.notifications (id, user_id, feedback_id, kind, title, body, credits_awarded, created_at) VALUES ($1, $2, $3, $4, $5, $6::text, $7, $8) ON CONFLICT DO NOTHING
        """, id, userId, feedbackId, kind, title, body, credits, at).RunAsync(cancellationToken);

    static (string Title, string Body) Words(string status, string called) => status switch
    {
        "submitted" => ($"„{called}“ ist wieder offen", "Deine Idee steht wieder am Anfang."),
        "under_review" => ($"„{called}“ wird geprüft", "Wir sehen uns deine Idee an."),
        "planned" => ($"„{called}“ ist geplant", "Deine Idee steht auf dem Plan."),
        "in_progress" => ($"„{called}“ ist in Arbeit", "Wir bauen gerade daran."),
        FeedbackWords.Completed => ($"„{called}“ ist umgesetzt", "Deine Idee ist da. Danke!"),
        _ => ($"„{called}“ wird nicht umgesetzt", "Danke für die Idee; wir bauen sie nicht."),
    };
}
