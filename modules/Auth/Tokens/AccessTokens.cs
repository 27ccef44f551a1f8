using System.Buffers;
using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Keys;
using Mana.Kernel.Ids;

namespace Mana.Auth.Tokens;

/// <summary>Mints access tokens: claims of auth.md 7.1, signed with the active key.</summary>
internal sealed class AccessTokens(SigningKeyRing ring, AuthOptions options, IIdSource ids, TimeProvider time)
{
    public const int LifetimeSeconds = 900;
    public const string Algorithm = "EdDSA";

    /// <summary>RFC 9068: an access token says that it is one, so an id_token can never pass for it (W20).</summary>
    public const string Type = "at+jwt";

    const string Client = "mana-web";

    /// <summary>
    /// Ask before the transaction begins: reading keys may take a connection of its own, and requests that hold one while they wait
    /// for a second starve each other. Throws <see cref="KeysUnavailableException"/>.
    /// </summary>
    public async ValueTask<LoadedKey> SigningKeyAsync(CancellationToken cancellationToken) => (await ring.CurrentAsync(cancellationToken)).Active;

    /// <summary>A token for a session that lives.</summary>
    /// <param name="proven">Whoever asks: a token for somebody who proved a key is worth nothing without it (RFC 9449 6.1).</param>
    public string Mint(LoadedKey key, User user, Session session, ProvenKey proven) => CompactJws.Sign(key, Type, Claims(user, session, proven.Thumbprint));

    ReadOnlySpan<byte> Claims(User user, Session session, string? thumbprint)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("sub", user.Id);
            json.WriteString("email", user.Email);
            json.WriteString("role", LowerCaseEnum.Text(user.Role));
            json.WriteString("sid", session.Id);
            json.WriteString("tier", LowerCaseEnum.Text(user.AccessTier));
            json.WriteNumber("iat", now);
            json.WriteNumber("exp", now + LifetimeSeconds);
            json.WriteString("iss", options.BaseUrl);
            json.WriteString("aud", options.Audience);
            json.WriteString("jti", ids.NewId());
            json.WriteNumber("auth_time", session.AuthTime.ToUnixTimeSeconds());
            json.WriteStartArray("amr");
            session.Amr.ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteString("client_id", Client);
            if (thumbprint is not null)
            {
                json.WriteStartObject("cnf");
                json.WriteString("jkt", thumbprint);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }
}
