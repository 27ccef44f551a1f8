using System.Text.Json;

namespace Mana.Sync;

/// <summary>Shapes of the wire for the OpenAPI document only; the module itself reads and writes bytes (sync.md 2).</summary>
internal static class SyncDocs
{
    internal sealed record FieldChange(JsonElement Value, DateTimeOffset? At);

    internal sealed record Change(
        Guid? EventId, int? SchemaVersion, string Table, string Id, string Op, Dictionary<string, FieldChange>? Fields, JsonElement? Data,
        Dictionary<string, string>? FieldMeta, string? DeletedAt, string? SpaceId, JsonElement? Actor, string? Origin);

    internal sealed record Changeset(string? ClientId, string? Since, string? Cursor, int? SchemaVersion, bool? ReportConflicts, Change[] Changes);

    internal sealed record Conflict(
        string Table, string Id, string Field, JsonElement ClientValue, string ClientTimestamp, JsonElement ServerValue, string ServerTimestamp);

    internal sealed record Ack(int Index, Guid? EventId, string Status, string? At);

    internal sealed record SyncResponse(Change[] ServerChanges, Conflict[] Conflicts, string SyncedUntil, string Cursor, bool? HasMore, Ack[]? Acks);
}
