using System.Globalization;
using System.Text;

namespace Mana.Notifications.Templates;

/// <summary>What the name of a value says about it, and what becomes of it in a mail.</summary>
internal static class MailValue
{
    /// <summary>Names and labels; whoever may choose one must not be able to write a letter with it.</summary>
    const int LongestText = 100;

    public static bool IsLink(string name) => name.EndsWith("Link", StringComparison.Ordinal);

    public static bool IsInstant(string name) => name.EndsWith("At", StringComparison.Ordinal);

    public static DateTimeOffset? ReadInstant(string value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;

    /// <summary>As the reader sees it, before it is escaped for HTML.</summary>
    public static string Show(string name, string value, MailLanguage language)
    {
        if (IsLink(name))
            return value;
        if (IsInstant(name) && ReadInstant(value) is { } instant)
            return language.Tell(instant);
        return Line(value);
    }

    /// <summary>
    /// One line without what is invisible: control characters, line and paragraph separators, and the format characters that turn text
    /// around (U+202E) or hide it become spaces. Joiners stay, because scripts and emoji are written with them.
    /// </summary>
    static string Line(string value)
    {
        var line = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            if (!IsInvisible(rune))
                line.Append(rune);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }

        return Cut(line.ToString().Trim());
    }

    static bool IsInvisible(Rune rune) => rune.Value is not (0x200C or 0x200D) && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse;

    static string Cut(string line)
    {
        var text = new StringInfo(line);
        return text.LengthInTextElements <= LongestText ? line : text.SubstringByTextElements(0, LongestText) + "…";
    }
}
