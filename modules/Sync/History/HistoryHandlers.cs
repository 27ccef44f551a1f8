using System.Globalization;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Sync.Merge;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.History;

internal sealed record RevertRequest(string? Table, string? Id, Guid? EventId, string? SpaceId, string[]? Fields);

/// <summary>The past of a record, and the way back to it.</summary>
internal static class HistoryHandlers
{
    const int LongestPage = 200;

    public static async Task<IResult> ReadAsync(
        string appId, CurrentUser user, RecordHistory history, Tenancy tenancy, string? table, string? id, string? spaceId, string? before, string? limit,
        CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(table) || string.IsNullOrEmpty(id))
            return SyncError.MissingRecord();
        if (!ParameterRules.TryPageSize(limit, out var page))
            return SyncError.InvalidLimit();
        if (ParameterRules.CheckRecord(appId, table, id, spaceId) is { } refused)
            return refused;
        var from = 0L;
        if (!string.IsNullOrEmpty(before) && !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out from))
            return SyncError.InvalidCursor();
        var caller = await tenancy.OfAsync(user.UserId, cancellationToken);
        if (await history.FindAsync(caller, appId, table, id, spaceId, cancellationToken) is not { } record)
            return SyncError.NoSuchRecord();
        var (versions, next, _) = await history.ReadAsync(
            caller, record, appId, new RecordKey(table, id), from == 0 ? record.LastSeq : from, Math.Min(page, LongestPage), cancellationToken);
        return Results.Bytes(Answer(table, id, record, versions, next), "application/json");
    }

    public static async Task<IResult> RevertAsync(
        string appId, RevertRequest? request, CurrentUser user, RecordHistory history, Revert revert, Tenancy tenancy, CancellationToken cancellationToken)
    {
        if (request is not { Table.Length: > 0, Id.Length: > 0, EventId: { } eventId })
            return SyncError.MissingRecord();
        if ((ParameterRules.CheckRecord(appId, request.Table, request.Id, request.SpaceId) ?? ParameterRules.CheckFields(request.Fields ?? [])) is { } malformed)
            return malformed;
        var caller = await tenancy.OfAsync(user.UserId, cancellationToken);
        if (await history.FindAsync(caller, appId, request.Table, request.Id, request.SpaceId, cancellationToken) is not { } record)
            return SyncError.NoSuchRecord();
        return await revert.ToAsync(caller, record, appId, new RecordKey(request.Table, request.Id), eventId, request.Fields, cancellationToken) switch
        {
            RevertResult.Done { Unknown.Count: > 0 } done => Results.Ok(new { ok = true, changed = done.Changed, unknown = done.Unknown }),
            RevertResult.Done done => Results.Ok(new { ok = true, changed = done.Changed }),
            RevertResult.NoSuchVersion => SyncError.NoSuchVersion(),
            RevertResult.Gone => SyncError.RecordGone(),
            RevertResult.Refused { Error: "space_forbidden" } => SyncError.SpaceForbidden(0),
            RevertResult.Refused refused => new ApiError(400, refused.Error, refused.Message),
            _ => Refusals.Unavailable,
        };
    }

    static byte[] Answer(string table, string id, FoundRecord record, List<StoredVersion> versions, long? next) => RawJson.Object(json =>
    {
        json.WriteString("table", table);
        json.WriteString("id", id);
        json.WriteStartArray("versions");
        foreach (var version in versions)
            Write(json, version, record.State);
        json.WriteEndArray();
        // Older versions have been folded into one.
        if (record.Compacted > 0)
            json.WriteString("completeSince", Rfc3339.FormatMicros(record.Compacted));
        if (next is { } older)
            json.WriteString("before", older.ToString(CultureInfo.InvariantCulture));
    });

    static void Write(System.Text.Json.Utf8JsonWriter json, StoredVersion version, RecordState now)
    {
        json.WriteStartObject();
        json.WriteString("eventId", version.EventId);
        json.WriteString("acceptedAt", Rfc3339.FormatMicros(version.Seq));
        json.WriteString("op", version.Kind switch { EditKind.Insert => "insert", EditKind.Delete or EditKind.Erase => "delete", _ => "update" });
        json.WriteString("clientId", version.ClientId);
        json.WriteBoolean("mine", version.Own);
        json.WriteStartObject("fields");
        foreach (var (field, value, at) in PastState.VersionsOf(version))
        {
            json.WriteStartObject(field);
            json.WriteRaw("value", value);
            json.WriteRaw("at", at);
            json.WriteBoolean("current", PastState.IsCurrent(version, now, field, value, at));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("lost");
        foreach (var (field, value, at) in PastState.LostOf(version))
            json.WriteVersion(field, value, at);
        json.WriteEndObject();
        if (version.Kind == EditKind.Folded)
            json.WriteBoolean("folded", true);
        if (version.Kind == EditKind.Refused)
            json.WriteBoolean("refused", true);
        var body = RawMembers.Of(version.Body);
        foreach (var name in (ReadOnlySpan<string>)["actor", "origin"])
            if (body.Find(name) is { } value)
                json.WriteRaw(name, value);
        json.WriteEndObject();
    }
}
