using System.Security.Cryptography;

namespace Mana.Auth.Keys;

/// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 3.3), which every OpenID Connect client can verify. OpenSSL's key is immutable, so threads may share it.</summary>
internal sealed class RsaKey : ISignatureKey
{
    public const string Name = "RS256";

    /// <summary>What RFC 7518 3.3 asks for at least.</summary>
    public const int Bits = 2048;

    readonly RSA _key;

    RsaKey(RSA key) => (_key, Public) = (key, key.ExportParameters(false));

    public string Algorithm => Name;

    /// <summary>Modulus and exponent.</summary>
    public RSAParameters Public { get; }

    public static RsaKey Create() => new(RSA.Create(Bits));

    /// <summary>PKCS#8, as <see cref="ExportPrivate"/> wrote it.</summary>
    public static RsaKey FromPrivate(ReadOnlySpan<byte> pkcs8)
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new RsaKey(key);
    }

    public static RsaKey FromPublic(byte[] modulus, byte[] exponent) => new(RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent }));

    public byte[] ExportPrivate() => _key.ExportPkcs8PrivateKey();

    public byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => _key.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
