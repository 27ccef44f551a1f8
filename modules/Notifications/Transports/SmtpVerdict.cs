using System.Globalization;
using System.Net.Mail;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;

namespace Mana.Notifications.Transports;

/// <summary>What an exception of the SMTP client means for the mail (RFC 5321 4.2, RFC 3463).</summary>
internal static partial class SmtpVerdict
{
    /// <summary>
    /// Refusals of us and not of the mail: wrong credentials or none, no TLS (RFC 4954 6, RFC 3207 4). Somebody will put it right, so the mail
    /// waits for that.
    /// </summary>
    static readonly int[] OurFault = [530, 534, 535, 538];

    /// <summary>Enhanced codes that say that nobody has this address: unknown, bad system, bad syntax, moved, no mail accepted (RFC 3463 3.2, RFC 7505).</summary>
    static readonly string[] NobodyThere = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

    /// <summary>Null for an exception that is a bug of ours.</summary>
    public static TransportResult? Of(Exception exception) => exception switch
    {
        SmtpFailedRecipientException refused => OfReply((int)refused.StatusCode, refused.Message, aboutRecipient: true),
        SmtpException { StatusCode: SmtpStatusCode.GeneralFailure } broken => new TransportResult.Deferred(KindOf(broken)),
        SmtpException refused => OfReply((int)refused.StatusCode, refused.Message, aboutRecipient: false),
        IOException or SocketException or AuthenticationException => new TransportResult.Deferred(KindOf(exception)),
        _ => null,
    };

    static TransportResult OfReply(int status, string text, bool aboutRecipient)
    {
        var enhanced = Enhanced().Match(text) is { Success: true } match && match.ValueSpan[0] == (char)('0' + (status / 100)) ? match.Value : null;
        var code = status.ToString(CultureInfo.InvariantCulture) + (enhanced is null ? "" : " " + enhanced);
        // Before the recipient was named, 550 is about the sender or the message.
        var unknown = aboutRecipient && (enhanced is null ? status == 550 : NobodyThere.Contains(enhanced, StringComparer.Ordinal));
        return status is >= 500 and < 600 && !OurFault.Contains(status) ? new TransportResult.Refused(code, unknown) : new TransportResult.Deferred(code);
    }

    static string KindOf(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
            switch (inner)
            {
                case AuthenticationException:
                    return "tls";
                case SocketException socket:
                    return "network " + socket.SocketErrorCode;
            }

        return "connection";
    }

    [GeneratedRegex(@"\b[45]\.\d{1,3}\.\d{1,3}\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Enhanced();
}
