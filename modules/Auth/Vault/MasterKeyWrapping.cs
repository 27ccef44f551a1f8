using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Ids;

namespace Mana.Auth.Vault;

/// <summary>A wrapped master key as its row holds it.</summary>
internal sealed record WrappedKey(string Ciphertext, string Iv, short FormatVersion, string KekId);

/// <summary>Who holds the key-encryption keys. Asynchronous, because it may be a service far away.</summary>
internal interface IMasterKeyWrapping
{
    /// <summary>False when the wrap should be made anew: an older format, or a key that is no longer the current one.</summary>
    bool IsCurrent(WrappedKey wrapped);

    ValueTask<WrappedKey> WrapAsync(string userId, MasterKey key, CancellationToken cancellationToken);

    /// <summary>Throws <see cref="CryptographicException"/> when it does not open; the message names the reason and no secret.</summary>
    ValueTask<MasterKey> UnwrapAsync(string userId, WrappedKey wrapped, CancellationToken cancellationToken);
}

/// <summary>
/// Key-encryption keys from the environment (auth.md 20.2): AES-256-GCM, 12-byte random IV, ciphertext ‖ 16-byte tag. Format 2 binds the
/// wrap to its owner by associated data, so a row copied to somebody else's vault does not open; format 1 is the original's, read only.
/// </summary>
internal sealed class EnvironmentWrapping : IMasterKeyWrapping
{
    public const int IvLength = 12;
    public const int WrappedLength = MasterKey.Length + TagLength;
    public const short Unbound = 1;
    public const short Bound = 2;
    const int TagLength = 16;

    readonly Dictionary<string, byte[]> _keks = new(StringComparer.Ordinal);
    readonly string _current;
    readonly IIdSource _random;

    public EnvironmentWrapping(AuthOptions auth, VaultOptions vault, IIdSource random)
    {
        (_current, _random) = (vault.CurrentKek, random);
        _keks[VaultOptions.FirstKek] = auth.KeyEncryptionKeyBytes();
        foreach (var (id, key) in vault.FurtherKeks())
            _keks[id] = key!;
    }

    public bool IsCurrent(WrappedKey wrapped) => wrapped.FormatVersion == Bound && wrapped.KekId == _current;

    public ValueTask<WrappedKey> WrapAsync(string userId, MasterKey key, CancellationToken cancellationToken)
    {
        Span<byte> iv = stackalloc byte[IvLength];
        _random.Fill(iv);
        return ValueTask.FromResult(Wrap(userId, key, iv, Bound));
    }

    /// <summary>An IV is never used twice with one key: outside of test vectors only <see cref="WrapAsync"/> calls this.</summary>
    internal WrappedKey Wrap(string userId, MasterKey key, ReadOnlySpan<byte> iv, short version)
    {
        Span<byte> output = stackalloc byte[WrappedLength];
        using var aes = new AesGcm(_keks[_current], TagLength);
        aes.Encrypt(iv, key.Bytes, output[..MasterKey.Length], output[MasterKey.Length..], Context(userId, version));
        return new WrappedKey(Convert.ToBase64String(output), Convert.ToBase64String(iv), version, _current);
    }

    public ValueTask<MasterKey> UnwrapAsync(string userId, WrappedKey wrapped, CancellationToken cancellationToken)
    {
        if (!_keks.TryGetValue(wrapped.KekId, out var kek))
            throw new CryptographicException($"no key-encryption key {wrapped.KekId}");
        if (wrapped.FormatVersion is not (Unbound or Bound))
            throw new CryptographicException($"unknown format {wrapped.FormatVersion}");
        if (Exactly(wrapped.Ciphertext, WrappedLength) is not { } ciphertext || Exactly(wrapped.Iv, IvLength) is not { } iv)
            throw new CryptographicException("malformed wrap");
        Span<byte> bytes = stackalloc byte[MasterKey.Length];
        using var aes = new AesGcm(kek, TagLength);
        try
        {
            aes.Decrypt(iv, ciphertext.AsSpan(0, MasterKey.Length), ciphertext.AsSpan(MasterKey.Length), bytes, Context(userId, wrapped.FormatVersion));
        }
        catch (AuthenticationTagMismatchException wrong)
        {
            throw new CryptographicException($"{wrapped.KekId} does not open it", wrong);
        }

        return ValueTask.FromResult(MasterKey.Take(bytes)!);
    }

    /// <summary>The bytes of standard base64, when they are exactly so many.</summary>
    public static byte[]? Exactly(string? text, int length)
    {
        if (text is null || text.Length > length * 2)
            return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) && written == length ? bytes[..length] : null;
    }

    static byte[]? Context(string userId, short version) => version == Bound ? Encoding.UTF8.GetBytes("mana-vault:v2:" + userId) : null;
}
