using System.Formats.Cbor;
using System.Security.Cryptography;
using Mana.Auth.Keys;

namespace Mana.Auth.Passkeys;

/// <summary>
/// The public key of a passkey (RFC 9052 7, RFC 9053), of one of three kinds: EdDSA on Ed25519, ES256 on P-256, RS256. Anything else, and
/// any key that is not written in the one canonical way, is refused.
/// </summary>
internal sealed class CoseKey
{
    public const int EdDsa = -8;
    public const int Es256 = -7;
    public const int Rs256 = -257;

    const int OctetKeyPair = 1;
    const int EllipticCurve = 2;
    const int Rsa = 3;
    const int P256 = 1;
    const int Ed25519 = 6;
    const int Coordinate = 32;
    const int SmallestModulus = 256;
    const int LargestModulus = 512;

    readonly Func<byte[], byte[], bool> _verify;

    CoseKey(Func<byte[], byte[], bool> verify) => _verify = verify;

    /// <summary>Null: of no kind that we take, or not a key.</summary>
    public static CoseKey? Read(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            var reader = new CborReader(encoded, CborConformanceMode.Ctap2Canonical);
            var members = Members(reader);
            if (reader.BytesRemaining > 0)
                return null;
            return (Number(members, 1), Number(members, 3)) switch
            {
                (OctetKeyPair, EdDsa) when Number(members, -1) == Ed25519 && Bytes(members, -2) is { Length: Coordinate } key => OfEd25519(key),
                (EllipticCurve, Es256) when Number(members, -1) == P256 && Bytes(members, -2) is { Length: Coordinate } x && Bytes(members, -3) is { Length: Coordinate } y => OfP256(x, y),
                (Rsa, Rs256) when Bytes(members, -1) is { Length: >= SmallestModulus and <= LargestModulus } n && Bytes(members, -2) is { Length: > 0 and <= 4 } e => OfRsa(n, e),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or CryptographicException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Whether the holder of the private key signed this.</summary>
    /// <param name="signature">In the encoding of WebAuthn 6.5.5: DER for ECDSA.</param>
    public bool Verify(byte[] data, byte[] signature)
    {
        try
        {
            return _verify(data, signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    static CoseKey OfEd25519(byte[] key)
    {
        var imported = Ed25519Key.FromPublicKey(key);
        return new CoseKey((data, signature) => imported.Verify(data, signature));
    }

    static CoseKey OfP256(byte[] x, byte[] y)
    {
        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } };
        // Import checks that the point is on the curve; it is done at registration as well as at each use.
        using (ECDsa.Create(parameters))
        {
        }

        return new CoseKey((data, signature) =>
        {
            using var key = ECDsa.Create(parameters);
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        });
    }

    static CoseKey OfRsa(byte[] modulus, byte[] exponent)
    {
        var parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        using (RSA.Create(parameters))
        {
        }

        return new CoseKey((data, signature) =>
        {
            using var key = RSA.Create(parameters);
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        });
    }

    static Dictionary<int, object> Members(CborReader reader)
    {
        const int Most = 16;
        var members = new Dictionary<int, object>();
        var count = reader.ReadStartMap() ?? 0;
        if (count > Most)
            throw new CborContentException("Too many members.");
        for (var read = 0; read < count; read++)
        {
            var label = reader.ReadInt32();
            switch (reader.PeekState())
            {
                case CborReaderState.ByteString:
                    members.Add(label, reader.ReadByteString());
                    break;
                case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                    members.Add(label, reader.ReadInt32());
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        reader.ReadEndMap();
        return members;
    }

    static int? Number(Dictionary<int, object> members, int label) => members.GetValueOrDefault(label) as int?;

    static byte[]? Bytes(Dictionary<int, object> members, int label) => members.GetValueOrDefault(label) as byte[];
}
