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
            Body = mail.Content.Text,
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.QuotedPrintable,
        };
        var html = AlternateView.CreateAlternateViewFromString(mail.Content.Html, Encoding.UTF8, MediaTypeNames.Text.Html);
        html.TransferEncoding = TransferEncoding.QuotedPrintable;
        message.AlternateViews.Add(html);
        if (!string.IsNullOrWhiteSpace(options.ReplyTo))
            message.ReplyToList.Add(new MailAddress(options.ReplyTo));
        if (!string.IsNullOrWhiteSpace(options.ReturnPath))
            message.Sender = new MailAddress(options.ReturnPath);
        message.Headers.Add("Message-ID", IdOf(mail.Id, sender));
        message.Headers.Add("Content-Language", mail.Content.Language);
        // RFC 3834: holiday notices and other machines do not answer it.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    /// <summary>The same for every attempt.</summary>
    public static string IdOf(Guid id, MailAddress sender) => $"<{id:N}@{sender.Host}>";
}
