using Mana.Analytics.Pseudonyms;
using Mana.Analytics.Rewards;
using Mana.Kernel.Database;
using Mana.Kernel.Ids;
using Mana.Kernel.RateLimits;
using Npgsql;

namespace Mana.Analytics.Items;

/// <summary>Takes submissions and takes them back (commerce.md 10.5, 10.9). What is owed for one is written with it (W-62).</summary>
internal sealed class Submissions(
    NpgsqlDataSource database, Profiles profiles, EventOutbox outbox, FeedbackOptions options, RateLimitSwitch limits, IIdSource ids, TimeProvider time, FeedbackMetrics metrics)
{
    public const string DailyLimit = "feedback-per-day";
    const int ShortestRewarded = 20;
    const int RewardsPerDay = 10;

    /// <summary>On the profile and not by the items: what is taken back was submitted all the same.</summary>
    const string Count = """
        UPDATE feedback.profiles p SET recent_submissions = r.kept || $3::timestamptz
        FROM (SELECT user_id, ARRAY(SELECT t FROM unnest(recent_submissions) t WHERE t > $2) AS kept FROM feedback.profiles WHERE user_id = $1) r
        WHERE p.user_id = r.user_id AND cardinality(r.kept) < $4
        """;

    public async Task<SubmissionResult> AddAsync(string userId, Submission wish, CancellationToken cancellationToken)
    {
        if (await profiles.EnsureAsync(userId, cancellationToken) is not { } profile)
            return new SubmissionResult.Gone();
        var (id, now) = (ids.NewGuid(), time.GetUtcNow());
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Locks are taken in the order item, profile, everywhere.
        var root = wish.ParentId is { } parent ? await RootAsync(connection, userId, parent, cancellationToken) : null;
        if (wish.ParentId is not null && root is null)
            return new SubmissionResult.NoParent();
        await connection.Sql("SELECT 1 FROM feedback.profiles WHERE user_id = $1 FOR UPDATE", userId).RunAsync(cancellationToken);
        var since = now.AddDays(-1);
        if (limits.Enabled && await connection.Sql(Count, userId, since, now, options.SubmissionsPerDay).RunAsync(cancellationToken) == 0)
        {
            limits.Refused(DailyLimit);
            return new SubmissionResult.TooMany();
        }

        var wantsTitle = wish.Title is null && root is null && options.LlmUrl is { Length: > 0 };
        await connection.Sql("""
            INSERT INTO feedback.items (id, user_id, app_id, title, feedback_text, category, status, is_public, display_hash, display_name, module_context, parent_id, device_info, title_due_at, created_at, updated_at)
            VALUES ($1, $2, $3, $4::text, $5, $6, 'submitted', $7, $8, $9, $10::text, $11::uuid, $12::jsonb, $13::timestamptz, $14, $14)
            """, id, userId, wish.AppId, wish.Title, wish.Text, wish.Category, wish.IsPublic && root is not { IsPublic: false }, profile.DisplayHash, profile.DisplayName,
            wish.ModuleContext, root?.Id, wish.DeviceInfo, wantsTitle ? now : null, now).RunAsync(cancellationToken);
        if (root is null && wish.Text.Length >= ShortestRewarded && !options.Founders.Contains(userId)
            && await connection.Sql("SELECT count(*) FROM feedback.grant_log WHERE user_id = $1 AND reason = $2 AND granted_at > $3", userId, GrantReasons.Submit, since).ValueAsync<long>(cancellationToken) < RewardsPerDay)
        {
            await connection.Sql("INSERT INTO feedback.grant_log (feedback_id, user_id, reason, state, granted_at) VALUES ($1, $2, $3, 'pending', $4)", id, userId, GrantReasons.Submit, now).RunAsync(cancellationToken);
            await outbox.AddAsync(connection, new RewardDue(id), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        metrics.Submitted(wish.Category);
        return new SubmissionResult.Ok(id);
    }

    /// <summary>Only the author's own. Where somebody has replied, the frame of the thread stays, empty; else nothing does (W-55).</summary>
    public async Task<bool> DeleteAsync(string userId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.Sql("SELECT 1 FROM feedback.items WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL FOR UPDATE", id, userId).ValueAsync<int?>(cancellationToken) is null)
            return false;
        var now = time.GetUtcNow();
        await connection.Sql("DELETE FROM feedback.reactions WHERE feedback_id = $1", id).RunAsync(cancellationToken);
        if (await connection.Sql("SELECT EXISTS (SELECT FROM feedback.items WHERE parent_id = $1)", id).ValueAsync<bool>(cancellationToken))
            await connection.Sql("""
                UPDATE feedback.items SET title = NULL, title_due_at = NULL, feedback_text = '', admin_response = NULL, device_info = NULL, reactions = '{}', score = 0, deleted_at = $2, updated_at = $2 WHERE id = $1
                """, id, now).RunAsync(cancellationToken);
        else
            await connection.Sql("DELETE FROM feedback.items WHERE id = $1", id).RunAsync(cancellationToken);
        await connection.Sql("SELECT feedback.recount_karma($1)", userId).RunAsync(cancellationToken);
        if (await connection.Sql("SELECT EXISTS (SELECT FROM feedback.grant_log WHERE feedback_id = $1 AND reason = $2 AND (state = 'pending' OR (state = 'granted' AND granted_at > $3)))", id, GrantReasons.Submit, now.AddDays(-1))
            .ValueAsync<bool>(cancellationToken))
            await outbox.AddAsync(connection, new Withdrawn(id), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Replies hang on the idea itself, never on each other. Held until the transaction ends, so that it is not deleted meanwhile.</summary>
    static async Task<Root?> RootAsync(NpgsqlConnection connection, string userId, Guid parent, CancellationToken cancellationToken)
    {
        var root = await connection.Sql("""
            SELECT id, is_public, user_id FROM feedback.items WHERE id = (SELECT coalesce(p.parent_id, p.id) FROM feedback.items p WHERE p.id = $1 AND p.deleted_at IS NULL AND (p.is_public OR p.user_id = $2))
              AND deleted_at IS NULL AND (is_public OR user_id = $2) FOR KEY SHARE
            """, parent, userId).RowAsync(row => new Root(row.GetGuid(0), row.GetBoolean(1)), cancellationToken);
        return root;
    }

    sealed record Root(Guid Id, bool IsPublic);
}
