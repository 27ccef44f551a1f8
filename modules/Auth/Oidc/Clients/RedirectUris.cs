using System.Text.RegularExpressions;
using Mana.Auth.Data;

namespace Mana.Auth.Oidc.Clients;

/// <summary>Where codes may be sent (RFC 9700 2.1, 4.1.3): the registered address, letter for letter. Only the port of a native app's loopback address is free (RFC 8252 7.3).</summary>
internal static partial class RedirectUris
{
    const int Longest = 2000;

    public static bool IsRegistered(OAuthClient client, string? uri) =>
        uri is not null && (client.RedirectUris.Contains(uri, StringComparer.Ordinal) || (client.Native && WithoutPort(uri) is { } loopback && client.RedirectUris.Any(known => WithoutPort(known) == loopback)));

    /// <summary>Null when it may be registered, else what is wrong with it.</summary>
    /// <param name="production">http, even to this machine, is then for native apps alone.</param>
    public static string? Problem(string uri, bool native, bool production)
    {
        if (uri.Length > Longest || uri.Any(letter => letter is <= ' ' or >= '\x7f' or '\\' or '"' or '<' or '>' or '*') || !Uri.TryCreate(uri, UriKind.Absolute, out var parsed))
            return "is no absolute URI without wildcards";
        if (uri.Contains('#', StringComparison.Ordinal) || parsed.UserInfo.Length > 0)
            return "has a fragment or credentials";
        if (parsed.Scheme == Uri.UriSchemeHttps)
            return parsed.Host.Length > 0 ? null : "has no host";
        if (parsed.Scheme == Uri.UriSchemeHttp)
            return parsed.IsLoopback && (native || !production) ? null : "must be https";
        // RFC 8252 7.1: a name that somebody owns, turned round. It keeps javascript:, data: and the like out, too.
        return native && parsed.Scheme.Contains('.', StringComparison.Ordinal) ? null : "has a scheme that is not allowed";
    }

    /// <summary>By its letters and not by a parser's opinion of them; null for everything else.</summary>
    static string? WithoutPort(string uri) => Loopback().Match(uri) is { Success: true } match ? match.Groups["host"].Value + match.Groups["rest"].Value : null;

    [GeneratedRegex(@"^http://(?<host>127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(?<rest>(/[^#\\\s]*)?)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Loopback();
}
