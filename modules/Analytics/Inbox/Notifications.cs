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
    const string Columns = "id, user_id, feedback_id, kind, title, body, credits_awarded, read_at, created_at, called";

    /// <summary>Newest first; without a limit all of them.</summary>
    /// <param name="locale"><c>de</c> or <c>en</c>: what we word ourselves; what an administrator wrote stays as it is.</param>
    public Task<List<Notification>> ListAsync(string userId, bool unreadOnly, int? limit, string locale, CancellationToken cancellationToken) => database.Sql($"""
        SELECT {Columns} FROM feedback.notifications WHERE user_id = $1 AND (NOT $2 OR read_at IS NULL) ORDER BY created_at DESC, id DESC LIMIT $3::bigint
        """, userId, unreadOnly, limit).RowsAsync(row => Read(row, locale), cancellationToken);

    /// <summary>One of the person's own; what is somebody else's stays as it is.</summary>
    public Task<int> ReadAsync(string userId, Guid? id, CancellationToken cancellationToken) =>
        database.Sql("UPDATE feedback.notifications SET read_at = $3 WHERE user_id = $1 AND read_at IS NULL AND ($2::uuid IS NULL OR id = $2)", userId, id, time.GetUtcNow()).RunAsync(cancellationToken);

    /// <summary>A status was reached. What went back and forth to <c>completed</c> is told once in 24 hours, and the bonus is told of once for ever.</summary>
    public async Task StatusAsync(FeedbackItem item, string status, int awarded, EventContext context, CancellationToken cancellationToken)
    {
        var kind = NotificationWords.OfStatus(status);
        var (title, body) = NotificationWords.For(kind, item.Called, null, 0, NotificationWords.German);
        await database.Sql("""
            INSERT INTO feedback.notifications (id, user_id, feedback_id, kind, title, body, credits_awarded, created_at, called)
            SELECT $1, $2, $3, $4, $5, $6, CASE WHEN EXISTS (SELECT FROM feedback.notifications WHERE user_id = $2 AND feedback_id = $3 AND kind = $4 AND credits_awarded > 0) THEN 0 ELSE $7 END, $8, $10
            WHERE NOT ($9 AND EXISTS (SELECT FROM feedback.notifications WHERE user_id = $2 AND feedback_id = $3 AND kind = $4 AND created_at > $8 - interval '24 hours')) ON CONFLICT DO NOTHING
            """, context.EventId, item.UserId, item.Id, kind, title, body, awarded, context.OccurredAt, status == FeedbackWords.Completed, item.Called).RunAsync(cancellationToken);
    }

    public Task SupportedAsync(string userId, Guid feedbackId, string called, int credits, EventContext context, CancellationToken cancellationToken) =>
        AddAsync(ids.NewGuid(), userId, feedbackId, NotificationWords.Supported, called, null, credits, context.OccurredAt, cancellationToken);

    public Task AnsweredAsync(FeedbackItem item, string answer, EventContext context, CancellationToken cancellationToken) =>
        AddAsync(context.EventId, item.UserId, item.Id, NotificationWords.Answered, item.Called, answer, 0, context.OccurredAt, cancellationToken);

    /// <summary>Once per id, and a bonus once per person and item.</summary>
    Task AddAsync(Guid id, string userId, Guid feedbackId, string kind, string called, string? written, int credits, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (title, body) = NotificationWords.For(kind, called, written, credits, NotificationWords.German);
        return database.Sql("""
            INSERT INTO feedback.notifications (id, user_id, feedback_id, kind, title, body, credits_awarded, created_at, called) VALUES ($1, $2, $3, $4, $5, $6::text, $7, $8, $9) ON CONFLICT DO NOTHING
            """, id, userId, feedbackId, kind, title, body, credits, at, called).RunAsync(cancellationToken);
    }

    /// <summary>Stored are the German words and what the idea was called then; what is stored without that is told as it was stored.</summary>
    static Notification Read(NpgsqlDataReader row, string locale)
    {
        var (kind, credits) = (row.GetString(3), row.GetInt32(6));
        var (title, body) = row.TextOrNull(9) is { } called && locale != NotificationWords.German
            ? NotificationWords.For(kind, called, row.TextOrNull(5), credits, locale)
            : (row.GetString(4), row.TextOrNull(5));
        return new Notification(
            row.GetGuid(0), row.GetString(1), row.GetGuid(2), kind, title, body, credits,
            row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8));
    }
}
