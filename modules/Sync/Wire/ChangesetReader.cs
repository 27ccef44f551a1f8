using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Mana.Kernel.Errors;

namespace Mana.Sync.Wire;

/// <summary>Reads a push body in one pass over its bytes, without a document model; nothing is accepted before everything was seen.</summary>
internal static class ChangesetReader
{
    static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    /// <summary>Exactly one of the two results is null.</summary>
    public static (Changeset? Changeset, ApiError? Error) Read(Memory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        if (!Utf8.IsValid(body.Span))
            return (null, SyncError.InvalidJson());
        FlattenLines(body.Span);
        try
        {
            var tokens = new JsonTokens(body);
            var changeset = new Changeset();
            var error = ReadChangeset(ref tokens, changeset);
            return error is null ? (changeset, null) : (null, error);
        }
        catch (JsonException)
        {
            return (null, TooDeep(body.Span) ? SyncError.LimitExceeded("JSON nesting", Limits.JsonDepth) : SyncError.InvalidJson());
        }
        catch (InvalidOperationException)
        {
            // A name or id with half a surrogate pair is no Unicode text.
            return (null, SyncError.InvalidJson());
        }
    }

    static ApiError? ReadChangeset(ref JsonTokens tokens, Changeset changeset)
    {
        if (!tokens.Read() || tokens.Type != JsonTokenType.StartObject)
            return SyncError.InvalidJson();
        while (tokens.NextMember())
        {
            if (ReadMember(ref tokens, changeset) is { } error)
                return error;
            if (tokens.SawNul)
                return SyncError.UnsupportedCharacter(null);
        }

        foreach (var change in changeset.Changes)
            if (ChangeRules.Check(change, changeset) is { } error)
                return error;
        return null;
    }

    static ApiError? ReadMember(ref JsonTokens tokens, Changeset changeset)
    {
        if (tokens.Named("changes"u8))
            return ReadChanges(ref tokens, changeset);
        if (tokens.Named("clientId"u8))
            return ReadText(ref tokens, text => changeset.ClientId = text);
        if (tokens.Named("since"u8))
            return ReadText(ref tokens, text => changeset.Since = text);
        if (tokens.Named("cursor"u8))
            return ReadText(ref tokens, text => changeset.Cursor = text);
        if (tokens.Named("schemaVersion"u8))
            return ReadSchemaVersion(ref tokens, changeset);
        var conflicts = tokens.Named("reportConflicts"u8);
        tokens.Read();
        if (conflicts)
            changeset.ReportConflicts = tokens.Type == JsonTokenType.True;
        tokens.Raw();
        return null;
    }

    static ApiError? ReadChanges(ref JsonTokens tokens, Changeset changeset)
    {
        tokens.Read();
        changeset.Changes.Clear();
        if (tokens.IsNull)
            return null;
        if (tokens.Type != JsonTokenType.StartArray)
            return SyncError.InvalidJson();
        while (tokens.Read() && tokens.Type != JsonTokenType.EndArray)
        {
            if (changeset.Changes.Count == Limits.Changes)
                return SyncError.LimitExceeded("changes in one request", Limits.Changes);
            var (change, error) = ChangeReader.Read(ref tokens, changeset.Changes.Count);
            if (error is not null)
                return error;
            changeset.Changes.Add(change!);
        }

        return null;
    }

    static ApiError? ReadText(ref JsonTokens tokens, Action<string?> take)
    {
        tokens.Read();
        if (tokens.Type is not (JsonTokenType.String or JsonTokenType.Null))
            return SyncError.InvalidJson();
        take(tokens.IsNull ? null : tokens.Text());
        return null;
    }

    static ApiError? ReadSchemaVersion(ref JsonTokens tokens, Changeset changeset)
    {
        tokens.Read();
        if (tokens.IsNull)
            return null;
        if (!tokens.TryInt64(out var version))
            return SyncError.InvalidJson();
        if (version > Limits.SchemaVersion)
            return SyncError.UnsupportedSchemaVersion(version);
        changeset.SchemaVersion = version <= 0 ? 1 : (int)version;
        return null;
    }

    /// <summary>Line breaks outside strings mean nothing in JSON, but an event stream frames by lines; inside strings they cannot occur.</summary>
    static void FlattenLines(Span<byte> body)
    {
        while (body.IndexOfAny(LineBreaks) is var at && at >= 0)
        {
            body[at] = (byte)' ';
            body = body[(at + 1)..];
        }
    }

    /// <summary>Tells "nested too deep" from "not JSON" after parsing has failed.</summary>
    static bool TooDeep(ReadOnlySpan<byte> body)
    {
        var (depth, inString) = (0, false);
        for (var i = 0; i < body.Length; i++)
        {
            var current = body[i];
            if (inString && current == '\\')
                i++;
            else if (current == '"')
                inString = !inString;
            else if (!inString && current is (byte)'{' or (byte)'[' && ++depth > Limits.JsonDepth)
                return true;
            else if (!inString && current is (byte)'}' or (byte)']')
                depth--;
        }

        return false;
    }
}
