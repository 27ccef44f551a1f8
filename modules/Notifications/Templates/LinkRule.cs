using Mana.Kernel.Network;
using Microsoft.Extensions.Hosting;

namespace Mana.Notifications.Templates;

/// <summary>
/// Links of mails lead to us: below the configured base URL, or to an origin that is trusted literally. A caller that lets a stranger
/// choose one is stopped here.
/// </summary>
internal sealed class LinkRule(NotificationsOptions options, TrustedOrigins origins, IHostEnvironment environment)
{
    const int Longest = 2000;

    readonly Uri _base = new(options.BaseUrl!);

    /// <summary>The link in the form that is mailed, which is the one that was judged; null when it is not ours.</summary>
    public string? Accept(string link)
    {
        if (link.Length > Longest || !Uri.TryCreate(link, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0 || !IsSafe(uri))
            return null;
        return IsBelowBase(uri) || origins.IsTrusted(uri.GetLeftPart(UriPartial.Authority)) ? uri.AbsoluteUri : null;
    }

    bool IsSafe(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && environment.IsDevelopment());

    bool IsBelowBase(Uri uri)
    {
        if (Uri.Compare(uri, _base, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) != 0)
            return false;
        var path = _base.AbsolutePath.TrimEnd('/');
        return uri.AbsolutePath.StartsWith(path + "/", StringComparison.Ordinal) || uri.AbsolutePath == path;
    }
}
