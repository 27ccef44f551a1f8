using Mana.Analytics.Items;
using Mana.Analytics.Rewards;
using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Mana.Kernel.Identity;
using Npgsql;

namespace Mana.Analytics.Admin;

/// <summary>What an administrator changes; null members stay as they are.</summary>
internal sealed record TriageChange(string? Status, bool SetsResponse, string? Response, bool? IsPublic);

/// <summary>The founder's desk. Before and after are compared under the lock of the row, and what follows is written with the change (commerce.md 10.8).</summary>
internal sealed class Triage(NpgsqlDataSource database, IAccountDirectory accounts, FeedbackBoard board, EventOutbox outbox, TimeProvider time)
{
    /// <summary>Is an administrator now, whatever the token says; or a founder, which is a tier and no role (W-71).</summary>
    public async ValueTask<bool> IsAdminAsync(CurrentUser user, CancellationToken cancellationToken) =>
        user.Tier == "founder" || await accounts.FindAsync(user.UserId, cancellationToken) is { IsAdmin: true };

    /// <summary>Null when there is no such item.</summary>
    public async Task<FeedbackItem?> ChangeAsync(Guid id, TriageChange change, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            var before = await connection.Sql("SELECT status, admin_response FROM feedback.items WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE", id)
                .RowAsync(row => new Before(row.GetString(0), row.TextOrNull(1)), cancellationToken);
            if (before is null)
                return null;
            await connection.Sql("""
                UPDATE feedback.items SET status = coalesce($2::text, status), admin_response = CASE WHEN $3 THEN $4::text ELSE admin_response END, is_public = coalesce($5::boolean, is_public), updated_at = $6
                WHERE id = $1
                """, id, change.Status, change.SetsResponse, change.Response, change.IsPublic, time.GetUtcNow()).RunAsync(cancellationToken);
            if (change.Status is { } status && status != before.Status)
                await outbox.AddAsync(connection, new StatusChanged(id, status), cancellationToken);
            if (change.SetsResponse && change.Response is { Length: > 0 } response && response != before.Response)
                await outbox.AddAsync(connection, new Answered(id, response), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return await board.FindAsync(id, cancellationToken);
    }

    sealed record Before(string Status, string? Response);
}
