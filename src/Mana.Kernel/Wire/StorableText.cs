using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Mana.Kernel.Wire;

/// <summary>JSON can say more than the database can keep: halves of characters, zero characters, numbers without end. Such a body is refused as a whole.</summary>
public static class StorableText
{
    const int LongestNumber = 400;

    /// <summary>The database writes a number out: <c>1e300</c> becomes 301 digits, and a small body a large document.</summary>
    const int LargestExponent = 30;

    /// <summary>Looks at every text and number, also of members that nobody reads.</summary>
    /// <exception cref="JsonException">It cannot be kept, or is no JSON; the pipeline answers 400.</exception>
    public static void Check(ReadOnlySpan<byte> body, int depth)
    {
        if (!Utf8.IsValid(body))
            throw new JsonException("Not UTF-8.");
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = depth });
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? !IsText(ref reader) : reader.TokenType == JsonTokenType.Number && !IsNumber(reader.ValueSpan))
                throw new JsonException("Cannot be stored.");
    }

    /// <summary>Whether the database can keep it: no zero character, no half of one.</summary>
    public static bool IsText(string text) => !text.Contains('\0', StringComparison.Ordinal) && !HasHalf(text);

    static bool HasHalf(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (rune == Rune.ReplacementChar && !text.Contains('\uFFFD'))
                return true;
        return false;
    }

    static bool IsText(ref Utf8JsonReader reader)
    {
        try
        {
            return !reader.GetString()!.Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            // Half a character, escaped.
            return false;
        }
    }

    static bool IsNumber(ReadOnlySpan<byte> digits)
    {
        var at = digits.IndexOfAny((byte)'e', (byte)'E');
        return digits.Length <= LongestNumber
            && (at < 0 || (int.TryParse(digits[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) && Math.Abs((long)exponent) <= LargestExponent));
    }
}
