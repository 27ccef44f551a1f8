namespace Mana.Apps.Calendar.CalDav;

/// <summary>Addresses that CalDAV servers name, and who of them may see a password.</summary>
internal static class DavAddress
{
    /// <summary>Services that keep the calendars of one account on hosts beside the one that people know.</summary>
    static readonly string[] Families = [".icloud.com"];

    /// <summary>
    /// Whether a password that was given for <paramref name="given"/> may be sent to <paramref name="address"/>: to the same scheme, host and port; over https to a host below
    /// the given one, whose owner decides about both; and within a family of hosts that we know. Never to another host because a server said so.
    /// </summary>
    public static bool MaySend(Uri given, Uri address)
    {
        if (given.Scheme == address.Scheme && given.Port == address.Port && given.IdnHost.Equals(address.IdnHost, StringComparison.OrdinalIgnoreCase))
            return true;
        if (address.Scheme != Uri.UriSchemeHttps || !address.IsDefaultPort)
            return false;
        return given.IdnHost.Equals(address.IdnHost, StringComparison.OrdinalIgnoreCase) || IsBelow(address.IdnHost, "." + given.IdnHost)
            || Array.Exists(Families, family => IsBelow(given.IdnHost, family) && IsBelow(address.IdnHost, family));
    }

    /// <summary>Whether an address is Apple's, or what the operator named in its place.</summary>
    public static bool IsApple(Uri apple, Uri address) => MaySend(apple, address);

    /// <summary>What a person typed: an address, or the name of a host.</summary>
    public static Uri? Typed(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? new Uri(address.GetLeftPart(UriPartial.Query)) : null;

    public static Uri ServerOf(Uri address) => new(address.GetLeftPart(UriPartial.Authority));

    /// <summary>A path or a whole address, as servers write one or the other.</summary>
    public static Uri? Resolve(Uri from, string href) => Uri.TryCreate(from, href.Trim(), out var address) && address.Scheme is "http" or "https" ? address : null;

    /// <summary>One spelling for a path: servers encode <c>@</c> in one answer, and not in the next.</summary>
    public static string KeyOf(Uri address) => string.Join('/', address.AbsolutePath.Split('/').Select(part => Uri.EscapeDataString(Uri.UnescapeDataString(part))));

    static bool IsBelow(string host, string end) => host.EndsWith(end, StringComparison.OrdinalIgnoreCase) && host.Length > end.Length;
}

/// <summary>Name and password, and the server that they were given for. Not a record: those print what they hold.</summary>
internal sealed class DavLogin(Uri server, string username, string password)
{
    public Uri Server => server;

    public string Username => username;

    public string Password => password;
}
