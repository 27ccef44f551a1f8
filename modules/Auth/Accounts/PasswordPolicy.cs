using System.Text;

namespace Mana.Auth.Accounts;

/// <summary>What a new password must be (auth.md 5.4).</summary>
internal static class PasswordPolicy
{
    const int Shortest = 8;
    const int Longest = 128;
    const int LongestInBytes = 512;

    /// <summary>Null when the password will do, else the sentence for the person who chose it.</summary>
    public static string? Weakness(string password, string email, string name)
    {
        var length = password.EnumerateRunes().Count();
        if (length < Shortest)
            return $"Password too short: use at least {Shortest} characters.";
        if (length > Longest || Encoding.UTF8.GetByteCount(password) > LongestInBytes)
            return $"Password too long: use at most {Longest} characters.";
        string[] known = [email, EmailAddress.LocalPart(email), name];
        return known.Contains(password.Trim(), StringComparer.OrdinalIgnoreCase) ? "Choose a password that is not your name or address." : null;
    }
}
