using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Ids;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Keys;

/// <summary>
/// Seals private keys for the database: AES-256-GCM, stored as nonce ‖ ciphertext ‖ tag. The kid is associated data, so a sealed
/// key moved to another row does not open.
/// </summary>
internal sealed class KeyEncryption
{
    /// <summary>Stored beside each sealed key; a second key-encryption key gets the next number.</summary>
    public const int CurrentVersion = 1;

    const int NonceLength = 12;
    const int TagLength = 16;

    readonly byte[] _key;
    readonly IIdSource _random;

    public KeyEncryption(AuthOptions options, IIdSource random, ILogger<KeyEncryption> log)
    {
        (_key, _random) = (options.KeyEncryptionKeyBytes(), random);
        if (options.UsesDevelopmentKey)
            log.LogWarning("MANA_AUTH_KEK is not set: signing keys are sealed with the PUBLICLY KNOWN development key. Never expose this host.");
    }

    public byte[] Seal(string kid, ReadOnlySpan<byte> secret)
    {
        var output = new byte[NonceLength + secret.Length + TagLength];
        var nonce = output.AsSpan(0, NonceLength);
        _random.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, secret, output.AsSpan(NonceLength, secret.Length), output.AsSpan(NonceLength + secret.Length), Context(kid));
        return output;
    }

    /// <summary>Throws <see cref="CryptographicException"/> when the key-encryption key is not the one that sealed it.</summary>
    public byte[] Open(string kid, ReadOnlySpan<byte> sealedSecret, int version)
    {
        if (version != CurrentVersion || sealedSecret.Length < NonceLength + TagLength)
            throw new CryptographicException($"Signing key {kid} is sealed in a way this program does not know.");
        var secret = new byte[sealedSecret.Length - NonceLength - TagLength];
        using var aes = new AesGcm(_key, TagLength);
        try
        {
            aes.Decrypt(sealedSecret[..NonceLength], sealedSecret[NonceLength..^TagLength], sealedSecret[^TagLength..], secret, Context(kid));
        }
        catch (AuthenticationTagMismatchException wrong)
        {
            throw new CryptographicException($"Signing key {kid} does not open with MANA_AUTH_KEK; it was sealed with another one.", wrong);
        }

        return secret;
    }

    static byte[] Context(string kid) => Encoding.UTF8.GetBytes("mana auth signing key v1:" + kid);
}
