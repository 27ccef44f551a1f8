using System.Text.Json;
using Mana.Kernel.Errors;
using Mana.Sync.Merge;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;

namespace Mana.Sync.Import;

/// <summary>What a row of the original says, in the terms of a push; or why it cannot be stored.</summary>
internal readonly record struct RowReading(IncomingChange? Change, string? Skipped, IReadOnlyList<string> Remarks);

/// <summary>
/// Reads rows of the original tolerantly: what concerns one field or the circumstances of a change never costs the change. Only a row of
/// which nobody can say what it did to which record is skipped.
/// </summary>
internal static class RowReader
{
    public const string NoTime = "field without a readable time: the row's own was taken";
    public const string NoActor = "actor over 8 KiB left out";
    public const string NoOrigin = "origin over 64 characters left out";
    public const string OfTheFuture = "created_at in the future: stored as of now";
    static readonly Changeset Defaults = new();

    public static RowReading Read(OriginalRow row, int index)
    {
        var remarks = new List<string>(0);
        try
        {
            if (Problem(row) is { } problem)
                return new RowReading(null, problem, []);
            var change = new IncomingChange
            {
                Index = index,
                OpText = row.Op,
                Table = row.Table,
                Id = row.RecordId,
                EventId = row.Id,
                SchemaVersion = Math.Max(row.SchemaVersion ?? 0, 0),
                SpaceId = row.SpaceId is { Length: > 0 } space ? space : null,
                Origin = row.Origin is { Length: > 0 } origin ? origin : null,
                Actor = IsNull(row.Actor) ? default : row.Actor,
            };
            if (!ReadData(row.Data, change))
                return new RowReading(null, "data is not an object", []);
            LeaveOut(change, remarks);
            ReadTimes(row, change, remarks);
            return ChangeRules.Check(change, Defaults) is { } refused ? new RowReading(null, refused.Message, []) : new RowReading(change, null, remarks);
        }
        catch (JsonException)
        {
            return new RowReading(null, $"JSON nested deeper than {Limits.JsonDepth}", []);
        }
    }

    static string? Problem(OriginalRow row)
    {
        if (row.CreatedAt is not > 0)
            return "created_at is not a time since 1970";
        if (row.UserId.Length == 0 || row.AppId.Length == 0)
            return "no user or no app";
        if (row.UserId.Contains(Tenant.Separator, StringComparison.Ordinal) || row.SpaceId?.Contains(Tenant.Separator, StringComparison.Ordinal) == true)
            return "control character in user or space";
        if (row.SchemaVersion > Limits.SchemaVersion)
            return "schema version above 1";
        if ((row.Data?.Length ?? 0) + (row.Meta?.Length ?? 0) > Limits.BodyBytes)
            return "larger than a push may be";
        return ParameterRules.Check(row.AppId, row.ClientId) is ApiError { Message: var message } ? message : null;
    }

    static bool ReadData(byte[]? data, IncomingChange change)
    {
        if (IsNull(data))
            return true;
        var tokens = new JsonTokens(data);
        tokens.Read();
        if (tokens.Type != JsonTokenType.StartObject)
            return false;
        change.Data = data;
        change.Members = [];
        while (tokens.NextMember())
        {
            var name = tokens.Text();
            tokens.Read();
            change.Members.Add(new DataMember(name, tokens.Raw()));
        }

        return true;
    }

    static void LeaveOut(IncomingChange change, List<string> remarks)
    {
        if (change.Actor.Length > Limits.ActorBytes)
        {
            change.Actor = default;
            remarks.Add(NoActor);
        }

        if (change.Origin?.Length > Limits.OriginChars)
        {
            change.Origin = null;
            remarks.Add(NoOrigin);
        }
    }

    /// <summary>
    /// The original stored the time of a field as a string, later some of its writers as an object; clients that said <c>updatedAt</c> instead of
    /// <c>at</c> left an empty string (sync.md 2.6).
    /// </summary>
    static void ReadTimes(OriginalRow row, IncomingChange change, List<string> remarks)
    {
        if (row.Op == "delete")
        {
            ReadDeletion(row, change, remarks);
            return;
        }

        var readable = true;
        change.FieldMeta = new Dictionary<string, RawTime>(StringComparer.Ordinal);
        var tokens = new JsonTokens(IsNull(row.Meta) ? "{}"u8.ToArray() : row.Meta);
        tokens.Read();
        var isObject = tokens.Type == JsonTokenType.StartObject;
        while (isObject && tokens.NextMember())
        {
            var name = tokens.Text();
            tokens.Read();
            if (TimeOf(ref tokens) is { } time)
                change.FieldMeta[name] = time;
            else
                readable = false;
        }

        if (!readable || (row.Op == "update" && change.Members?.Exists(member => Interpreter.IsField(member.Name) && !change.FieldMeta.ContainsKey(member.Name)) == true))
            remarks.Add(NoTime);
    }

    /// <summary>The original deletes softly by any text in <c>deletedAt</c>, and hard without one.</summary>
    static void ReadDeletion(OriginalRow row, IncomingChange change, List<string> remarks)
    {
        var deletedAt = (change.Members ?? []).FindLast(member => member.Name == RecordState.DeletedAt).Value;
        if (deletedAt.IsEmpty || deletedAt.Span[0] != '"')
            return;
        if (Rfc3339.TryParse(deletedAt.Span[1..^1], out var micros))
        {
            change.DeletedAt = new RawTime(deletedAt, micros);
            return;
        }

        var created = row.CreatedAt!.Value;
        change.DeletedAt = new RawTime(Rfc3339.QuotedMillis(created), created - (created % 1000));
        remarks.Add(NoTime);
    }

    /// <summary>The current value as a time: a string, or an object with <c>at</c>, in older rows <c>updatedAt</c>.</summary>
    static RawTime? TimeOf(ref JsonTokens tokens)
    {
        if (tokens.TryTime(out var plain))
            return plain;
        var value = tokens.Raw();
        if (value.Span[0] != '{')
            return null;
        RawTime? at = null, updatedAt = null;
        var members = new JsonTokens(value);
        members.Read();
        while (members.NextMember())
        {
            var (isAt, isUpdatedAt) = (members.Named("at"u8), members.Named("updatedAt"u8));
            members.Read();
            if (!members.TryTime(out var time))
                members.Raw();
            else if (isAt)
                at = time;
            else if (isUpdatedAt)
                updatedAt = time;
        }

        return at ?? updatedAt;
    }

    static bool IsNull(byte[]? json) => json is null || json.AsSpan().SequenceEqual("null"u8);
}
