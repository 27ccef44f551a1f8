using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;
using Mana.Notifications.Contracts;
using Mana.Notifications.Templates;

namespace Mana.Notifications;

/// <summary>Meter <c>Mana.Notifications</c>. Templates and results are closed sets; no label holds an address.</summary>
internal sealed class NotificationsMetrics(IMeterFactory meters)
{
    readonly Counter<long> _mails = meters.ForModule("Notifications").CreateCounter<long>("mana_mail_sent_total", description: "Attempts to send a mail, by result");

    readonly Counter<long> _attempts = meters.ForModule("Notifications").CreateCounter<long>("mana_channel_attempts_total", description: "Attempts to reach somebody by push, webhook or an outside service, by result");

    public void Attempted(string channel, ChannelResult result) => _attempts.Add(1, new("channel", channel), new("result", result switch
    {
        ChannelResult.Sent => MailResult.Sent,
        ChannelResult.Later => MailResult.Retried,
        _ => "dead",
    }));

    public void Delivered(string template, string result) =>
        _mails.Add(1, new("template", MailCatalog.Values.ContainsKey(template) ? template : "unknown"), new("result", result));
}

/// <summary>Beside the states <c>failed</c> and <c>expired</c>.</summary>
internal static class MailResult
{
    public const string Sent = "sent";
    public const string Retried = "retried";
    public const string Suppressed = "suppressed";
}
