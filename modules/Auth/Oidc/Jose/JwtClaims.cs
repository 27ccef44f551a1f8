using System.Text.Json;

namespace Mana.Auth.Oidc.Jose;

/// <summary>Reads claims of tokens that others made (RFC 7519 4.1).</summary>
internal static class JwtClaims
{
    /// <summary>The end of year 9999.</summary>
    const double LastInstant = 253402300799;

    public static bool HasAudience(JsonDocument claims, string audience) =>
        claims.RootElement.TryGetProperty("aud", out var claim) && claim.ValueKind switch
        {
            JsonValueKind.String => claim.ValueEquals(audience),
            JsonValueKind.Array => claim.EnumerateArray().Any(entry => entry.ValueKind == JsonValueKind.String && entry.ValueEquals(audience)),
            _ => false,
        };

    /// <summary>Null when it is absent or no instant.</summary>
    public static DateTimeOffset? Instant(JsonDocument claims, string name) =>
        claims.RootElement.TryGetProperty(name, out var claim) && claim.ValueKind == JsonValueKind.Number && claim.TryGetDouble(out var seconds) && seconds is >= 0 and < LastInstant - 3600
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)) : null;
}
