using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Mana.Kernel.Pages;

/// <summary>
/// Text that is HTML. It is made from literals of this program; every value that is put into one is encoded, unless it is markup itself, so
/// that what people type is never read as markup (W14). Attributes need their quotes in the literal.
/// </summary>
public readonly record struct Markup(string Text)
{
    public static readonly Markup None = new("");

    public static Markup Of(MarkupWriter writer) => new(writer.ToString());

    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts.Select(part => part.Text)));

    public override string ToString() => Text;
}

/// <summary>Takes an interpolated string apart: literals as they are, values encoded.</summary>
[InterpolatedStringHandler]
public readonly struct MarkupWriter
{
    /// <summary>Letters of every language stay as they are; what could be markup does not.</summary>
    static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    readonly StringBuilder _text;

    public MarkupWriter(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (16 * formattedCount));

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(Markup markup) => _text.Append(markup.Text);

    public void AppendFormatted(IEnumerable<Markup> parts)
    {
        foreach (var part in parts)
            _text.Append(part.Text);
    }

    public void AppendFormatted(string? value) => _text.Append(Encoder.Encode(value ?? ""));

    public void AppendFormatted(int value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}
