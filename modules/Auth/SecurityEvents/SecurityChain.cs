using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Data;
using Mana.Auth.Keys;

namespace Mana.Auth.SecurityEvents;

/// <summary>
/// How events are linked (auth.md 22): SHA-256 over the previous hash and every field of the event, each with its length before it. Of the
/// address, and of what a person's erasure takes away, it covers keyed digests only: addresses are shortened later and content goes, and
/// the chain still holds.
/// </summary>
internal sealed class SecurityChain(SecretBox secrets)
{
    const string Purpose = "security events";

    /// <summary>Pseudonym of a person: the same on every host, and not to be reversed without the key.</summary>
    public string SubjectOf(string userId) => Convert.ToHexStringLower(secrets.Digest(Purpose, "subject:" + userId));

    public byte[]? DigestOf(string? address) => address is null ? null : secrets.Digest(Purpose, "address:" + address);

    /// <summary>Of user agent, request id and metadata.</summary>
    public byte[] ContentOf(SecurityEvent entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, entry.UserAgent);
        Add(hash, entry.RequestId);
        Add(hash, entry.Metadata);
        return secrets.Digest(Purpose, "content:" + Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    public byte[] HashOf(byte[]? previous, SecurityEvent entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, previous);
        Add(hash, entry.Id.ToByteArray(bigEndian: true));
        Add(hash, entry.Subject);
        Add(hash, Number(entry.Position ?? 0));
        Add(hash, entry.EventType);
        Add(hash, entry.AddressDigest);
        Add(hash, entry.ContentDigest ?? ContentOf(entry));
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
