using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Sync.Cursors;

/// <summary>
/// The opaque cursor (sync.md 14.4): for each scope the last position the client has consumed of an app, or of one collection of it.
/// It carries no authority: what a caller may read is decided anew on every request. The check bytes bind it to user and app, so that
/// a cursor that was cut, edited or mixed up is refused instead of silently skipping changes.
/// </summary>
/// <param name="Selection">What it covers.</param>
/// <param name="Vector">How far.</param>
internal sealed record SyncCursor(Selection Selection, ReadVector Vector)
{
    const string Version = "v1.";
    const int CheckBytes = 8;

    /// <summary>Longer texts are refused unread.</summary>
    public const int LongestText = 6 * 1024;


    public string Encode(string userId)
    {
        var names = Encoding.UTF8.GetBytes(Selection.Text);
        var bytes = new byte[CheckBytes + 8 + 2 + (16 * Vector.Shared.Count) + names.Length];
        var rest = bytes.AsSpan(CheckBytes);
        BinaryPrimitives.WriteInt64BigEndian(rest, Vector.Own);
        BinaryPrimitives.WriteUInt16BigEndian(rest[8..], (ushort)Vector.Shared.Count);
        rest = rest[10..];
        foreach (var (key, position) in Vector.Shared.OrderBy(pair => pair.Key))
        {
            BinaryPrimitives.WriteUInt64BigEndian(rest, key);
            BinaryPrimitives.WriteInt64BigEndian(rest[8..], position);
            rest = rest[16..];
        }

        names.CopyTo(rest);
        Check(userId, bytes.AsSpan(CheckBytes)).CopyTo(bytes, 0);
        return Version + Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null unless the text is, character for character, what <see cref="Encode"/> gives for this user.</summary>
    public static SyncCursor? Decode(string text, string userId)
    {
        if (!text.StartsWith(Version, StringComparison.Ordinal) || text.Length > LongestText)
            return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length - Version.Length)];
        if (Base64Url.DecodeFromChars(text.AsSpan(Version.Length), bytes, out _, out var length) != OperationStatus.Done || length < CheckBytes + 10)
            return null;
        var payload = bytes.AsSpan(CheckBytes, length - CheckBytes);
        var cursor = Check(userId, payload).AsSpan().SequenceEqual(bytes.AsSpan(0, CheckBytes)) ? Read(payload) : null;
        return cursor is not null && cursor.Encode(userId) == text ? cursor : null;
    }

    /// <summary>The cursor between two pages of a state view; null for any other.</summary>
    public static SyncCursor? InsideView(string? text, string userId, Selection wanted) =>
        text is { Length: > 0 } && Decode(text, userId) is { Selection.StateAfter: not null } cursor && cursor.Selection.Covers(wanted) ? cursor : null;

    static SyncCursor? Read(ReadOnlySpan<byte> payload)
    {
        var own = BinaryPrimitives.ReadInt64BigEndian(payload);
        int count = BinaryPrimitives.ReadUInt16BigEndian(payload[8..]);
        var rest = payload[10..];
        if (rest.Length < 16 * count)
            return null;
        var shared = new Dictionary<ulong, long>(count);
        for (var i = 0; i < count; i++, rest = rest[16..])
            shared[BinaryPrimitives.ReadUInt64BigEndian(rest)] = BinaryPrimitives.ReadInt64BigEndian(rest[8..]);
        return new SyncCursor(Selection.Parse(Encoding.UTF8.GetString(rest)), new ReadVector(own, shared));
    }

    static byte[] Check(string userId, ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(userId));
        hash.AppendData([0]);
        hash.AppendData(payload);
        return hash.GetHashAndReset()[..CheckBytes];
    }
}
