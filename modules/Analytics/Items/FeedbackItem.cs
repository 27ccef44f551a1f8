using System.Text.Json;
using Mana.Kernel.Database;
using Npgsql;

namespace Mana.Analytics.Items;

/// <summary>An item as it is stored, with what is known of its author. It never leaves the module: <see cref="FeedbackRow"/> and <see cref="PublicItem"/> do.</summary>
internal sealed record FeedbackItem(
    Guid Id, string UserId, string AppId, string? Title, string Text, string Category, string Status, bool IsPublic, string? AdminResponse, string DisplayHash, string DisplayName,
    string? ModuleContext, Guid? ParentId, string Reactions, int Score, string? DeviceInfo, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt,
    int Karma, bool ShowRealName, string[] MyReactions)
{
    /// <summary>Of items <c>i</c>, and of their authors' profiles <c>p</c> where there is one; who asks is <c>$1</c>.</summary>
    public const string Columns = $"{Stored}, coalesce(p.karma, 0), coalesce(p.show_real_name, false), {Mine}";

    public const string From = "FROM feedback.items i LEFT JOIN feedback.profiles p ON p.user_id = i.user_id";

    /// <summary>
    /// Everybody may see it: it is public, and so is what it replies to. The one definition of the boundary (commerce.md 10.2), for items <c>i</c>.
    /// </summary>
    public const string Visible = "i.is_public AND i.deleted_at IS NULL AND (i.parent_id IS NULL OR EXISTS (SELECT FROM feedback.items r WHERE r.id = i.parent_id AND r.is_public))";

    const string Stored = """
        i.id, i.user_id, i.app_id, i.title, i.feedback_text, i.category, i.status, i.is_public, i.admin_response, i.display_hash, i.display_name, i.module_context, i.parent_id,
        i.reactions::text, i.score, i.device_info::text, i.created_at, i.updated_at, i.deleted_at
        """;

    const string Mine = "ARRAY(SELECT m.emoji FROM feedback.reactions m WHERE m.feedback_id = i.id AND m.user_id = $1::text ORDER BY m.created_at, m.emoji)";

    /// <summary>What texts about it call it (commerce.md 10.8): they go to others than the author as well, so cleaned, and before it is cut.</summary>
    public string Called => Title is null ? Short(Redaction.Clean(Text)!) : Redaction.Clean(Title)!;

    public static FeedbackItem Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetBoolean(7), row.TextOrNull(8),
        row.GetString(9), row.GetString(10), row.TextOrNull(11), row.IsDBNull(12) ? null : row.GetGuid(12), row.GetString(13), row.GetInt32(14), row.TextOrNull(15),
        row.GetFieldValue<DateTimeOffset>(16), row.GetFieldValue<DateTimeOffset>(17), row.IsDBNull(18) ? null : row.GetFieldValue<DateTimeOffset>(18),
        row.GetInt32(19), row.GetBoolean(20), row.GetFieldValue<string[]>(21));

    static string Short(string text) => text.Length <= 40 ? text : text[..(char.IsHighSurrogate(text[39]) ? 39 : 40)] + "…";

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
