using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mana.Notifications.Push;

/// <summary>
/// Encrypts one message for one browser: RFC 8291 over <c>aes128gcm</c> (RFC 8188). Pure; one record, because a push message is small.
/// </summary>
internal static class WebPushEncryption
{
    public const int PublicKeyLength = 65;
    public const int AuthLength = 16;
    const int SaltLength = 16;
    const int KeyLength = 16;
    const int NonceLength = 12;
    const int TagLength = 16;
    const int RecordSize = 4096;
    const int HeaderLength = SaltLength + sizeof(uint) + 1 + PublicKeyLength;

    /// <summary>Behind the last byte of the only, therefore last, record (RFC 8188 2).</summary>
    const byte LastRecord = 2;

    static ReadOnlySpan<byte> KeyInfo => "Content-Encoding: aes128gcm\0"u8;

    static ReadOnlySpan<byte> NonceInfo => "Content-Encoding: nonce\0"u8;

    static ReadOnlySpan<byte> PushInfo => "WebPush: info\0"u8;

    /// <summary>The body of a push: header, one record.</summary>
    /// <param name="sender">A key pair of this message alone.</param>
    /// <param name="salt">16 random bytes of this message alone.</param>
    /// <param name="receiver">The browser's public key, an uncompressed point.</param>
    /// <exception cref="CryptographicException"><paramref name="receiver"/> is no point of the curve.</exception>
    public static byte[] Encrypt(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> auth, ECDiffieHellman sender, ReadOnlySpan<byte> salt)
    {
        if (plaintext.Length > RecordSize - TagLength - 1)
            throw new ArgumentException("A push message is one record.", nameof(plaintext));
        var senderPoint = Point.Of(sender);
        Span<byte> key = stackalloc byte[KeyLength];
        Span<byte> nonce = stackalloc byte[NonceLength];
        Derive(SharedSecret(sender, receiver), receiver, senderPoint, auth, salt, key, nonce);

        var body = new byte[HeaderLength + plaintext.Length + 1 + TagLength];
        salt.CopyTo(body);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(SaltLength), RecordSize);
        body[SaltLength + sizeof(uint)] = PublicKeyLength;
        senderPoint.CopyTo(body.AsSpan(SaltLength + sizeof(uint) + 1));

        Span<byte> padded = new byte[plaintext.Length + 1];
        plaintext.CopyTo(padded);
        padded[^1] = LastRecord;
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, padded, body.AsSpan(HeaderLength, padded.Length), body.AsSpan(HeaderLength + padded.Length));
        return body;
    }

    /// <summary>RFC 8291 3.4: the browser's secret goes in first, then the salt of the message.</summary>
    static void Derive(
        ReadOnlySpan<byte> shared, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> auth, ReadOnlySpan<byte> salt, Span<byte> key, Span<byte> nonce)
    {
        Span<byte> secret = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> input = stackalloc byte[SHA256.HashSizeInBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, shared, auth, secret);
        HKDF.Expand(HashAlgorithmName.SHA256, secret, input, [.. PushInfo, .. receiver, .. sender]);
        HKDF.Extract(HashAlgorithmName.SHA256, input, salt, secret);
        HKDF.Expand(HashAlgorithmName.SHA256, secret, key, KeyInfo);
        HKDF.Expand(HashAlgorithmName.SHA256, secret, nonce, NonceInfo);
    }

    static byte[] SharedSecret(ECDiffieHellman sender, ReadOnlySpan<byte> receiver)
    {
        using var other = ECDiffieHellman.Create(Point.Parameters(receiver));
        using var publicKey = other.PublicKey;
        return sender.DeriveRawSecretAgreement(publicKey);
    }
}

/// <summary>Uncompressed points of P-256: 0x04, x, y.</summary>
internal static class Point
{
    const byte Uncompressed = 4;
    const int Coordinate = 32;

    public static byte[] Of(ECDiffieHellman key) => Bytes(key.ExportParameters(false).Q);

    public static byte[] Bytes(ECPoint point) => [Uncompressed, .. point.X!, .. point.Y!];

    public static ECParameters Parameters(ReadOnlySpan<byte> point, byte[]? secret = null)
    {
        if (point.Length != WebPushEncryption.PublicKeyLength || point[0] != Uncompressed)
            throw new CryptographicException("Not an uncompressed point of P-256.");
        return new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256, D = secret, Q = new ECPoint { X = point.Slice(1, Coordinate).ToArray(), Y = point[(1 + Coordinate)..].ToArray() },
        };
    }

    /// <summary>Whether it lies on the curve; the framework looks when it imports.</summary>
    public static bool IsValid(ReadOnlySpan<byte> point)
    {
        try
        {
            using var key = ECDiffieHellman.Create(Parameters(point));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
