using Mana.Kernel.Configuration;

namespace Mana.Kernel.Network;

/// <summary>
/// Section <c>Origins</c>: the one list of web origins that may talk to the platform with credentials (auth.md 2). CORS, and whatever
/// else must know whom browsers may come from, derive from it, so that they cannot drift apart.
/// </summary>
public sealed class TrustedOrigins : IManaOptions
{
    string[]? _entries;

    /// <summary><c>CORS_ORIGINS</c>, comma-separated: <c>scheme://host[:port]</c>, with at most one <c>*</c> per entry for sub-domains.</summary>
    public string Trusted { get; set; } = "";

    string[] Entries => _entries ??= Trusted.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>On the list literally: scheme, host and port equal. What cookies and redirects must ask.</summary>
    public bool IsTrusted(string origin) => Entries.Contains(origin, StringComparer.OrdinalIgnoreCase);

    /// <summary>On the list literally or by a wildcard. What CORS asks.</summary>
    public bool IsAllowed(string origin) => Array.Exists(Entries, entry => Matches(entry, origin));

    static bool Matches(string entry, string origin)
    {
        var star = entry.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
            return entry.Equals(origin, StringComparison.OrdinalIgnoreCase);
        var (head, tail) = (entry[..star], entry[(star + 1)..]);
        if (origin.Length <= head.Length + tail.Length || !origin.StartsWith(head, StringComparison.OrdinalIgnoreCase) || !origin.EndsWith(tail, StringComparison.OrdinalIgnoreCase))
            return false;
        // The star stands for host labels only; it must not swallow a port, a path or credentials.
        return origin.AsSpan(head.Length, origin.Length - head.Length - tail.Length).IndexOfAny(":/@?#") < 0;
    }

    public IEnumerable<string> Problems(bool production)
    {
        foreach (var entry in Entries)
        {
            if (entry.Count(letter => letter == '*') > 1 || !Uri.TryCreate(entry.Replace("*", "x", StringComparison.Ordinal), UriKind.Absolute, out var uri) || uri.AbsolutePath != "/" || entry.EndsWith('/'))
                yield return $"CORS_ORIGINS: '{entry}' is no origin; write scheme://host[:port].";
            else if (production && uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback)
                yield return $"CORS_ORIGINS: '{entry}' is not https.";
        }

        if (Entries.Length != Entries.Distinct(StringComparer.OrdinalIgnoreCase).Count())
            yield return "CORS_ORIGINS holds an entry twice.";
    }
}
