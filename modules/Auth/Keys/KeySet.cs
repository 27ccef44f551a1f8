using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Data;

namespace Mana.Auth.Keys;

/// <summary>One key as it was read: its private half only when it is the one that signs.</summary>
internal sealed record LoadedKey(string Kid, SigningKeyState State, string PublicJwk, ISignatureKey Key)
{
    /// <summary>Since when it signs.</summary>
    public DateTimeOffset? ActivatedAt { get; init; }
}

/// <summary>The keys in force at one moment. Immutable; the ring swaps one for the next.</summary>
internal sealed class KeySet
{
    readonly FrozenDictionary<string, ISignatureKey> _published;
    readonly FrozenDictionary<string, LoadedKey> _active;

    public KeySet(IEnumerable<LoadedKey> loaded, DateTimeOffset loadedAt)
    {
        var published = loaded.Where(key => key.State != SigningKeyState.Retired).OrderBy(key => key.State).ToList();
        _published = published.ToFrozenDictionary(key => key.Kid, key => key.Key, StringComparer.Ordinal);
        _active = published.Where(key => key.State == SigningKeyState.Active).ToFrozenDictionary(key => key.Key.Algorithm, StringComparer.Ordinal);
        Active = ActiveFor(Ed25519Key.Name);
        LoadedAt = loadedAt;
        Jwks = Encoding.UTF8.GetBytes($$"""{"keys":[{{string.Join(',', published.Select(key => key.PublicJwk))}}]}""");
        ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Jwks).AsSpan(0, 16))}\"";
    }

    /// <summary>Signs access tokens.</summary>
    public LoadedKey Active { get; }

    public DateTimeOffset LoadedAt { get; }

    /// <summary>The JWK set (RFC 7517 5), UTF-8.</summary>
    public byte[] Jwks { get; }

    public string ETag { get; }

    /// <summary>The key that signs with an algorithm.</summary>
    public LoadedKey ActiveFor(string algorithm) => _active.GetValueOrDefault(algorithm) ?? throw new InvalidOperationException($"No signing key is active for {algorithm}.");

    public ISignatureKey? Find(string kid) => _published.GetValueOrDefault(kid);
}
