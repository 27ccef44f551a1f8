using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mana.Kernel.Identity;

namespace Mana.Auth.Tokens;

/// <summary>SHA-256 of a whole token, signature included: another spelling is another entry.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TokenDigest(ulong A, ulong B, ulong C, ulong D)
{
    public static TokenDigest Of(string token)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan()), digest);
        return MemoryMarshal.Read<TokenDigest>(digest);
    }
}

/// <summary>Who a token speaks for.</summary>
/// <param name="KeyThumbprint">The key of the caller that it is bound to; null: of whoever bears it.</param>
/// <param name="KeyId">The key that signed it; when that key is withdrawn the entry is worth nothing.</param>
internal sealed record VerifiedToken(CurrentUser User, string? KeyThumbprint, string KeyId);

/// <summary>
/// Tokens whose signature was good a moment ago, so that a device which polls does not cost a signature check per request.
/// Two generations of half the bound each: when the young one is full the old one is forgotten as a whole, in O(1).
/// </summary>
internal sealed class VerifiedTokenCache
{
    public const int Bound = 10_000;

    readonly Lock _turn = new();
    volatile ConcurrentDictionary<TokenDigest, VerifiedToken> _young = new();
    volatile ConcurrentDictionary<TokenDigest, VerifiedToken> _old = new();
    int _count;

    public VerifiedToken? Find(in TokenDigest digest) =>
        _young.TryGetValue(digest, out var verified) || _old.TryGetValue(digest, out verified) ? verified : null;

    public void Add(in TokenDigest digest, VerifiedToken verified)
    {
        lock (_turn)
        {
            if (_count >= Bound / 2)
            {
                _old = _young;
                _young = new();
                _count = 0;
            }

            if (_young.TryAdd(digest, verified))
                _count++;
        }
    }
}
