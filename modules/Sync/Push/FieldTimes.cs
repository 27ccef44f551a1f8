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
        var receivedAt = change.Past?.ReceivedAt ?? seq;
        var received = receivedAt - (receivedAt % 1000);
        byte[]? receivedText = null;
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

            receivedText ??= Rfc3339.QuotedMillis(received);
            clampedAt = planned.At is null ? clampedAt : receivedText;
            var value = change.Kind == EditKind.Delete && planned.Name == RecordState.DeletedAt ? receivedText : planned.Value;
            fields[i] = new EditedField(planned.Name, value, receivedText, received);
        }

        return new RecordEdit(change.Kind, fields, seq, received);
    }

    /// <summary>
    /// A write that was decided on the present values beats them, also where a device wrote them whose clock is a little ahead; only where it names
    /// its own times they decide.
    /// </summary>
    public static RecordEdit Beat(RecordEdit edit, PlannedChange change, RecordState present)
    {
        var fields = edit.Fields.ToArray();
        for (var i = 0; i < fields.Length; i++)
        {
            if (change.Fields[i].At is not null || !present.Fields.TryGetValue(fields[i].Name, out var known) || known.Stamp.At < fields[i].AtMicros)
                continue;
            var at = known.Stamp.At - (known.Stamp.At % 1000) + 1000;
            fields[i] = fields[i] with { At = Rfc3339.QuotedMillis(at), AtMicros = at };
        }

        return edit with { Fields = fields };
    }
}
