using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mana.Analytics.Items;

/// <summary>The full row: for its author and for administrators alone (commerce.md 10.2).</summary>
internal sealed record FeedbackRow(
    Guid Id, string UserId, string AppId, string? Title, string FeedbackText, string Category, string Status, bool IsPublic, string? AdminResponse, int VoteCount,
    string DisplayHash, string DisplayName, string? ModuleContext, Guid? ParentId, JsonElement Reactions, int Score, JsonElement? DeviceInfo, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static FeedbackRow Of(FeedbackItem item) => new(
        item.Id, item.UserId, item.AppId, item.Title, item.Text, item.Category, item.Status, item.IsPublic, item.AdminResponse, 0, item.DisplayHash, item.DisplayName,
        item.ModuleContext, item.ParentId, FeedbackItem.Json(item.Reactions), item.Score, item.DeviceInfo is { } device ? FeedbackItem.Json(device) : null, item.CreatedAt, item.UpdatedAt);
}

/// <summary>What others may see. There is no member for who wrote it or on what device, so none can be filled by mistake.</summary>
internal sealed record PublicItem(
    Guid Id, string AppId, string? Title, string FeedbackText, string Category, string Status, string? ModuleContext, Guid? ParentId, string DisplayHash, string DisplayName,
    JsonElement Reactions, int Score, string? AdminResponse, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Karma)
{
    /// <summary>For signed-in people, of an author who wants it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RealName { get; init; }

    /// <summary>For signed-in people.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? MyReactions { get; init; }

    /// <summary>Set on what is only still there because somebody replied to it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DeletedAt { get; init; }

    public static PublicItem Of(FeedbackItem item) => new(
        item.Id, item.AppId, Redaction.Clean(item.Title), Redaction.Clean(item.Text)!, item.Category, item.Status, item.ModuleContext, item.ParentId, item.DisplayHash,
        item.DisplayName.Length > 0 ? item.DisplayName : "Anonym", FeedbackItem.Json(item.Reactions), item.Score, Redaction.Clean(item.AdminResponse), item.CreatedAt, item.UpdatedAt, item.Karma)
    {
        DeletedAt = item.DeletedAt,
    };
}
