using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Data;
using Mana.Auth.Tokens;
using Mana.Kernel.Ids;

namespace Mana.Auth.Sessions;

/// <summary>The pair that a client keeps.</summary>
internal sealed record SessionTokens(string AccessToken, string RefreshToken, string TokenType);

/// <summary>
/// A refresh token is 32 random bytes in base64url (auth.md 7.3): neither a JWT nor a cookie, so it opens nothing but the refresh
/// endpoint. An unsalted hash is enough, because nobody can guess 256 bits.
/// </summary>
internal sealed class RefreshTokens(IIdSource ids)
{
    const int Length = 32;
    const int TextLength = 43;

    /// <summary>Null for text that cannot be a token; it is not worth a query.</summary>
    public static byte[]? Hash(string? text) =>
        text is { Length: TextLength } && Base64Url.IsValid(text) ? SHA256.HashData(Encoding.ASCII.GetBytes(text)) : null;

    /// <summary>Adds a token to a family of <paramref name="session"/>; it dies with the session at the latest.</summary>
    /// <param name="parentId">The token it succeeds; null for the first.</param>
    public (RefreshToken Row, string Text) Issue(AuthDbContext database, Session session, string familyId, string? parentId, ProvenKey proven, DateTimeOffset now)
    {
        Span<byte> secret = stackalloc byte[Length];
        ids.Fill(secret);
        var text = Base64Url.EncodeToString(secret);
        var row = new RefreshToken
        {
            Id = ids.NewId(),
            SessionId = session.Id,
            FamilyId = familyId,
            TokenHash = Hash(text)!,
            ParentId = parentId,
            KeyThumbprint = proven.Thumbprint,
            IssuedAt = now,
            ExpiresAt = session.ExpiresAt,
        };
        database.RefreshTokens.Add(row);
        return (row, text);
    }
}
