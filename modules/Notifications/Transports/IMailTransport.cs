using Mana.Notifications.Templates;

namespace Mana.Notifications.Transports;

/// <summary>Hands one mail over to whoever delivers it.</summary>
internal interface IMailTransport
{
    /// <summary>
    /// Never throws for what the other side says or does; ends within the configured patience. When the host stops, what has begun gets a few
    /// more seconds: a conversation that is cut in its middle leaves open whether the mail is out.
    /// </summary>
    Task<TransportResult> SendAsync(OutgoingMail mail, CancellationToken stoppingToken);
}

/// <summary>A written mail and whom it is for.</summary>
/// <param name="Id">Names the message: a mail that is sent twice is recognisable as one.</param>
internal sealed record OutgoingMail(Guid Id, string Template, string Recipient, RenderedMail Content);

/// <summary>What became of a mail. Codes are SMTP's (<c>550 5.1.1</c>) or a word of ours; never text of the other side.</summary>
internal abstract record TransportResult
{
    private TransportResult()
    {
    }

    /// <summary>The other side is responsible for it now.</summary>
    public sealed record Accepted : TransportResult;

    /// <summary>Not now; another attempt can succeed.</summary>
    public sealed record Deferred(string Code) : TransportResult;

    /// <summary>Never.</summary>
    /// <param name="MailboxUnknown">Because nobody has this address.</param>
    public sealed record Refused(string Code, bool MailboxUnknown) : TransportResult;
}
