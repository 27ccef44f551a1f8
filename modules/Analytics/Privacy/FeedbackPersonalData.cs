using System.Text.Json;
using Mana.Analytics.Contracts;
using Mana.Analytics.Inbox;
using Mana.Analytics.Items;
using Mana.Kernel.Database;
using Mana.Kernel.Ids;
using Mana.Kernel.Privacy;
using Mana.Kernel.Wire;
using Npgsql;

namespace Mana.Analytics.Privacy;

/// <summary>
/// Export and erasure (commerce.md 13.2). Ideas that others could read stay, without author, device or addresses, under a pseudonym that nothing leads
/// back from; what was private goes. Reactions go, and what they counted for is counted again.
/// </summary>
internal sealed class FeedbackPersonalData(NpgsqlDataSource database, FeedbackBoard board, IFeedbackProfiles profiles, InboxStore notifications, IIdSource ids) : IPersonalData
{
    const int HashBytes = 32;

    const string Anonymise = """
        UPDATE feedback.items SET user_id = $2, display_hash = $3, display_name = 'Anonym', device_info = NULL,
          title = regexp_replace(title, $4, $5, 'g'), feedback_text = regexp_replace(feedback_text, $4, $5, 'g'), admin_response = regexp_replace(admin_response, $4, $5, 'g')
        WHERE user_id = $1
        """;

    /// <summary>One item at a time, and whatever they counted for; each statement of the function sees what the one before it did.</summary>
    const string TakeReactions = "SELECT feedback.take_reactions($1, $2)";

    public string Module => "feedback";

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        Member(json, "profile", await profiles.GetAsync(userId, cancellationToken));
        Member(json, "items", (await board.OfAuthorAsync(userId, most: null, cancellationToken)).ConvertAll(FeedbackRow.Of));
        Member(json, "reactions", await database.Sql("SELECT feedback_id, emoji, created_at FROM feedback.reactions WHERE user_id = $1 ORDER BY created_at", userId)
            .RowsAsync(row => new { feedbackId = row.GetGuid(0), emoji = row.GetString(1), createdAt = row.GetFieldValue<DateTimeOffset>(2) }, cancellationToken));
        Member(json, "notifications", await notifications.ListAsync(userId, unreadOnly: false, limit: null, NotificationWords.German, cancellationToken));
        Member(json, "rewards", await database.Sql("SELECT feedback_id, reason, state, granted_at FROM feedback.grant_log WHERE user_id = $1 ORDER BY granted_at", userId)
            .RowsAsync(row => new { feedbackId = row.GetGuid(0), reason = row.GetString(1), state = row.GetString(2), at = row.GetFieldValue<DateTimeOffset>(3) }, cancellationToken));
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        foreach (var reacted in await database.Sql("SELECT DISTINCT feedback_id FROM feedback.reactions WHERE user_id = $1", userId).RowsAsync(row => row.GetGuid(0), cancellationToken))
            await database.Sql(TakeReactions, userId, reacted).RunAsync(cancellationToken);
        // Of both steps the second finds what the first left bare: an idea whose private replies are gone.
        for (var step = 0; step < 2; step++)
            await database.Sql("DELETE FROM feedback.items i WHERE user_id = $1 AND NOT is_public AND NOT EXISTS (SELECT FROM feedback.items r WHERE r.parent_id = i.id)", userId).RunAsync(cancellationToken);
        var hash = new byte[HashBytes];
        ids.Fill(hash);
        await database.Sql(Anonymise, userId, "erased-" + ids.NewId(), Convert.ToHexStringLower(hash), Redaction.Sql, Redaction.Mark).RunAsync(cancellationToken);
        foreach (var table in (string[])["notifications", "grant_log", "profiles"])
            await database.Sql($"DELETE FROM feedback.{table} WHERE user_id = $1", userId).RunAsync(cancellationToken);
    }

    public Task<long> CountAsync(string userId, CancellationToken cancellationToken) => database.Sql("""
        SELECT (SELECT count(*) FROM feedback.items WHERE user_id = $1) + (SELECT count(*) FROM feedback.reactions WHERE user_id = $1)
          + (SELECT count(*) FROM feedback.notifications WHERE user_id = $1) + (SELECT count(*) FROM feedback.grant_log WHERE user_id = $1)
          + (SELECT count(*) FROM feedback.profiles WHERE user_id = $1)
        """, userId).ValueAsync<long>(cancellationToken);

    static void Member(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value, PlatformJson.Options);
    }
}
