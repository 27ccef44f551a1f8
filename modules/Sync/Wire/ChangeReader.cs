using System.Text.Json;
using Mana.Kernel.Errors;

namespace Mana.Sync.Wire;

/// <summary>Reads one change of a push body (sync.md 2.1, 2.2, 2.6).</summary>
internal static class ChangeReader
{
    public static (IncomingChange? Change, ApiError? Error) Read(ref JsonTokens tokens, int index)
    {
        if (tokens.Type != JsonTokenType.StartObject)
            return (null, SyncError.InvalidJson(index));
        var change = new IncomingChange { Index = index };
        while (tokens.NextMember())
            if (ReadMember(ref tokens, change) is { } error)
                return (null, error);
        return tokens.SawNul ? (null, SyncError.UnsupportedCharacter(index)) : (change, null);
    }

    static ApiError? ReadMember(ref JsonTokens tokens, IncomingChange change)
    {
        if (tokens.Named("table"u8))
            return ReadText(ref tokens, change, text => change.Table = text);
        if (tokens.Named("id"u8))
            return ReadText(ref tokens, change, text => change.Id = text);
        if (tokens.Named("op"u8))
            return ReadText(ref tokens, change, text => change.OpText = text);
        if (tokens.Named("fields"u8))
            return ReadFields(ref tokens, change);
        if (tokens.Named("data"u8))
            return ReadData(ref tokens, change);
        if (tokens.Named("fieldMeta"u8))
            return ReadFieldMeta(ref tokens, change);
        if (tokens.Named("deletedAt"u8))
            return ReadDeletedAt(ref tokens, change);
        if (tokens.Named("origin"u8))
            return ReadText(ref tokens, change, text => change.Origin = text is { Length: > 0 } ? text : null);
        return ReadOpaque(ref tokens, change);
    }

    /// <summary>Members whose wrong type is no error, because the original never looked at it.</summary>
    static ApiError? ReadOpaque(ref JsonTokens tokens, IncomingChange change)
    {
        if (tokens.Named("schemaVersion"u8))
            return ReadSchemaVersion(ref tokens, change);
        var (eventId, spaceId, actor) = (tokens.Named("eventId"u8), tokens.Named("spaceId"u8), tokens.Named("actor"u8));
        tokens.Read();
        if (tokens.Type == JsonTokenType.String && eventId)
            change.EventId = Guid.TryParseExact(tokens.Text(), "D", out var id) ? id : null;
        else if (tokens.Type == JsonTokenType.String && spaceId)
            change.SpaceId = tokens.Text() is { Length: > 0 } text ? text : null;
        else if (actor && !tokens.IsNull)
            change.Actor = tokens.Raw();
        else
            tokens.Raw();
        return null;
    }

    static ApiError? ReadText(ref JsonTokens tokens, IncomingChange change, Action<string?> take)
    {
        tokens.Read();
        if (tokens.Type is not (JsonTokenType.String or JsonTokenType.Null))
            return SyncError.InvalidJson(change.Index);
        take(tokens.IsNull ? null : tokens.Text());
        return null;
    }

    static ApiError? ReadSchemaVersion(ref JsonTokens tokens, IncomingChange change)
    {
        tokens.Read();
        if (tokens.IsNull)
            return null;
        if (!tokens.TryInt64(out var version))
            return SyncError.InvalidJson(change.Index);
        if (version > Limits.SchemaVersion)
            return SyncError.UnsupportedSchemaVersion(version, change.Index);
        change.SchemaVersion = version <= 0 ? 0 : (int)version;
        return null;
    }

    static ApiError? ReadFields(ref JsonTokens tokens, IncomingChange change)
    {
        tokens.Read();
        change.Fields.Clear();
        if (tokens.IsNull)
            return null;
        if (tokens.Type != JsonTokenType.StartObject)
            return SyncError.InvalidField(change.Index, "fields");
        while (tokens.NextMember())
        {
            var name = tokens.Text();
            tokens.Read();
            if (tokens.Type != JsonTokenType.StartObject)
                return SyncError.InvalidField(change.Index, name);
            if (ReadField(ref tokens, change, name) is { } error)
                return error;
        }

        return null;
    }

    /// <summary><c>at</c> wins over its old name <c>updatedAt</c>; a missing <c>value</c> is an undefined property, i.e. null.</summary>
    static ApiError? ReadField(ref JsonTokens tokens, IncomingChange change, string name)
    {
        ReadOnlyMemory<byte> value = "null"u8.ToArray();
        RawTime? at = null, updatedAt = null;
        while (tokens.NextMember())
        {
            var (isAt, isUpdatedAt, isValue) = (tokens.Named("at"u8), tokens.Named("updatedAt"u8), tokens.Named("value"u8));
            tokens.Read();
            if (!(isAt || isUpdatedAt) || tokens.IsNull)
            {
                var raw = tokens.Raw();
                value = isValue ? raw : value;
                continue;
            }

            if (!tokens.TryTime(out var time))
                return SyncError.InvalidTimestamp(change.Index, name);
            at = isAt ? time : at;
            updatedAt = isUpdatedAt ? time : updatedAt;
        }

        change.Fields.Add(new IncomingField(name, value, at ?? updatedAt));
        return null;
    }

    static ApiError? ReadData(ref JsonTokens tokens, IncomingChange change)
    {
        tokens.Read();
        change.Members = null;
        if (tokens.IsNull)
            return null;
        if (tokens.Type != JsonTokenType.StartObject)
            return SyncError.InvalidJson(change.Index);
        // A second reader walks the members, so that the whole object stays one verbatim slice.
        var members = new JsonTokens(change.Data = tokens.Raw());
        members.Read();
        change.Members = [];
        while (members.NextMember())
        {
            var name = members.Text();
            members.Read();
            change.Members.Add(new DataMember(name, members.Raw()));
        }

        return null;
    }

    /// <summary>Accepts <c>{field: "time"}</c> and the shape <c>{field: {"at": "time", …}}</c> that server-side writers used.</summary>
    static ApiError? ReadFieldMeta(ref JsonTokens tokens, IncomingChange change)
    {
        tokens.Read();
        change.FieldMeta = null;
        if (tokens.IsNull)
            return null;
        if (tokens.Type != JsonTokenType.StartObject)
            return SyncError.InvalidJson(change.Index);
        change.FieldMeta = new Dictionary<string, RawTime>(StringComparer.Ordinal);
        while (tokens.NextMember())
        {
            var name = tokens.Text();
            tokens.Read();
            if (tokens.Type == JsonTokenType.StartObject)
            {
                if (ReadField(ref tokens, change, name) is { } error)
                    return error;
                var at = change.Fields[^1].At;
                change.Fields.RemoveAt(change.Fields.Count - 1);
                if (at is { } nested)
                    change.FieldMeta[name] = nested;
            }
            else if (tokens.TryTime(out var time))
            {
                change.FieldMeta[name] = time;
            }
            else if (!tokens.IsNull)
            {
                return SyncError.InvalidTimestamp(change.Index, name);
            }
        }

        return null;
    }

    static ApiError? ReadDeletedAt(ref JsonTokens tokens, IncomingChange change)
    {
        tokens.Read();
        change.DeletedAt = null;
        if (tokens.IsNull)
            return null;
        if (!tokens.TryTime(out var time))
            return SyncError.InvalidTimestamp(change.Index, "deletedAt");
        change.DeletedAt = time;
        return null;
    }
}
