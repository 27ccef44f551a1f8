using System.Net.Mail;
using System.Net.Mime;
using System.Text;

namespace Mana.Notifications.Transports;

/// <summary>Makes the message: text and HTML as alternatives, names and dates as RFC 5322 wants them.</summary>
internal sealed class MailMessages(NotificationsOptions options)
{
    public MailMessage Create(OutgoingMail mail)
    {
        var sender = options.Sender;
        var message = new MailMessage(sender, new MailAddress(mail.Recipient))
        {
            Subject = mail.Content.Subject,
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
            Body = Lines(mail.Content.Text),
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.Base64,
        };
        var html = AlternateView.CreateAlternateViewFromString(Lines(mail.Content.Html), Encoding.UTF8, MediaTypeNames.Text.Html);
        html.TransferEncoding = TransferEncoding.Base64;
        message.AlternateViews.Add(html);
        if (!string.IsNullOrWhiteSpace(options.ReplyTo))
            message.ReplyToList.Add(new MailAddress(options.ReplyTo));
        if (!string.IsNullOrWhiteSpace(options.ReturnPath))
            message.Sender = new MailAddress(options.ReturnPath);
        message.Headers.Add("Message-ID", IdOf(mail.Id, sender));
        message.Headers.Add("Content-Language", mail.Content.Language);
        if (mail.Content.Unsubscribe is { } unsubscribe)
            message.Headers.Add("List-Unsubscribe", $"<{unsubscribe}>");
        // RFC 3834: holiday notices and other machines do not answer it.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    /// <summary>
    /// The message is plain ASCII unless the address itself is not: a server that takes UTF-8 in headers (RFC 6531) may have to hand the mail to
    /// one that does not.
    /// </summary>
    public static SmtpDeliveryFormat FormatFor(string recipient) =>
        Ascii.IsValid(recipient.AsSpan(0, recipient.LastIndexOf('@'))) ? SmtpDeliveryFormat.SevenBit : SmtpDeliveryFormat.International;

    /// <summary>
    /// A line of a text part ends in CRLF before it is encoded (RFC 2045 6.8). Base64, because the framework's quoted-printable writes these ends
    /// as characters of the text.
    /// </summary>
    static string Lines(string text) => text.ReplaceLineEndings("\r\n");

    /// <summary>The same for every attempt.</summary>
    public static string IdOf(Guid id, MailAddress sender) => $"<{id:N}@{sender.Host}>";
}
