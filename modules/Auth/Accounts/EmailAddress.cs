using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Identity;

namespace Mana.Auth.Accounts;

/// <summary>
/// The one form in which an address is stored and looked up: trimmed, NFKC, lower case, plus-tags kept (auth.md 4.3, item 1).
/// Every path that takes an address passes here, so case variants cannot become two accounts or two counters (W11).
/// </summary>
internal static class EmailAddress
{
    /// <summary>RFC 5321 4.5.3.1.3, less the angle brackets.</summary>
    const int Longest = 254;
    const int LongestLocalPart = 64;
    const int LongestLabel = 63;

    static readonly SearchValues<char> Refused = SearchValues.Create("\"(),:;<>@[\\] ");

    /// <summary>Null when <paramref name="text"/> is no address a mail could be sent to.</summary>
    public static string? Normalize(string? text)
    {
        if (text is null || text.Length > 4 * Longest)
            return null;
        var address = Canonical(text);
        var at = address.LastIndexOf('@');
        return address.Length <= Longest && at > 0 && IsLocalPart(address.AsSpan(0, at)) && IsDomain(address[(at + 1)..]) ? address : null;
    }

    public static string LocalPart(string address) => address[..address.LastIndexOf('@')];

    internal static string Canonical(string text) => text.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant();

    static bool IsLocalPart(ReadOnlySpan<char> part) =>
        part.Length <= LongestLocalPart && IsPlain(part) && part[0] != '.' && part[^1] != '.' && part.IndexOf("..", StringComparison.Ordinal) < 0;

    static bool IsDomain(string domain)
    {
        var labels = domain.Split('.');
        return labels.Length >= 2 && labels[^1].Length >= 2 && labels[^1].Any(char.IsLetter) && Array.TrueForAll(labels, IsLabel);
    }

    static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-' && label.All(character => character == '-' || char.IsLetterOrDigit(character) || char.IsSurrogate(character));

    static bool IsPlain(ReadOnlySpan<char> part)
    {
        foreach (var character in part)
            if (char.IsControl(character) || char.IsWhiteSpace(character) || Refused.Contains(character))
                return false;
        return true;
    }
}

/// <summary>Makes Identity look addresses up by the same rule.</summary>
internal sealed class EmailNormalizer : ILookupNormalizer
{
    public string? NormalizeEmail(string? email) => email is null ? null : EmailAddress.Canonical(email);

    public string? NormalizeName(string? name) => name;
}
