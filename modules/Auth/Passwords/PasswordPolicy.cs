using System.Text;
using Mana.Auth.Accounts;

namespace Mana.Auth.Passwords;

/// <summary>Why a password will not do.</summary>
internal enum Weakness
{
    TooShort,
    TooLong,

    /// <summary>Known about the person, on the list, or cheap to guess.</summary>
    Guessable,
}

/// <summary>A refusal and its reason.</summary>
/// <param name="Sentence">For the person who chose it.</param>
internal sealed record WeakPassword(Weakness Reason, string Sentence);

/// <summary>
/// What a new password must be (auth.md 5.4). The estimate costs about as much as a hash: ask inside <see cref="HashingGate"/>.
/// </summary>
internal sealed class PasswordPolicy(AuthOptions options)
{
    public const int Shortest = 8;
    public const int Longest = 128;
    const int LongestInBytes = 512;

    /// <summary>More letters cannot make a password weaker, and the estimate takes time that grows with them.</summary>
    const int Estimated = 48;

    readonly Zxcvbn.Zxcvbn _estimator = new();

    /// <summary>Null when the password will do.</summary>
    public WeakPassword? Judge(string password, string email, string name)
    {
        var length = password.EnumerateRunes().Count();
        if (length < Shortest)
            return new WeakPassword(Weakness.TooShort, $"Password too short: use at least {Shortest} characters.");
        if (length > Longest || Encoding.UTF8.GetByteCount(password) > LongestInBytes)
            return new WeakPassword(Weakness.TooLong, $"Password too long: use at most {Longest} characters.");
        string[] known = [email, EmailAddress.LocalPart(email), name];
        if (known.Contains(password.Trim(), StringComparer.OrdinalIgnoreCase))
            return new WeakPassword(Weakness.Guessable, "Choose a password that is not your name or address.");
        if (FrequentPasswords.Contains(password))
            return new WeakPassword(Weakness.Guessable, "This is one of the most common passwords; choose another one.");
        return Score(password, known) < options.PasswordScore
            ? new WeakPassword(Weakness.Guessable, "This password is easy to guess; make it longer or less regular.")
            : null;
    }

    /// <summary>0–4. The port counts on the older scale: 1 begins at about two million guesses.</summary>
    int Score(string password, string[] known)
    {
        var begin = password.Length <= Estimated ? password : password[..Estimated];
        return _estimator.EvaluatePassword(begin, known.SelectMany(word => word.Split('@', '.', ' ', '-', '_')).Where(word => word.Length > 2)).Score;
    }
}
