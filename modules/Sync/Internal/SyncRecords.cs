using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Mana.Kernel.Errors;
using Mana.Sync.Contracts;
using Mana.Sync.Merge;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Internal;

/// <summary>The door for other modules. A write becomes the JSON of a push, so that there is one parser, one set of limits and one way in.</summary>
internal sealed class SyncRecords(NpgsqlDataSource database, ChangeStore store, Tenancy tenancy, RecordReader reader) : ISyncRecords
{
    public Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken) => AppendAsync(
        request.UserId, request.AppId, request.ClientId, WireText.Of(request), request.Writes.Select(write => write.ExpectedPosition), cancellationToken);

    /// <summary>The same with the JSON of a push.</summary>
    /// <param name="expected">By index of the changes; may be shorter.</param>
    public async Task<AppendResult> AppendAsync(
        string userId, string appId, string clientId, Memory<byte> body, IEnumerable<long?> expected, CancellationToken cancellationToken)
    {
        var (changeset, error) = ChangesetReader.Read(body);
        if ((error ?? ParameterRules.Check(appId, clientId)) is { } invalid)
            return Refuse(invalid);
        foreach (var (change, position) in changeset!.Changes.Zip(expected))
            change.ExpectedSeq = position;
        var caller = await tenancy.OfAsync(userId, cancellationToken);
        var (planned, refused) = store.Plan(caller, appId, clientId, changeset.Changes);
        if (refused is not null)
            return Refuse(refused);
        if (planned.Count == 0)
            return new AppendResult.Stored(0);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StoreAsync(caller, appId, clientId, planned, cancellationToken);
            }
            catch (PostgresException exception) when (PushService.IsReusedEvent(exception))
            {
                if (attempt == 2)
                    return Refuse(SyncError.EventIdReused());
            }
        }
    }

    async Task<AppendResult> StoreAsync(Tenant caller, string appId, string clientId, List<PlannedChange> planned, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var merged = await store.MergeAsync(connection, caller, appId, clientId, planned, cancellationToken);
        if (merged.Unexpected is { } unexpected)
        {
            await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
            await rollback.ExecuteNonQueryAsync(cancellationToken);
            return new AppendResult.Changed(unexpected.Index, unexpected.Position);
        }

        await using (var batch = connection.CreateBatch())
        {
            merged.AppendTo(batch);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        store.Announce(merged);
        return new AppendResult.Stored(merged.Outcome.Duplicates);
    }

    public Task<SyncRecord?> ReadAsync(RecordOwner owner, string appId, string table, string id, CancellationToken cancellationToken) =>
        reader.FindAsync(ScopeOf(owner), appId, table, id, cancellationToken);

    public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, CancellationToken cancellationToken) =>
        reader.TableAsync(ScopeOf(owner), appId, table, "", null, cancellationToken);

    public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, string mentioned, CancellationToken cancellationToken) =>
        reader.TableAsync(ScopeOf(owner), appId, table, "", mentioned, cancellationToken);

    public async IAsyncEnumerable<OwnedRecord> QueryAllAsync(
        string appId, string table, string? bookmark, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (scopeId, after) = ReadBookmark(bookmark);
        // The scope of the bookmark itself first, from behind its record.
        for (var from = scopeId - 1; await reader.NextScopeAsync(from, cancellationToken) is { } scope; from = scope.Id)
        {
            var start = scope.Id == scopeId ? after : "";
            await foreach (var record in reader.TableAsync(scope.Name, appId, table, start, null, cancellationToken))
                yield return new OwnedRecord(OwnerOf(scope.Name), record, string.Create(CultureInfo.InvariantCulture, $"{scope.Id}:{record.Id}"));
        }
    }

    static (long ScopeId, string After) ReadBookmark(string? bookmark)
    {
        if (bookmark is null)
            return (1, "");
        var colon = bookmark.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && long.TryParse(bookmark.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (id, bookmark[(colon + 1)..])
            : throw new ArgumentException("Not a bookmark of QueryAllAsync.", nameof(bookmark));
    }

    static string ScopeOf(RecordOwner owner) => owner.SpaceId is { } space ? ScopeNames.OfSpace(space) : ScopeNames.OfUser(owner.UserId!);

    static RecordOwner OwnerOf(string scope) => ScopeNames.SpaceIdOf(scope) is { } space ? RecordOwner.OfSpace(space) : RecordOwner.OfUser(ScopeNames.UserIdOf(scope)!);

    static AppendResult.Refused Refuse(ApiError error) => new(error.Error, error.Message, error.Index);
}

/// <summary>A request of another module as the JSON of a push.</summary>
internal static class WireText
{
    public static Memory<byte> Of(AppendRequest request) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["clientId"] = request.ClientId,
        ["changes"] = new JsonArray([.. request.Writes.Select(write => Change(request, write))]),
    }.ToJsonString());

    static JsonObject Change(AppendRequest request, RecordWrite write)
    {
        var change = new JsonObject { ["table"] = write.Table, ["id"] = write.Id, ["op"] = OpName(write.Op) };
        var at = write.At is { } time ? Rfc3339.FormatMicros((time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond) : null;
        var fields = write.Fields ?? [];
        if (write.Op == RecordOp.Insert)
            AddInsert(change, write.Id, fields, at);
        else if (write.Op == RecordOp.Update)
            change["fields"] = new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Version(field.Value, at))));
        else
            change[RecordState.DeletedAt] = at ?? throw new ArgumentException("A delete needs its time.", nameof(write));
        if (write.SpaceId is not null)
            change["spaceId"] = write.SpaceId;
        if (write.EventId is { } id)
            change["eventId"] = id.ToString("D");
        if (request.Actor is not null)
            change["actor"] = request.Actor.DeepClone();
        if (request.Origin is not null)
            change["origin"] = request.Origin;
        return change;
    }

    static void AddInsert(JsonObject change, string id, JsonObject fields, string? at)
    {
        var data = (JsonObject)fields.DeepClone();
        data["id"] = id;
        change["data"] = data;
        if (at is not null)
            change["fieldMeta"] = new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)at)));
    }

    static JsonObject Version(JsonNode? value, string? at)
    {
        var version = new JsonObject { ["value"] = value?.DeepClone() };
        if (at is not null)
            version["at"] = at;
        return version;
    }

    static string OpName(RecordOp op) => op switch
    {
        RecordOp.Insert => "insert",
        RecordOp.Update => "update",
        RecordOp.Delete => "delete",
    };
}
