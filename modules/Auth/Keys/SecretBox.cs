using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Contracts;
using Mana.Kernel.Ids;

namespace Mana.Auth.Keys;

/// <summary>
/// Seals small secrets for the database: AES-256-GCM with a key of its own per purpose, derived from <c>MANA_AUTH_KEK</c> (HKDF-SHA-256,
/// RFC 5869). The row's id is associated data, so what is sealed opens only where it was put.
/// Stored as version ‖ nonce ‖ ciphertext ‖ tag; a second key-encryption key gets the next version.
/// </summary>
internal sealed class SecretBox(AuthOptions options, IIdSource random) : ISealedSecrets
{
    const byte Version = 1;
    const int NonceLength = 12;
    const int TagLength = 16;
    const int KeyLength = 32;

    readonly byte[] _master = options.KeyEncryptionKeyBytes();

    /// <summary>A new nonce each time: sealing twice gives two different boxes.</summary>
    /// <param name="purpose">A constant of the caller; what is sealed for one purpose does not open for another.</param>
    /// <param name="id">Of the row.</param>
    public byte[] Seal(string purpose, string id, ReadOnlySpan<byte> secret)
    {
        var output = new byte[1 + NonceLength + secret.Length + TagLength];
        output[0] = Version;
        var nonce = output.AsSpan(1, NonceLength);
        random.Fill(nonce);
        using var aes = new AesGcm(Key(purpose), TagLength);
        aes.Encrypt(nonce, secret, output.AsSpan(1 + NonceLength, secret.Length), output.AsSpan(1 + NonceLength + secret.Length), Encoding.UTF8.GetBytes(id));
        return output;
    }

    /// <summary>Throws <see cref="CryptographicException"/> when it was sealed elsewhere, changed since, or with another key.</summary>
    public byte[] Open(string purpose, string id, ReadOnlySpan<byte> box)
    {
        if (box.Length < 1 + NonceLength + TagLength || box[0] != Version)
            throw new CryptographicException($"A secret for {purpose} is sealed in a way this program does not know.");
        var secret = new byte[box.Length - 1 - NonceLength - TagLength];
        using var aes = new AesGcm(Key(purpose), TagLength);
        aes.Decrypt(box.Slice(1, NonceLength), box[(1 + NonceLength)..^TagLength], box[^TagLength..], secret, Encoding.UTF8.GetBytes(id));
        return secret;
    }

    /// <summary>HMAC-SHA-256 of a text under a key of the purpose: 32 bytes that tell nobody without the key what it was.</summary>
    public byte[] Digest(string purpose, string text) => HMACSHA256.HashData(Key(purpose + " digest"), Encoding.UTF8.GetBytes(text));

    byte[] Key(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _master, KeyLength, info: Encoding.UTF8.GetBytes("mana auth " + purpose));
}
