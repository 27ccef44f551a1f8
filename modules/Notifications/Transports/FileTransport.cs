using System.Globalization;
using System.Net.Mail;

namespace Mana.Notifications.Transports;

/// <summary>Without an SMTP server: each mail becomes a file that any mail program opens.</summary>
internal sealed class FileTransport(NotificationsOptions options, MailMessages messages, TimeProvider time) : IMailTransport
{
    public Task<TransportResult> SendAsync(OutgoingMail mail, CancellationToken stoppingToken)
    {
        try
        {
            Write(mail);
            return Task.FromResult<TransportResult>(new TransportResult.Accepted());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SmtpException)
        {
            return Task.FromResult<TransportResult>(new TransportResult.Deferred("file"));
        }
    }

    /// <summary>The client chooses a name of its own, so it writes aside; moved, the file is there whole or not at all.</summary>
    void Write(OutgoingMail mail)
    {
        var folder = Path.GetFullPath(options.Folder);
        var aside = Path.Combine(folder, $".{mail.Id:N}");
        Directory.CreateDirectory(aside);
        try
        {
            using (var client = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = aside, DeliveryFormat = MailMessages.FormatFor(mail.Recipient) })
            using (var message = messages.Create(mail))
                client.Send(message);
            var name = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{mail.Template}-{mail.Id:N}.eml");
            File.Move(Directory.EnumerateFiles(aside).Single(), Path.Combine(folder, name), overwrite: true);
        }
        finally
        {
            Directory.Delete(aside, recursive: true);
        }
    }
}
