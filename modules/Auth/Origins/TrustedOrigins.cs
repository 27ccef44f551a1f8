using Microsoft.Extensions.Hosting;

namespace Mana.Auth.Origins;

/// <summary>
/// Whom cookies and redirects may trust (auth.md 2, 3.2): the platform's one list (<c>CORS_ORIGINS</c>) and the origin of <c>BASE_URL</c>.
/// Scheme, host and port are equal or it is a stranger: wildcards of the list serve CORS only. In Production http is nobody's (W39).
/// </summary>
internal sealed class TrustedOrigins(Kernel.Network.TrustedOrigins list, AuthOptions options, IHostEnvironment environment)
{
    const int LongestTarget = 2048;
    const string MainApp = "https://mana.how";

    readonly string _own = new Uri(options.BaseUrl).GetLeftPart(UriPartial.Authority);

    /// <summary>Where people go who came from nowhere: the main app, or when it is not on the list the first that is, or this server.</summary>
    public string DefaultApp => Contains(MainApp) ? MainApp : Array.Find(list.Trusted.Split(',', StringSplitOptions.TrimEntries), Contains) ?? _own;

    /// <summary>For the header <c>Origin</c>. Null and <c>null</c> are not trusted; whether none at all is good enough, the caller knows.</summary>
    public bool Contains(string? origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority).Equals(origin, StringComparison.OrdinalIgnoreCase) && Contains(uri);

    /// <summary>
    /// The place to send a browser to, or null when it leads to a stranger. A path of this server (<c>/…</c>) or an absolute URL on a trusted
    /// origin; nothing that a browser could read in another way than we do.
    /// </summary>
    public string? Target(string? target)
    {
        if (string.IsNullOrEmpty(target) || target.Length > LongestTarget || target.Any(letter => letter is '\\' || char.IsControl(letter) || char.IsWhiteSpace(letter)))
            return null;
        if (target[0] == '/')
            return target.StartsWith("//", StringComparison.Ordinal) ? null : target;
        return Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && Contains(uri) ? uri.AbsoluteUri : null;
    }

    bool Contains(Uri uri)
    {
        if (uri.Scheme != Uri.UriSchemeHttps && (uri.Scheme != Uri.UriSchemeHttp || environment.IsProduction()))
            return false;
        var origin = uri.GetLeftPart(UriPartial.Authority);
        return origin.Equals(_own, StringComparison.OrdinalIgnoreCase) || list.IsTrusted(origin);
    }
}
