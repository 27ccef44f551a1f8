using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Notifications.Queue;

/// <summary>The one form in which an address is queued, counted and suppressed.</summary>
internal static class MailAddressRule
{
    /// <summary>RFC 5321 4.5.3.1.3, less the angle brackets.</summary>
    const int Longest = 254;

    /// <summary>Lower case; null for anything but one bare address, whatever a header could make of it.</summary>
    public static string? Normalize(string text)
    {
        if (text.Length > Longest || text.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter) || letter is ',' or ';' or '<' or '>'))
            return null;
        return MailAddress.TryCreate(text, out var address) && address.Address == text && address.DisplayName.Length == 0 ? text.ToLowerInvariant() : null;
    }

    public static byte[] Hash(string normalized) => SHA256.HashData(Encoding.UTF8.GetBytes(normalized));
}
