using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Mana.Notifications.Templates;

/// <summary>A mail as it is sent: both parts say the same.</summary>
/// <param name="Unsubscribe">Where its kind is switched off.</param>
internal sealed record RenderedMail(string Language, string Subject, string Text, string Html, string? Unsubscribe = null);

internal static class MailRenderer
{
    const string Brand = "Mana";

    static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    static readonly Lazy<string> Layout = new(() => MailCatalog.Resource("layout.html"));

    /// <summary>Null for a mail that a newer or older version of this program queued and this one cannot write.</summary>
    public static RenderedMail? Render(string name, string locale, IReadOnlyDictionary<string, string> values) =>
        MailCatalog.Find(name, MailLanguage.Of(locale, name)) is { } template && MailCatalog.Values[name].All(values.ContainsKey) ? Render(template, values) : null;

    static RenderedMail Render(MailTemplate template, IReadOnlyDictionary<string, string> values)
    {
        var subject = $"{template.Subject} — {Brand}";
        return new RenderedMail(template.Language.Code, subject, Text(template, Shown), Html(template, subject, Shown), MailCatalog.UnsubscribeOf(template.Name) is { } link ? values[link] : null);

        string Shown(string name) => MailValue.Show(name, values[name], template.Language);
    }

    static string Text(MailTemplate template, Func<string, string> value)
    {
        var text = new StringBuilder();
        foreach (var block in template.Blocks)
            text.Append(block switch
            {
                MailBlock.Paragraph paragraph => MailTemplateFile.Fill(paragraph.Text, value),
                MailBlock.Facts facts => string.Join('\n', facts.Lines.Select(line => "- " + MailTemplateFile.Fill(line, value))),
                MailBlock.Button button => $"{button.Label}:\n{value(button.Link)}",
                _ => throw new InvalidOperationException("There is no other block."),
            }).Append("\n\n");
        return text.Append("-- \n").Append(Brand).Append('\n').Append(template.Language.Footer).Append('\n').ToString();
    }

    static string Html(MailTemplate template, string subject, Func<string, string> value)
    {
        var content = string.Concat(template.Blocks.Select(block => block switch
        {
            MailBlock.Paragraph paragraph => Paragraph(Encoded(paragraph.Text)),
            MailBlock.Facts facts => $"""
                <p class="facts" style="margin: 0 0 16px; padding: 12px 16px; border-radius: 8px;">{string.Join("<br>", facts.Lines.Select(Encoded))}</p>

                """,
            MailBlock.Button button => Button(Encoder.Encode(button.Label), Encoder.Encode(value(button.Link)), Encoder.Encode(template.Language.ButtonHint)),
            _ => throw new InvalidOperationException("There is no other block."),
        }));
        // The content comes last: what a value holds is never taken for a place of the layout.
        return Layout.Value
            .Replace("{language}", template.Language.Code, StringComparison.Ordinal)
            .Replace("{subject}", Encoder.Encode(subject), StringComparison.Ordinal)
            .Replace("{footer}", Encoder.Encode(template.Language.Footer), StringComparison.Ordinal)
            .Replace("{content}", content, StringComparison.Ordinal);

        // The encoder leaves braces alone, so the places of the values are still there.
        string Encoded(string text) => MailTemplateFile.Fill(Encoder.Encode(text), name => Encoder.Encode(value(name)));
    }

    static string Paragraph(string text) => $"""
        <p style="margin: 0 0 16px;">{text}</p>

        """;

    static string Button(string label, string link, string hint) => $"""
        <p style="margin: 24px 0;"><a class="button" href="{link}"
          style="display: inline-block; padding: 12px 24px; border-radius: 8px; font-weight: 600; text-decoration: none;">{label}</a></p>
        <p class="quiet" style="margin: 0 0 24px; font-size: 13px;">{hint}<br><a href="{link}" style="word-break: break-all;">{link}</a></p>

        """;
}
