using System.Text.RegularExpressions;

namespace Mana.Notifications.Templates;

/// <summary>
/// Reads a template file: the subject in the first line, then blocks with an empty line between them. A block is a paragraph, lines that begin
/// with <c>- </c> (facts), or <c>[Label]({someLink})</c> (a button). <c>{name}</c> stands for a value.
/// </summary>
internal static partial class MailTemplateFile
{
    public static MailTemplate Parse(string name, MailLanguage language, string text)
    {
        var blocks = text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (blocks.Length < 2 || blocks[0].Contains('\n', StringComparison.Ordinal) || blocks[0].Contains('{', StringComparison.Ordinal))
            throw new FormatException($"{language.Code}/{name}: the first line is the subject, without values; an empty line follows.");
        return new MailTemplate(name, language, blocks[0], [.. blocks.Skip(1).Select(Block)]);
    }

    /// <summary>Names of the values that a text holds, in its order.</summary>
    public static IEnumerable<string> ValuesIn(string text) => Value().Matches(text).Select(match => match.Groups["name"].Value);

    /// <summary>Puts in all values in one pass: what a value holds is never read as a placeholder.</summary>
    public static string Fill(string text, Func<string, string> value) => Value().Replace(text, match => value(match.Groups["name"].Value));

    static MailBlock Block(string text)
    {
        if (Button().Match(text) is { Success: true } button)
            return new MailBlock.Button(button.Groups["label"].Value, button.Groups["link"].Value);
        var lines = text.Split('\n', StringSplitOptions.TrimEntries);
        return Array.TrueForAll(lines, line => line.StartsWith("- ", StringComparison.Ordinal))
            ? new MailBlock.Facts([.. lines.Select(line => line[2..])])
            : new MailBlock.Paragraph(string.Join(' ', lines));
    }

    [GeneratedRegex(@"\{(?<name>[a-zA-Z]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Value();

    [GeneratedRegex(@"^\[(?<label>[^\]\n]+)\]\(\{(?<link>[a-zA-Z]+Link)\}\)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Button();
}
