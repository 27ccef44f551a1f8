using System.Security.Cryptography;
using System.Text;

namespace Mana.Apps.Calendar.Records;

/// <summary>UUIDv5 (RFC 9562 5.5): the same name gives the same id, on every host and for ever.</summary>
internal static class NameUuid
{
    static readonly byte[] Namespace = Guid.ParseExact("6f0e4f0a-3c6b-5a55-9d7e-1b1c2f6f8a10", "D").ToByteArray(bigEndian: true);

    public static Guid Of(string name)
    {
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // The RFC asks for SHA-1; nothing is protected by it.
        SHA1.HashData([.. Namespace, .. Encoding.UTF8.GetBytes(name)], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
