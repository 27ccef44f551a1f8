using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.Kernel.Identity;

namespace Mana.Auth.Tokens;

/// <summary>The claims of a token whose signature is good: an ordered list of named checks (auth.md 25).</summary>
internal static class AccessTokenClaims
{
    /// <summary>How far the clocks of two servers may differ.</summary>
    public const int LeewaySeconds = 30;

    /// <summary>The end of year 9999, the last that a <see cref="DateTimeOffset"/> holds.</summary>
    const double LastInstant = 253402300799;

    public static TokenVerdict Check(byte[] payload, string issuer, string audience, DateTimeOffset now)
    {
        using var json = CompactJws.ParseObject(payload);
        if (json is null)
            return Invalid("malformed");
        if (json.RootElement.TryGetProperty("nonce", out _) || json.RootElement.TryGetProperty("at_hash", out _))
            return Invalid("id_token");
        if (!CompactJws.TryText(json, "iss", out var issued) || issued != issuer)
            return Invalid("issuer");
        if (!HasAudience(json, audience))
            return Invalid("audience");
        if (!CompactJws.TryText(json, "sub", out var subject) || string.IsNullOrEmpty(subject))
            return Invalid("subject");
        if (!CompactJws.TryText(json, "sid", out var session) || !CompactJws.TryText(json, "email", out var email)
            || !CompactJws.TryText(json, "role", out var role) || !CompactJws.TryText(json, "tier", out var tier))
            return Invalid("claims");
        if (!TryThumbprint(json, out var thumbprint))
            return Invalid("claims");
        if (!TryInstant(json, "nbf", out var notBefore) || !TryInstant(json, "exp", out var expiry))
            return Invalid("claims");
        if (expiry is not { } end)
            return Invalid("no_expiry");
        if (notBefore > now.AddSeconds(LeewaySeconds))
            return Invalid("not_yet_valid");
        if (HasEnded(end, now))
            return new TokenVerdict.Expired();
        return new TokenVerdict.Valid(new CurrentUser(subject, session, email, role ?? "user", tier ?? "public", end)) { KeyThumbprint = thumbprint };
    }

    public static bool HasEnded(DateTimeOffset expiry, DateTimeOffset now) => now >= expiry.AddSeconds(LeewaySeconds);

    static TokenVerdict.Invalid Invalid(string reason) => new(reason);

    static bool HasAudience(JsonDocument json, string audience)
    {
        if (!json.RootElement.TryGetProperty("aud", out var claim))
            return false;
        return claim.ValueKind switch
        {
            JsonValueKind.String => claim.ValueEquals(audience),
            JsonValueKind.Array => claim.EnumerateArray().Any(entry => entry.ValueKind == JsonValueKind.String && entry.ValueEquals(audience)),
            _ => false,
        };
    }

    /// <summary>The key that the token is bound to (RFC 9449 6.1). False when it is bound to something else, which nobody here could check.</summary>
    static bool TryThumbprint(JsonDocument json, out string? thumbprint)
    {
        thumbprint = null;
        if (!json.RootElement.TryGetProperty("cnf", out var confirmation))
            return true;
        if (confirmation.ValueKind != JsonValueKind.Object || !confirmation.TryGetProperty("jkt", out var key) || key.ValueKind != JsonValueKind.String)
            return false;
        thumbprint = key.GetString();
        return true;
    }

    /// <summary>A NumericDate (RFC 7519 2), which may have a fraction. False when it is there and is none; an absent one is null.</summary>
    static bool TryInstant(JsonDocument json, string name, out DateTimeOffset? value)
    {
        value = null;
        if (!json.RootElement.TryGetProperty(name, out var member))
            return true;
        if (member.ValueKind != JsonValueKind.Number || !member.TryGetDouble(out var seconds) || seconds is not (>= 0 and < LastInstant - LeewaySeconds))
            return false;
        value = DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000));
        return true;
    }
}
