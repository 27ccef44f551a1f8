using Mana.Sync.Contracts;
using Mana.Sync.Internal;
using Mana.Sync.Merge;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;

namespace Mana.Sync.History;

/// <summary>What came of a wish to go back.</summary>
internal abstract record RevertResult
{
    /// <summary>The record is as it was then, as far as that is known.</summary>
    /// <param name="Unknown">Fields that were left alone, because what they held then is no longer kept.</param>
    public sealed record Done(IReadOnlyList<string> Changed, IReadOnlyList<string> Unknown) : RevertResult;

    public sealed record NoSuchVersion : RevertResult;

    /// <summary>Nothing but a full insert brings a hard-deleted record back (sync.md 13.8).</summary>
    public sealed record Gone : RevertResult;

    public sealed record Refused(string Error, string Message) : RevertResult;
}

/// <summary>Writes an ordinary change that gives a record, or some fields of it, the values that it had after a version.</summary>
internal sealed class Revert(RecordHistory history, SyncRecords records, TimeProvider time)
{
    /// <summary>Stands for the writer, so that the device which asked for it is told like all others.</summary>
    const string Writer = "server:history";
    const int RowsPerRead = 200;

    /// <summary>Ten thousand versions; what lies further back can be looked at, but no longer be gone back to at once.</summary>
    const int MostReads = 50;

    static readonly byte[] Null = "null"u8.ToArray();

    public async Task<RevertResult> ToAsync(
        Tenant caller, FoundRecord record, string appId, RecordKey key, Guid eventId, string[]? only, CancellationToken cancellationToken)
    {
        if (record.State.IsErased)
            return new RevertResult.Gone();
        if (await ValuesAsync(caller, record, appId, key, eventId, cancellationToken) is not { } past)
            return new RevertResult.NoSuchVersion();
        var fields = Difference(past, record.State, only, out var unknown);
        if (fields.Count == 0)
            return new RevertResult.Done([], unknown);
        var at = Rfc3339.QuotedMillis(Newest(record.State, fields));
        return await records.AppendAsync(caller.UserId, appId, Writer, Body(record, key, fields, at), [], cancellationToken) switch
        {
            AppendResult.Refused refused => new RevertResult.Refused(refused.Error, refused.Message),
            _ => new RevertResult.Done([.. fields.Keys], unknown),
        };
    }

    /// <summary>Null when the version is not one of this record, or no longer kept.</summary>
    async Task<PastValues?> ValuesAsync(Tenant caller, FoundRecord record, string appId, RecordKey key, Guid eventId, CancellationToken cancellationToken)
    {
        var (past, reads) = (new PastValues(record.State.Erased), 0);
        for (long? from = record.LastSeq; from is { } position;)
        {
            if (++reads > MostReads)
                return null;
            var (rows, next, isGap) = await history.ReadAsync(caller, record, appId, key, position, RowsPerRead, cancellationToken);
            if (rows.Exists(row => past.Add(row, eventId)))
                return past;
            if (next is null)
                past.End(broken: isGap);
            from = next;
        }

        return past.Found ? past : null;
    }

    /// <summary>
    /// What must change to get there. A field that is known not to have existed then becomes null; one that never changes is left alone, and so is who may
    /// see the record, unless that is asked for by name.
    /// </summary>
    static SortedDictionary<string, ReadOnlyMemory<byte>> Difference(PastValues past, RecordState now, string[]? only, out List<string> unknown)
    {
        var fields = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        unknown = [];
        var wanted = past.ToDictionary();
        foreach (var name in wanted.Keys.Union(now.Fields.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (!(only?.Contains(name, StringComparer.Ordinal) ?? name != RecordState.Visibility) || Merger.IsFrozen(name))
                continue;
            var isKnown = wanted.TryGetValue(name, out var then);
            var current = now.Fields.TryGetValue(name, out var version) ? version.Value : Null;
            if (!isKnown && !past.IsComplete)
                unknown.Add(name);
            else if ((isKnown ? then : Null) is var value && !value.Span.SequenceEqual(current.Span))
                fields[name] = value;
        }

        return fields;
    }

    /// <summary>Now, or just behind the values that it must beat: a device whose clock is a little ahead may have written them.</summary>
    long Newest(RecordState state, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> fields)
    {
        var now = (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        return fields.Keys.Where(state.Fields.ContainsKey).Select(name => state.Fields[name].Stamp.At + 1000).Append(now).Max();
    }

    static byte[] Body(FoundRecord record, RecordKey key, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> fields, byte[] at) => RawJson.Object(json =>
    {
        json.WriteStartArray("changes");
        json.WriteStartObject();
        json.WriteString("table", key.Table);
        json.WriteString("id", key.Id);
        json.WriteString("op", "update");
        json.WriteStartObject("fields");
        foreach (var (name, value) in fields)
            json.WriteVersion(name, value, at);
        json.WriteEndObject();
        json.WriteTail(ScopeNames.SpaceIdOf(record.Scope.Name), default, "user");
        json.WriteEndObject();
        json.WriteEndArray();
    });
}
