using Mana.Kernel.Ids;

namespace Mana.Credits.Gifts;

/// <summary>Codes that people type: 32 letters and digits that are not mistaken for one another (commerce.md 4.4).</summary>
internal static class GiftCodeText
{
    public const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    public const int Length = 8;

    /// <summary>From the cryptographic source; 32 divides 256, so every code is equally likely.</summary>
    public static string Make(IIdSource ids)
    {
        Span<byte> random = stackalloc byte[Length];
        ids.Fill(random);
        Span<char> code = stackalloc char[Length];
        for (var i = 0; i < Length; i++)
            code[i] = Alphabet[random[i] % Alphabet.Length];
        return new string(code);
    }

    /// <summary>As it was typed or pasted; null when it cannot be a code. Six letters are those of the original.</summary>
    public static string? Normalize(string typed)
    {
        if (typed.Length > 32)
            return null;
        var code = string.Concat(typed.Where(letter => letter is not (' ' or '-'))).ToUpperInvariant();
        return code.Length is 6 or Length && code.All(letter => char.IsAsciiLetterOrDigit(letter)) ? code : null;
    }
}
