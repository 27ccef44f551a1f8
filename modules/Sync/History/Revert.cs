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
    public sealed record Done(IReadOnlyList<string> Changed) : RevertResult;

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
        if (await ValuesAsync(caller, record, appId, key, eventId, cancellationToken) is not { } wanted)
            return new RevertResult.NoSuchVersion();
        var fields = Difference(wanted, record.State, only);
        if (fields.Count == 0)
            return new RevertResult.Done([]);
        var at = Rfc3339.QuotedMillis(Newest(record.State, fields));
        return await records.AppendAsync(caller.UserId, appId, Writer, Body(record, key, fields, at), [], cancellationToken) switch
        {
            AppendResult.Refused refused => new RevertResult.Refused(refused.Error, refused.Message),
            _ => new RevertResult.Done([.. fields.Keys]),
        };
    }

    /// <summary>Null when the version is not one of this record, or no longer kept.</summary>
    async Task<Dictionary<string, ReadOnlyMemory<byte>>?> ValuesAsync(
        Tenant caller, FoundRecord record, string appId, RecordKey key, Guid eventId, CancellationToken cancellationToken)
    {
        var (values, found) = (new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal), false);
        var reads = 0;
        for (long? from = record.LastSeq; from is { } position;)
        {
            // Values that are not known to the end must not be taken for null.
            if (++reads > MostReads)
                return null;
            var (rows, next) = await history.ReadAsync(caller, record, appId, key, position, RowsPerRead, cancellationToken);
            foreach (var row in rows)
            {
                var isTarget = row.EventId == eventId;
                found |= isTarget;
                if (found && PastState.Collect(values, row, isTarget))
                    return values;
            }

            from = next;
        }

        return found ? values : null;
    }

    /// <summary>What must change to get there. A field that did not exist then becomes null; one that never changes is left alone.</summary>
    static SortedDictionary<string, ReadOnlyMemory<byte>> Difference(Dictionary<string, ReadOnlyMemory<byte>> wanted, RecordState now, string[]? only)
    {
        var fields = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var name in wanted.Keys.Union(now.Fields.Keys, StringComparer.Ordinal))
        {
            if ((only is not null && !only.Contains(name, StringComparer.Ordinal)) || Merger.IsFrozen(name))
                continue;
            var value = wanted.TryGetValue(name, out var then) ? then : Null;
            var current = now.Fields.TryGetValue(name, out var version) ? version.Value : Null;
            if (!value.Span.SequenceEqual(current.Span))
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
