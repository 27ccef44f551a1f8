using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Testing.Push;

/// <summary>The browser's side of RFC 8291, written from the RFC and not from the module: what it cannot read, no browser can.</summary>
public static class PushDecryption
{
    public static string Open(byte[] body, ECDiffieHellman browser, byte[] auth)
    {
        var salt = body.AsSpan(0, 16);
        var recordSize = BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(16));
        var keyLength = body[20];
        var senderPoint = body.AsSpan(21, keyLength).ToArray();
        var record = body.AsSpan(21 + keyLength);
        if (record.Length > recordSize)
            throw new CryptographicException("More than one record.");
        var q = browser.ExportParameters(false).Q;
        byte[] browserPoint = [4, .. q.X!, .. q.Y!];
        using var sender = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = senderPoint[1..33], Y = senderPoint[33..] } });
        var shared = browser.DeriveRawSecretAgreement(sender.PublicKey);
        var input = Hkdf(auth, shared, [.. "WebPush: info\0"u8, .. browserPoint, .. senderPoint], 32);
        var key = Hkdf(salt.ToArray(), input, [.. "Content-Encoding: aes128gcm\0"u8], 16);
        var nonce = Hkdf(salt.ToArray(), input, [.. "Content-Encoding: nonce\0"u8], 12);
        var plain = new byte[record.Length - 16];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(nonce, record[..^16], record[^16..], plain);
        var end = Array.FindLastIndex(plain, one => one != 0);
        if (plain[end] != 2)
            throw new CryptographicException("Not the last record.");
        return Encoding.UTF8.GetString(plain, 0, end);
    }

    static byte[] Hkdf(byte[] salt, byte[] input, byte[] info, int length)
    {
        var secret = HMACSHA256.HashData(salt, input);
        byte[] message = [.. info, 1];
        return HMACSHA256.HashData(secret, message)[..length];
    }
}
