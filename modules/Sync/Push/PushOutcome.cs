using Mana.Sync.Merge;

namespace Mana.Sync.Push;

/// <summary>What became of one change of the request, for <c>acks</c> and <c>conflicts</c>.</summary>
internal sealed record Ack(int Index, Guid? EventId, bool Duplicate, byte[]? ClampedAt);

/// <summary>One pushed field that lost against a newer stored version (sync.md 13.6).</summary>
internal sealed record Conflict(RecordKey Key, string Field, EditedField Pushed, FieldVersion Current);

/// <summary>What a push has to say to its sender and to the metrics, over all scopes that it wrote to.</summary>
internal sealed class PushOutcome
{
    public List<Ack> Acks { get; } = [];

    public List<Conflict> Conflicts { get; } = [];

    public int Duplicates { get; private set; }

    public int Clamped { get; private set; }

    public int Frozen { get; private set; }

    public void Repeated(PlannedChange change, byte[]? clampedAt)
    {
        Duplicates++;
        Acknowledge(change, true, clampedAt);
    }

    public void Stored(PlannedChange change, byte[]? clampedAt, int frozen)
    {
        Clamped += clampedAt is null ? 0 : 1;
        Frozen += frozen;
        Acknowledge(change, false, clampedAt);
    }

    void Acknowledge(PlannedChange change, bool duplicate, byte[]? clampedAt)
    {
        // The two rows of a delete with edits are one change to its sender.
        if (Acks.Count > 0 && Acks[^1].Index == change.Source.Index)
            Acks[^1] = Acks[^1] with { ClampedAt = Acks[^1].ClampedAt ?? clampedAt };
        else
            Acks.Add(new Ack(change.Source.Index, change.Source.EventId, duplicate, clampedAt));
    }
}
