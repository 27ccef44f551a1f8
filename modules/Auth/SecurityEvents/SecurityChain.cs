using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Data;
using Mana.Auth.Keys;

namespace Mana.Auth.SecurityEvents;

/// <summary>
/// How events are linked (auth.md 22): SHA-256 over the previous hash and every field of the event, each with its length before it. Of the
/// address it covers a keyed digest only, because addresses are shortened later.
/// </summary>
internal sealed class SecurityChain(SecretBox secrets)
{
    const string Purpose = "security events";

    /// <summary>Pseudonym of a person: the same on every host, and not to be reversed without the key.</summary>
    public string SubjectOf(string userId) => Convert.ToHexStringLower(secrets.Digest(Purpose, "subject:" + userId));

    public byte[]? DigestOf(string? address) => address is null ? null : secrets.Digest(Purpose, "address:" + address);

    public static byte[] HashOf(byte[]? previous, SecurityEvent entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, previous);
        Add(hash, entry.Id.ToByteArray(bigEndian: true));
        Add(hash, entry.Subject);
        Add(hash, Number(entry.Position ?? 0));
        Add(hash, entry.EventType);
        Add(hash, entry.AddressDigest);
        Add(hash, entry.UserAgent);
        Add(hash, entry.RequestId);
        Add(hash, entry.Metadata);
        Add(hash, Number(entry.CreatedAt.UtcTicks / TimeSpan.TicksPerMicrosecond));
        return hash.GetHashAndReset();
    }

    static void Add(IncrementalHash hash, string? text) => Add(hash, text is null ? null : Encoding.UTF8.GetBytes(text));

    static void Add(IncrementalHash hash, byte[]? bytes)
    {
        hash.AppendData(Number(bytes?.Length ?? -1));
        hash.AppendData(bytes ?? []);
    }

    static byte[] Number(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
