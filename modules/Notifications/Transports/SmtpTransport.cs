using System.Net;
using System.Net.Mail;

namespace Mana.Notifications.Transports;

/// <summary>
/// SMTP by System.Net.Mail, one connection per mail. With STARTTLS a server that does not offer it, or whose certificate is not valid, gets
/// neither the credentials nor the mail.
/// </summary>
internal sealed class SmtpTransport(NotificationsOptions options, MailMessages messages) : IMailTransport
{
    static readonly TimeSpan StoppingPatience = TimeSpan.FromSeconds(5);

    public async Task<TransportResult> SendAsync(OutgoingMail mail, CancellationToken stoppingToken)
    {
        // Real time: a network does not wait for the application's clock.
        using var patience = new CancellationTokenSource(options.SmtpTimeout);
        await using var stopping = stoppingToken.Register(() => patience.CancelAfter(StoppingPatience));
        using var client = CreateClient(mail.Recipient);
        try
        {
            using var message = messages.Create(mail);
            // The client looks at the token between its steps; a connection that hangs inside one is left behind.
            await client.SendMailAsync(message, patience.Token).WaitAsync(patience.Token);
            return new TransportResult.Accepted();
        }
        catch (Exception) when (patience.IsCancellationRequested)
        {
            return new TransportResult.Deferred("timeout");
        }
        catch (Exception exception) when (SmtpVerdict.Of(exception) is { } verdict)
        {
            return verdict;
        }
    }

    SmtpClient CreateClient(string recipient)
    {
        var client = new SmtpClient(options.SmtpHost, options.SmtpPortNumber)
        {
            EnableSsl = options.SmtpStartTls,
            DeliveryFormat = MailMessages.FormatFor(recipient),
            UseDefaultCredentials = false,
        };
        if (!string.IsNullOrEmpty(options.SmtpUser))
            client.Credentials = new NetworkCredential(options.SmtpUser, options.SmtpPassword);
        return client;
    }
}
