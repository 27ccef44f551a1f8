using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Tokens;

namespace Mana.Auth.Oidc.IdToken;

/// <summary>Mints id_tokens (OpenID Connect Core 2; auth.md 13.7).</summary>
internal sealed class IdTokens(UserClaims claims, AuthOptions options, TimeProvider time)
{
    public const int LifetimeSeconds = 3600;

    /// <summary>Algorithms that a client can register for.</summary>
    public static readonly IReadOnlyList<string> Algorithms = [RsaKey.Name, Ed25519Key.Name];

    const string Type = "JWT";

    /// <summary>About the sign-in that the grant was given in, for its client.</summary>
    /// <param name="key">Of the ring, for <see cref="OAuthClient.IdTokenSignedResponseAlg"/>; asked for before the transaction.</param>
    /// <param name="nonce">As it was sent; a refresh has none.</param>
    public async Task<string> MintAsync(LoadedKey key, OAuthClient client, StandingGrant standing, IReadOnlyCollection<string> scopes, string accessToken, string? nonce, CancellationToken cancellationToken)
    {
        var (now, grant) = (time.GetUtcNow().ToUnixTimeSeconds(), standing.Grant);
        var buffer = new ArrayBufferWriter<byte>(768);
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("iss", options.BaseUrl);
            json.WriteString("sub", standing.User.Id);
            json.WriteString("aud", client.ClientId);
            json.WriteNumber("exp", now + LifetimeSeconds);
            json.WriteNumber("iat", now);
            json.WriteNumber("auth_time", grant.AuthTime.ToUnixTimeSeconds());
            if (nonce is not null)
                json.WriteString("nonce", nonce);
            json.WriteString("acr", AuthenticationContext.Of(grant.Amr));
            json.WriteStartArray("amr");
            grant.Amr.ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteString("at_hash", AccessTokenHash(key.Key.Algorithm, accessToken));
            json.WriteString("sid", grant.SessionId);
            if (client.ClaimsInIdToken)
                await claims.WriteAsync(json, standing.User, scopes, cancellationToken);
            json.WriteEndObject();
        }

        return CompactJws.Sign(key, Type, buffer.WrittenSpan);
    }

    /// <summary>The left half of the hash that the algorithm uses: SHA-256 for RS256, SHA-512 for Ed25519.</summary>
    public static string AccessTokenHash(string algorithm, string accessToken)
    {
        var text = Encoding.ASCII.GetBytes(accessToken);
        var hash = algorithm == Ed25519Key.Name ? SHA512.HashData(text) : SHA256.HashData(text);
        return Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }
}
