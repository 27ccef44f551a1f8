namespace Mana.Sync.Merge;

/// <summary>
/// Age of a field version: first its instant (µs since 1970-01-01 UTC), then the log position at which the server accepted it.
/// Positions are unique per scope, so two stamps of one record are never equal (sync.md 13.5).
/// </summary>
internal readonly record struct Stamp(long At, long Seq) : IComparable<Stamp>
{
    public int CompareTo(Stamp other) => At != other.At ? At.CompareTo(other.At) : Seq.CompareTo(other.Seq);

    public static bool operator >(Stamp left, Stamp right) => left.CompareTo(right) > 0;

    public static bool operator <(Stamp left, Stamp right) => left.CompareTo(right) < 0;

    public static bool operator >=(Stamp left, Stamp right) => left.CompareTo(right) >= 0;

    public static bool operator <=(Stamp left, Stamp right) => left.CompareTo(right) <= 0;

    public static Stamp? Newest(Stamp? left, Stamp? right) =>
        left is null || (right is { } other && other > left.Value) ? right : left;
}

/// <summary>One value of one field. <paramref name="Value"/> and <paramref name="At"/> are raw JSON tokens, so that numbers and times survive verbatim.</summary>
internal sealed record FieldVersion(Stamp Stamp, ReadOnlyMemory<byte> At, ReadOnlyMemory<byte> Value)
{
    public bool IsNull => Value.Span.SequenceEqual("null"u8);

    /// <summary>What JavaScript takes for false. Clients ask of <c>deletedAt</c> no more than that.</summary>
    public bool IsFalsy => IsNull || Value.Span.SequenceEqual("false"u8) || Value.Span.SequenceEqual("\"\""u8) || Value.Span.SequenceEqual("0"u8);

    public bool HasValueOf(FieldVersion other) => Value.Span.SequenceEqual(other.Value.Span);
}
