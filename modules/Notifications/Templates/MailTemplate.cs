namespace Mana.Notifications.Templates;

/// <summary>One mail in one language. The subject holds no values: no stranger gets to write into a header.</summary>
internal sealed record MailTemplate(string Name, MailLanguage Language, string Subject, IReadOnlyList<MailBlock> Blocks);

/// <summary>A piece of a mail, written once and shown as text and as HTML.</summary>
internal abstract record MailBlock
{
    private MailBlock()
    {
    }

    public sealed record Paragraph(string Text) : MailBlock;

    /// <summary>Short lines of <c>label: value</c>.</summary>
    public sealed record Facts(IReadOnlyList<string> Lines) : MailBlock;

    /// <summary>A link that the mail is about.</summary>
    /// <param name="Link">Name of the value that holds the address.</param>
    public sealed record Button(string Label, string Link) : MailBlock;
}
