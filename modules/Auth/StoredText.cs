using System.Text;

namespace Mana.Auth;

/// <summary>Text of a client that is worth keeping but not worth refusing a request for.</summary>
internal static class StoredText
{
    /// <summary>Without control characters, and cut between characters: half a surrogate pair could not be stored. Null when nothing is left.</summary>
    public static string? Shortened(string? text, int longest)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var kept = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > longest)
                break;
            if (!Rune.IsControl(rune))
                kept.Append(rune.ToString());
        }

        return kept.Length == 0 ? null : kept.ToString();
    }
}
