using System.Buffers;
using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Tokens;

namespace Mana.Auth.Oidc.Logout;

/// <summary>Mints logout tokens (Back-Channel Logout 2.4).</summary>
internal sealed class LogoutTokens(SigningKeyRing ring, AuthOptions options, TimeProvider time)
{
    public const string Type = "logout+jwt";
    const int LifetimeSeconds = 120;

    /// <summary>Tells one client that one session is over.</summary>
    /// <param name="jti">The same at every attempt, so that a client that was told before knows it.</param>
    public async Task<string> MintAsync(OAuthClient client, string userId, string sessionId, string jti, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var buffer = new ArrayBufferWriter<byte>(512);
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("iss", options.BaseUrl);
            json.WriteString("aud", client.ClientId);
            json.WriteNumber("iat", now);
            json.WriteNumber("exp", now + LifetimeSeconds);
            json.WriteString("jti", jti);
            json.WriteStartObject("events");
            json.WriteStartObject("http://schemas.openid.net/event/backchannel-logout");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteString("sub", userId);
            json.WriteString("sid", sessionId);
            json.WriteEndObject();
        }

        return CompactJws.Sign((await ring.CurrentAsync(cancellationToken)).ActiveFor(client.IdTokenSignedResponseAlg), Type, buffer.WrittenSpan);
    }
}
