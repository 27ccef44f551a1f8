using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Mana.Auth.Contracts;
using Mana.Recurrence.Contracts;

namespace Mana.Apps.Recurrence;

/// <summary>Where a page of occurrences ended: its last start and original start, in seconds since 1970.</summary>
internal readonly record struct OccurrencePosition(long Start, long Original)
{
    public static OccurrencePosition Of(in Occurrence occurrence) => new(occurrence.StartUtc.ToUnixTimeSeconds(), occurrence.Id.Utc.ToUnixTimeSeconds());

    /// <summary>The order of an expansion: by start, then by original start.</summary>
    public bool IsBefore(in Occurrence occurrence) => Of(occurrence) is var next && (Start, Original).CompareTo((next.Start, next.Original)) < 0;
}

/// <summary>Cursors of <c>expand</c>: opaque, signed, good for the person and the request that they were made for.</summary>
internal sealed class OccurrenceCursors(ISealedSecrets secrets)
{
    const string Purpose = "apps occurrence cursor";
    const int MacLength = 16;

    public string Write(string userId, string fingerprint, OccurrencePosition position)
    {
        Span<byte> bytes = stackalloc byte[16 + MacLength];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.Start);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], position.Original);
        Mac(userId, fingerprint, position).CopyTo(bytes[16..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null when it is not ours, not theirs, or of another request.</summary>
    public OccurrencePosition? Read(string userId, string fingerprint, string cursor)
    {
        Span<byte> bytes = stackalloc byte[16 + MacLength];
        if (cursor.Length > 64 || !Base64Url.IsValid(cursor, out var length) || length != bytes.Length || !Base64Url.TryDecodeFromChars(cursor, bytes, out _))
            return null;
        var position = new OccurrencePosition(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
        return CryptographicOperations.FixedTimeEquals(Mac(userId, fingerprint, position), bytes[16..]) ? position : null;
    }

    ReadOnlySpan<byte> Mac(string userId, string fingerprint, OccurrencePosition position) =>
        secrets.Digest(Purpose, $"{userId}\u001f{fingerprint}\u001f{position.Start}\u001f{position.Original}").AsSpan(0, MacLength);
}
