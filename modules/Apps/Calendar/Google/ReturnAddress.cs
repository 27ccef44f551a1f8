using Mana.Kernel.Network;

namespace Mana.Apps.Calendar.Google;

/// <summary>Where a browser may be sent after a consent: an origin on the operator's list, or a path of this server. Nothing else, whatever it looks like.</summary>
internal static class ReturnAddress
{
    /// <summary>Null: it may not be gone to.</summary>
    public static string? Checked(string? text, TrustedOrigins origins)
    {
        if (string.IsNullOrEmpty(text))
            return "/";
        if (text.Length > 500 || text.Any(letter => letter <= ' ' || letter == '\\'))
            return null;
        if (text[0] == '/')
            return text.Length == 1 || text[1] != '/' ? text : null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo: "" } && origins.IsTrusted(uri.GetLeftPart(UriPartial.Authority)) ? text : null;
    }

    public static string With(string address, string query)
    {
        var hash = address.IndexOf('#', StringComparison.Ordinal);
        var (front, back) = hash < 0 ? (address, "") : (address[..hash], address[hash..]);
        return front + (front.Contains('?', StringComparison.Ordinal) ? '&' : '?') + query + back;
    }
}
