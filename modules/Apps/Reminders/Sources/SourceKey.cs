using Mana.Sync.Contracts;

namespace Mana.Apps.Reminders.Sources;

/// <summary>A synchronised record that somebody wants to be reminded of.</summary>
/// <param name="SpaceId">Null: the user's own.</param>
internal sealed record SourceKey(string UserId, string? SpaceId, string AppId, string Collection, string Id)
{
    public RecordOwner Owner => SpaceId is null ? RecordOwner.OfUser(UserId) : RecordOwner.OfSpace(SpaceId);

    /// <summary>Whose record it is, whoever asks: locks and look-ups go by it.</summary>
    public string Scope => SpaceId is null ? "u:" + UserId : "s:" + SpaceId;

    public SourceKey Of(string appId, string collection, string id) => this with { AppId = appId, Collection = collection, Id = id };
}

/// <summary>The tables that reminders follow (compute.md 8.5).</summary>
internal static class Tables
{
    public static readonly (string App, string Table)[] All =
    [
        ("todo", "reminders"), ("todo", "tasks"), ("calendar", "events"), ("timeblocks", "timeBlocks"), ("plants", "wateringSchedules"),
    ];
}
