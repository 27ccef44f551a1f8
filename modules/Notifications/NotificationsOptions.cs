using System.Globalization;
using System.Net;
using System.Net.Mail;
using Mana.Kernel.Configuration;
using Mana.Notifications.Contracts;

namespace Mana.Notifications;

/// <summary>Section <c>Notifications</c>.</summary>
internal sealed class NotificationsOptions : IManaOptions
{
    const int ImplicitTlsPort = 465;

    /// <summary>Public address that links of mails begin with. Unset: that of the token issuer, <c>BASE_URL</c>.</summary>
    public string? BaseUrl { get; set; }

    /// <summary><c>SMTP_HOST</c>. Unset: mails are written into <see cref="Folder"/>; Production does not start.</summary>
    public string? SmtpHost { get; set; }

    /// <summary><c>SMTP_PORT</c>. Text, so that a value that is no number is refused in words.</summary>
    public string SmtpPort { get; set; } = "587";

    /// <summary><c>SMTP_USER</c>, with <see cref="SmtpPassword"/>.</summary>
    public string? SmtpUser { get; set; }

    /// <summary><c>SMTP_PASSWORD</c>.</summary>
    public string? SmtpPassword { get; set; }

    /// <summary><c>SMTP_STARTTLS</c>: a server that does not offer it, or whose certificate is not valid, gets no mail.</summary>
    public bool SmtpStartTls { get; set; } = true;

    /// <summary>Patience with one conversation, from connecting to the last reply.</summary>
    public int SmtpTimeoutSeconds { get; set; } = 30;

    /// <summary><c>MAIL_FROM</c>: <c>Mana &lt;noreply@mana.how&gt;</c>. Its domain also names the messages.</summary>
    public string? From { get; set; }

    /// <summary><c>MAIL_REPLY_TO</c>.</summary>
    public string? ReplyTo { get; set; }

    /// <summary><c>MAIL_RETURN_PATH</c>: where bounces go (envelope sender); unset: to <see cref="From"/>.</summary>
    public string? ReturnPath { get; set; }

    /// <summary>Where <c>.eml</c> files go without an SMTP server.</summary>
    public string Folder { get; set; } = Path.Combine(".data", "mail");

    /// <summary>Whether this host sends; others on the database may. Queueing is always possible.</summary>
    public bool Deliver { get; set; } = true;

    /// <summary>Mails that one host sends at once.</summary>
    public int Lanes { get; set; } = 4;

    /// <summary>Whether <see cref="MailsPerHour"/> and <see cref="PerHour"/> count. Unset: as <c>RATE_LIMITS</c>.</summary>
    public bool? Limits { get; set; }

    /// <summary>Mails that one address gets within an hour, of all kinds.</summary>
    public int MailsPerHour { get; set; } = 20;

    /// <summary>
    /// The same by template. What strangers can cause together stays below <see cref="MailsPerHour"/>, so that nobody can use up what a
    /// warning needs.
    /// </summary>
    public Dictionary<string, int> PerHour { get; } = new(StringComparer.Ordinal)
    {
        [MailTemplates.VerifyAddress] = 4,
        [MailTemplates.ResetPassword] = 3,
        [MailTemplates.MagicLink] = 3,
        [MailTemplates.Invitation] = 5,
        [MailTemplates.AlreadyRegistered] = 1,
        [MailTemplates.AccountLocked] = 1,
    };

    /// <summary>How long an address that the other side does not know gets no mail.</summary>
    public int SuppressionDays { get; set; } = 7;

    /// <summary>How long the log of deliveries is kept, and with it the keys.</summary>
    public int LogDays { get; set; } = 30;

    /// <summary>Whether values stay with a mail that was sent, for <c>/dev/mail</c>. Unset: in Development only.</summary>
    public bool? KeepValues { get; set; }

    public int SmtpPortNumber => int.TryParse(SmtpPort, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    public TimeSpan SmtpTimeout => TimeSpan.FromSeconds(SmtpTimeoutSeconds);

    /// <summary>How long a claimed mail is left to whoever claimed it: longer than any conversation lasts.</summary>
    public TimeSpan Lease => SmtpTimeout + TimeSpan.FromMinutes(1);

    public bool UsesSmtp => !string.IsNullOrWhiteSpace(SmtpHost);

    public MailAddress Sender => new(string.IsNullOrWhiteSpace(From) ? "Mana <mana@localhost>" : From);

    public IEnumerable<string> Problems(bool production) => [.. SmtpProblems(production), .. AddressProblems(production), .. LimitProblems(production)];

    IEnumerable<string> SmtpProblems(bool production)
    {
        if (production && !UsesSmtp)
            yield return "SMTP_HOST is not set; Production needs it: accounts are verified and recovered by mail.";
        if (SmtpPortNumber is < 1 or > IPEndPoint.MaxPort)
            yield return $"SMTP_PORT: '{SmtpPort}' is not a port number.";
        if (SmtpPortNumber == ImplicitTlsPort)
            yield return "SMTP_PORT: 465 speaks TLS from the first byte, which is not supported; use 587 with STARTTLS.";
        if (string.IsNullOrEmpty(SmtpUser) != string.IsNullOrEmpty(SmtpPassword))
            yield return "SMTP_USER and SMTP_PASSWORD belong together; one of them is not set.";
        if (production && UsesSmtp && !SmtpStartTls && !IsLoopback(SmtpHost!))
            yield return "SMTP_STARTTLS is off for a server elsewhere: links that open accounts would travel in clear.";
        if (SmtpTimeoutSeconds is < 1 or > 300)
            yield return "Notifications:SmtpTimeoutSeconds must be between 1 and 300.";
    }

    IEnumerable<string> AddressProblems(bool production)
    {
        if (production && string.IsNullOrWhiteSpace(From))
            yield return "MAIL_FROM is not set; Production needs it: Mana <noreply@example.org>.";
        foreach (var (key, value) in ((string, string?)[])[("MAIL_FROM", From), ("MAIL_REPLY_TO", ReplyTo), ("MAIL_RETURN_PATH", ReturnPath)])
            if (!string.IsNullOrWhiteSpace(value) && !MailAddress.TryCreate(value, out _))
                yield return $"{key}: '{value}' is not a mail address.";
        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out _))
            yield return "Notifications:BaseUrl must be an absolute URL.";
    }

    IEnumerable<string> LimitProblems(bool production)
    {
        if (Lanes is < 1 or > 32)
            yield return "Notifications:Lanes must be between 1 and 32.";
        if (MailsPerHour < 1 || PerHour.Values.Any(limit => limit < 1))
            yield return "Notifications:MailsPerHour and Notifications:PerHour must be positive.";
        if (SuppressionDays is < 1 or > 3650 || LogDays is < 1 or > 3650)
            yield return "Notifications:SuppressionDays and Notifications:LogDays must be between 1 and 3650.";
        if (production && KeepValues == true)
            yield return "Notifications:KeepValues is for development: it keeps links that open accounts.";
    }

    static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
