using Mana.Kernel.Configuration;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Cookies;

/// <summary>Section <c>Auth:Cookies</c>.</summary>
internal sealed class CookieSettings : IManaOptions
{
    const int ShortestSecret = 32;

    /// <summary>Anybody can read this; it only has to stay the same from one start to the next.</summary>
    const string DevelopmentSecret = "mana-development-secret-do-not-use";

    /// <summary><c>BETTER_AUTH_SECRET</c>: comma-separated, the first signs, all of them verify. A secret itself holds no comma.</summary>
    public string? Secret { get; set; }

    /// <summary><c>COOKIE_DOMAIN</c>, e.g. <c>.mana.how</c>: the apps below it share the session. Unset: the cookie stays with this host.</summary>
    public string? Domain { get; set; }

    /// <summary><c>COOKIE_SAME_SITE</c>: <c>Lax</c>, or <c>None</c> for apps on another site.</summary>
    public string SameSite { get; set; } = nameof(SameSiteMode.Lax);

    public SameSiteMode Mode => SameSite.Equals(nameof(SameSiteMode.None), StringComparison.OrdinalIgnoreCase) ? SameSiteMode.None : SameSiteMode.Lax;

    public IReadOnlyList<string> Secrets()
    {
        var given = (Secret ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return given.Length == 0 ? [DevelopmentSecret] : given;
    }

    public IEnumerable<string> Problems(bool production)
    {
        if (production && string.IsNullOrWhiteSpace(Secret))
            yield return $"BETTER_AUTH_SECRET is not set; Production needs at least {ShortestSecret} random characters (openssl rand -base64 32).";
        else if (production && Secrets().Any(secret => secret == DevelopmentSecret || Kernel.Configuration.Secrets.Problem("BETTER_AUTH_SECRET", secret, true, ShortestSecret) is not null || secret.Distinct().Count() == 1))
            yield return $"BETTER_AUTH_SECRET holds a known default or a secret of fewer than {ShortestSecret} characters; each in the list needs to be random and that long.";
        if (Domain is { Length: > 0 } domain && (Uri.CheckHostName(domain.TrimStart('.')) != UriHostNameType.Dns || !domain.TrimStart('.').Contains('.', StringComparison.Ordinal)))
            yield return $"COOKIE_DOMAIN: '{domain}' is no domain that could share a cookie.";
        if (!SameSite.Equals("Lax", StringComparison.OrdinalIgnoreCase) && !SameSite.Equals("None", StringComparison.OrdinalIgnoreCase))
            yield return $"COOKIE_SAME_SITE: '{SameSite}' is neither Lax nor None.";
    }
}
