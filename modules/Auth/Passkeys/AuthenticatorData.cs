using System.Buffers.Binary;
using System.Formats.Cbor;

namespace Mana.Auth.Passkeys;

/// <summary>What the authenticator says and signs (WebAuthn 6.1).</summary>
internal sealed record AuthenticatorData(byte[] RpIdHash, byte Flags, uint SignCount, AttestedCredential? Credential)
{
    const int HashLength = 32;
    const int HeaderLength = HashLength + 1 + 4;
    const int AaguidLength = 16;
    const int LongestCredentialId = 1023;
    const byte Attested = 0x40;
    const byte Extended = 0x80;

    public bool UserPresent => (Flags & 0x01) != 0;

    public bool UserVerified => (Flags & 0x04) != 0;

    public bool BackupEligible => (Flags & 0x08) != 0;

    public bool BackedUp => (Flags & 0x10) != 0;

    /// <summary>Null when it is cut short, or there is something behind it.</summary>
    public static AuthenticatorData? Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < HeaderLength)
            return null;
        try
        {
            var flags = bytes.Span[HashLength];
            var rest = bytes[HeaderLength..];
            AttestedCredential? credential = null;
            if ((flags & Attested) != 0 && (credential = ReadCredential(ref rest)) is null)
                return null;
            if ((flags & Extended) != 0)
                _ = Item(ref rest);
            return rest.Length > 0 ? null : new AuthenticatorData(bytes[..HashLength].ToArray(), flags, BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[(HashLength + 1)..]), credential);
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException)
        {
            return null;
        }
    }

    static AttestedCredential? ReadCredential(ref ReadOnlyMemory<byte> rest)
    {
        if (rest.Length < AaguidLength + 2)
            return null;
        var aaguid = new Guid(rest.Span[..AaguidLength], bigEndian: true);
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span[AaguidLength..]);
        rest = rest[(AaguidLength + 2)..];
        if (length is 0 or > LongestCredentialId || rest.Length < length)
            return null;
        var id = rest[..length].ToArray();
        rest = rest[length..];
        return new AttestedCredential(aaguid, id, Item(ref rest));
    }

    /// <summary>One CBOR item, as its bytes; <paramref name="rest"/> is what comes behind it.</summary>
    static byte[] Item(ref ReadOnlyMemory<byte> rest)
    {
        var reader = new CborReader(rest, CborConformanceMode.Ctap2Canonical, allowMultipleRootLevelValues: true);
        var item = reader.ReadEncodedValue().ToArray();
        rest = rest[item.Length..];
        return item;
    }
}

/// <summary>A credential that was just made (WebAuthn 6.5.1).</summary>
/// <param name="PublicKey">COSE_Key.</param>
internal sealed record AttestedCredential(Guid Aaguid, byte[] Id, byte[] PublicKey);
