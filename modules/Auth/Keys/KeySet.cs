using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Data;

namespace Mana.Auth.Keys;

/// <summary>One key as it was read: its private half only when it is the one that signs.</summary>
internal sealed record LoadedKey(string Kid, SigningKeyState State, string PublicJwk, Ed25519Key Key)
{
    /// <summary>Since when it signs.</summary>
    public DateTimeOffset? ActivatedAt { get; init; }
}

/// <summary>The keys in force at one moment. Immutable; the ring swaps one for the next.</summary>
internal sealed class KeySet
{
    readonly FrozenDictionary<string, Ed25519Key> _published;

    public KeySet(IEnumerable<LoadedKey> loaded, DateTimeOffset loadedAt)
    {
        var published = loaded.Where(key => key.State != SigningKeyState.Retired).OrderBy(key => key.State).ToList();
        _published = published.ToFrozenDictionary(key => key.Kid, key => key.Key, StringComparer.Ordinal);
        Active = published.SingleOrDefault(key => key.State == SigningKeyState.Active)
            ?? throw new InvalidOperationException("No signing key is active.");
        LoadedAt = loadedAt;
        Jwks = Encoding.UTF8.GetBytes($$"""{"keys":[{{string.Join(',', published.Select(key => key.PublicJwk))}}]}""");
        ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Jwks).AsSpan(0, 16))}\"";
    }

    public LoadedKey Active { get; }

    public DateTimeOffset LoadedAt { get; }

    /// <summary>The JWK set (RFC 7517 5), UTF-8.</summary>
    public byte[] Jwks { get; }

    public string ETag { get; }

    public Ed25519Key? Find(string kid) => _published.GetValueOrDefault(kid);
}
