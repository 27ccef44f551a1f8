using System.Globalization;
using System.Text.Json.Nodes;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Sync.Contracts;
using Mana.Sync.Merge;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.History;

internal sealed record RevertRequest(string? Table, string? Id, Guid? EventId, string? SpaceId, string[]? Fields);

/// <summary>The past of a record, and the way back to it.</summary>
internal static class HistoryHandlers
{
    /// <summary>Stands for the writer of a revert, so that the device which asked for it is told like all others.</summary>
    const string Writer = "server:history";
    const int LongestPage = 200;
    const int LongestChain = 20_000;

    public static async Task<IResult> ReadAsync(
        string appId, CurrentUser user, RecordHistory history, Tenancy tenancy, string? table, string? id, string? spaceId, string? before, string? limit,
        CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(table) || string.IsNullOrEmpty(id))
            return SyncError.MissingRecord();
        if (!ParameterRules.TryPageSize(limit, out var page))
            return SyncError.InvalidLimit();
        var from = 0L;
        if (!string.IsNullOrEmpty(before) && !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out from))
            return SyncError.InvalidCursor();
        var caller = await tenancy.OfAsync(user.UserId, cancellationToken);
        if (await history.FindAsync(caller, appId, table, id, spaceId, cancellationToken) is not { } record)
            return SyncError.NoSuchRecord();
        var (versions, next) = await history.ReadAsync(
            caller, record, appId, id, from == 0 ? record.LastSeq : from, Math.Min(page, LongestPage), cancellationToken);
        var answer = new JsonObject
        {
            ["table"] = table,
            ["id"] = id,
            ["versions"] = new JsonArray([.. versions.Select(version => Describe(version, record))]),
            // Older versions have been folded into one.
            ["completeSince"] = record.Compacted > 0 ? Rfc3339.FormatMicros(record.Compacted) : null,
        };
        if (next is { } older)
            answer["before"] = older.ToString(CultureInfo.InvariantCulture);
        return Results.Text(answer.ToJsonString(), "application/json");
    }

    /// <summary>Writes an ordinary change that gives the record, or the named fields of it, the values that it had after a version.</summary>
    public static async Task<IResult> RevertAsync(
        string appId, RevertRequest? request, CurrentUser user, RecordHistory history, ISyncRecords records, Tenancy tenancy, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (request is not { Table.Length: > 0, Id.Length: > 0, EventId: { } eventId })
            return SyncError.MissingRecord();
        var caller = await tenancy.OfAsync(user.UserId, cancellationToken);
        if (await history.FindAsync(caller, appId, request.Table, request.Id, request.SpaceId, cancellationToken) is not { } record)
            return SyncError.NoSuchRecord();
        var (versions, _) = await history.ReadAsync(caller, record, appId, request.Id, record.LastSeq, LongestChain, cancellationToken);
        if (versions.Find(version => version.EventId == eventId) is not { } target)
            return SyncError.NoSuchVersion();
        var fields = Difference(PastState.ValuesAt(versions, target), record.State, request.Fields);
        if (fields.Count == 0)
            return Results.Ok(new { ok = true, changed = Array.Empty<string>() });

        var write = new RecordWrite(RecordOp.Update, request.Table, request.Id, fields, time.GetUtcNow(), ScopeNames.SpaceIdOf(record.Scope.Name));
        var names = fields.Select(field => field.Key).ToArray();
        return await records.AppendAsync(new AppendRequest(user.UserId, appId, [write], Writer, Origin: "user"), cancellationToken) switch
        {
            AppendResult.Stored => Results.Ok(new { ok = true, changed = names }),
            AppendResult.Refused { Error: "space_forbidden" } => SyncError.SpaceForbidden(0),
            AppendResult.Refused refused => new ApiError(400, refused.Error, refused.Message),
            _ => Refusals.Unavailable,
        };
    }

    /// <summary>What must change to get there. A field that did not exist then becomes null; one that never changes is left alone.</summary>
    static JsonObject Difference(Dictionary<string, JsonNode?> wanted, RecordState now, string[]? only)
    {
        var fields = new JsonObject();
        foreach (var name in wanted.Keys.Union(now.Fields.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if ((only is not null && !only.Contains(name, StringComparer.Ordinal)) || Merger.IsFrozen(name))
                continue;
            var value = wanted.GetValueOrDefault(name);
            var current = now.Fields.TryGetValue(name, out var version) ? JsonNode.Parse(version.Value.Span) : null;
            if (!JsonNode.DeepEquals(value, current))
                fields[name] = value?.DeepClone();
        }

        return fields;
    }

    static JsonObject Describe(StoredVersion version, FoundRecord record)
    {
        var body = version.Body is null ? [] : (JsonObject)JsonNode.Parse(version.Body)!;
        var fields = PastState.VersionsOf(version);
        foreach (var (name, field) in fields)
            field!["current"] = record.State.Fields.TryGetValue(name, out var current) && current.Stamp.Seq == version.Seq;
        var described = new JsonObject
        {
            ["eventId"] = version.EventId.ToString(),
            ["acceptedAt"] = Rfc3339.FormatMicros(version.Seq),
            ["op"] = version.Kind switch { EditKind.Insert => "insert", EditKind.Delete or EditKind.Erase => "delete", _ => "update" },
            ["clientId"] = version.ClientId,
            ["mine"] = version.Own,
            ["fields"] = fields,
            ["lost"] = PastState.LostOf(version),
        };
        if (version.Kind == EditKind.Folded)
            described["folded"] = true;
        foreach (var name in (ReadOnlySpan<string>)["actor", "origin"])
            if (body.Remove(name, out var value))
                described[name] = value;
        return described;
    }
}
