using Mana.Sync.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.Push;

/// <summary>Gives every field of a change the time that it counts with.</summary>
internal static class FieldTimes
{
    /// <summary>Missing times become the receive time; times too far ahead of the server are set back to it (sync.md 13.5, 13.7).</summary>
    public static RecordEdit Resolve(PlannedChange change, long seq, out byte[]? clampedAt)
    {
        // Milliseconds, as clients write them: unmodified clients compare these strings, not the instants.
        var received = seq - (seq % 1000);
        byte[]? receivedAt = null;
        clampedAt = null;
        var fields = new EditedField[change.Fields.Count];
        for (var i = 0; i < fields.Length; i++)
        {
            var planned = change.Fields[i];
            if (planned.At is { } at && at.Micros <= received + Limits.ClockSkewMicros)
            {
                fields[i] = new EditedField(planned.Name, planned.Value, at.Token, at.Micros);
                continue;
            }

            receivedAt ??= Rfc3339.QuotedMillis(received);
            clampedAt = planned.At is null ? clampedAt : receivedAt;
            var value = change.Kind == EditKind.Delete && planned.Name == RecordState.DeletedAt ? receivedAt : planned.Value;
            fields[i] = new EditedField(planned.Name, value, receivedAt, received);
        }

        return new RecordEdit(change.Kind, fields, seq, received);
    }
}
