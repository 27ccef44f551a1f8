using Mana.Kernel.Errors;

namespace Mana.Sync.Wire;

/// <summary>The refusals of sync.md 25.2.</summary>
internal static class SyncError
{
    public static ApiError InvalidJson(int? index = null) => new(400, "invalid_json", "The body is not a valid changeset.") { Index = index };

    public static ApiError InvalidOp(int index) => new(400, "invalid_op", "op must be insert, update or delete.") { Index = index };

    public static ApiError MissingTableOrId(int index) => new(400, "missing_table_or_id", "table and id must be non-empty strings.") { Index = index };

    public static ApiError InvalidField(int index, string field) =>
        new(400, "invalid_field", "Every field must be an object {\"value\":…,\"at\":\"…\"}.") { Index = index, Details = Named("field", field) };

    public static ApiError InvalidTimestamp(int index, string field) =>
        new(400, "invalid_timestamp", "Times must be RFC 3339, such as 2026-04-26T10:00:00.000Z.") { Index = index, Details = Named("field", field) };

    public static ApiError UnsupportedCharacter(int? index) => new(400, "unsupported_character", "The character U+0000 cannot be stored.") { Index = index };

    public static ApiError UnsupportedSchemaVersion(long received, int? index = null) =>
        new(400, "unsupported_schema_version", $"unsupported schemaVersion {received} (max {Limits.SchemaVersion})") { Index = index };

    public static ApiError LimitExceeded(string what, long limit, int? index = null) =>
        new(400, "limit_exceeded", $"{what}: at most {limit}.") { Index = index, Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["limit"] = limit } };

    public static ApiError SpaceForbidden(int index) => new(403, "space_forbidden", "You may not write into this space.") { Index = index };

    public static ApiError UnknownCollection(int index, string appId) =>
        new(400, "unknown_collection", "The app does not have this collection.") { Index = index, Details = Named("appId", appId) };

    public static ApiError EventIdReused() =>
        new(409, "event_id_reused", "An eventId of this batch belongs to a change in a space that you have left. Give the change a new eventId.");

    public static ApiError MissingParameter() => new(400, "missing_parameter", "missing collection or since parameter");

    public static ApiError MissingRecord() => new(400, "missing_parameter", "table, id and, for a revert, eventId must be given.");

    public static ApiError NoSuchRecord() => new(404, "record_not_found", "There is no such record among those that you may see.");

    public static ApiError RecordGone() => new(409, "record_deleted", "The record was deleted for good; only inserting it again brings it back.");

    public static ApiError NoSuchVersion() => new(404, "version_not_found", "This version is no longer kept, or it is not one of this record.");

    public static ApiError InvalidLimit() => new(400, "invalid_parameter", "limit must be a number from 1 to 1000.");

    public static ApiError InvalidView() => new(400, "invalid_parameter", "view must be state, or absent.");

    public static ApiError InvalidCursor() => new(400, "invalid_cursor", "This cursor was not issued to you for this app and collection.");

    /// <summary>Exact text of the original: clients show it (sync.md 5).</summary>
    public static ApiError SyncInactive() => new(402, "sync_inactive", "Cloud Sync ist nicht aktiv. Aktiviere Sync in den Einstellungen.");

    static Dictionary<string, object> Named(string key, string value) => new(StringComparer.Ordinal) { [key] = value.Length > 80 ? value[..80] : value };
}
