using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mana.Sync.Spaces;

namespace Mana.Sync.Push;

/// <summary>
/// Derived idempotency keys (sync.md 2.7): UUIDv8 (RFC 9562 5.8) whose first 48 bits are the change's own time, so that the unique index
/// grows at one edge, and whose other bits are a SHA-256 of who changed what to what.
/// </summary>
internal static class EventIds
{
    /// <summary>Gives every planned change its key or its fingerprint.</summary>
    public static void Assign(PlannedChange change, Tenant caller, string clientId, string appId)
    {
        // The own scope is not part of the content: placeholder and real id of the personal space mean the same.
        var author = change.Scope == caller.Own.Name ? caller.UserId : caller.UserId + Tenant.Separator + change.Scope;
        if (change.Source.EventId is { } own)
        {
            // A delete with edits is two rows; the second keeps the client's id, which is what the client knows.
            change.EventId = change.Kind == Merge.EditKind.Update && change.Source.Op == Wire.ChangeOp.Delete ? Derive(change, author, own.ToString(), appId) : own;
            return;
        }

        var derived = Derive(change, author, clientId, appId);
        if (change.HasExplicitTimes)
            change.EventId = derived;
        else
            change.Fingerprint = derived;
    }

    /// <summary>The id of a synthetic change that tells a record as it stood at a position: the same whenever it is told again.</summary>
    public static Guid OfState(string scope, string appId, string table, string id, long seq)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in (ReadOnlySpan<string>)[scope, appId, table, id, seq.ToString(CultureInfo.InvariantCulture)])
            Append(hash, Encoding.UTF8.GetBytes(text));
        Span<byte> bytes = stackalloc byte[32];
        hash.GetHashAndReset(bytes);
        return Version8(bytes, seq / 1000);
    }

    static Guid Derive(PlannedChange change, string author, string clientId, string appId)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in (ReadOnlySpan<string>)[author, clientId, appId, change.Source.Table!, change.Source.Id!])
            Append(hash, Encoding.UTF8.GetBytes(text));
        hash.AppendData([(byte)change.Kind]);
        var newest = 0L;
        foreach (var field in change.Fields.OrderBy(field => field.Name, StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(field.Name));
            Append(hash, field.Value.Span);
            Append(hash, field.At is { } at ? at.Token.Span : default);
            newest = Math.Max(newest, field.At?.Micros ?? 0);
        }

        Span<byte> bytes = stackalloc byte[32];
        hash.GetHashAndReset(bytes);
        return Version8(bytes, newest / 1000);
    }

    static Guid Version8(Span<byte> bytes, long unixMillis)
    {
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, unixMillis);
        time[2..].CopyTo(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes[..16], bigEndian: true);
    }

    /// <summary>Length first, so that no two lists of parts read alike.</summary>
    static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
