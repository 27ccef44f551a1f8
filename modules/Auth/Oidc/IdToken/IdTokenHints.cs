using System.Text.Json;
using Mana.Auth.Keys;
using Mana.Auth.Tokens;

namespace Mana.Auth.Oidc.IdToken;

/// <summary>What an id_token of ours says, however old it is.</summary>
internal sealed record IdTokenHint(string Subject, string Audience, string? SessionId);

internal abstract record HintReading
{
    public sealed record Good(IdTokenHint Hint) : HintReading;

    /// <summary>Signed by a key that is not published any more, or never was: it says nothing.</summary>
    public sealed record UnknownKey : HintReading;

    public sealed record Bad : HintReading;
}

/// <summary>Reads <c>id_token_hint</c>: signature, issuer and kind count, the end of the token does not (RP-Initiated Logout 2).</summary>
internal sealed class IdTokenHints(SigningKeyRing ring, AuthOptions options)
{
    public async Task<HintReading> ReadAsync(string token, CancellationToken cancellationToken)
    {
        if (CompactJws.Parse(token) is not { HasCritical: false, KeyId: { } keyId } jws || jws.Type is { } type && !type.Equals("JWT", StringComparison.OrdinalIgnoreCase))
            return new HintReading.Bad();
        if (await ring.FindAsync(keyId, cancellationToken) is not { } key)
            return new HintReading.UnknownKey();
        if (key.Algorithm != jws.Algorithm || !key.Verify(jws.SigningInput, jws.Signature))
            return new HintReading.Bad();
        using var claims = CompactJws.ParseObject(jws.Payload);
        return claims is not null && CompactJws.TryText(claims, "iss", out var issuer) && issuer == options.BaseUrl
            && CompactJws.TryText(claims, "sub", out var subject) && subject is not null
            && claims.RootElement.TryGetProperty("aud", out var audience) && audience.ValueKind == JsonValueKind.String
            && CompactJws.TryText(claims, "sid", out var session)
            ? new HintReading.Good(new IdTokenHint(subject, audience.GetString()!, session))
            : new HintReading.Bad();
    }
}
