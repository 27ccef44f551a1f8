using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Kernel.Network;
using Mana.Kernel.Outbox;
using Mana.Notifications.Contracts;

namespace Mana.Subscriptions.Notices;

/// <summary>Somebody must be told about their subscription.</summary>
/// <param name="Subject">What it is about; the same news about the same subject is told once.</param>
internal sealed record SubscriptionNotice(string UserId, string Kind, string Subject, DateTimeOffset? At) : IManaEvent
{
    public const string PaymentFailed = "payment_failed";
    public const string ActionRequired = "action_required";
    public const string TrialEnding = "trial_ending";

    public static string Name => "subscriptions.notice";
}

/// <summary>commerce.md 7.7: a payment failed, needs the person, or a trial ends.</summary>
internal sealed class SubscriptionMails(IMailer mailer, IAccountDirectory accounts, TrustedOrigins origins) : IManaEventHandler<SubscriptionNotice>
{
    public async Task HandleAsync(SubscriptionNotice happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(happened.UserId, cancellationToken) is not { } person)
            return;
        var template = happened.Kind switch
        {
            SubscriptionNotice.PaymentFailed => MailTemplates.SubscriptionPaymentFailed,
            SubscriptionNotice.ActionRequired => MailTemplates.SubscriptionActionRequired,
            _ => MailTemplates.SubscriptionTrialEnding,
        };
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = string.IsNullOrWhiteSpace(person.Name) ? person.Email.Split('@')[0] : person.Name,
            ["subscriptionLink"] = FirstOrigin() + "/subscription",
        };
        if (happened.Kind == SubscriptionNotice.TrialEnding)
            values["endsAt"] = (happened.At ?? context.OccurredAt).ToString("O", CultureInfo.InvariantCulture);
        await mailer.EnqueueAsync(new Mail($"{template}:{happened.Subject}", template, person.Email, "de", happened.UserId, values), cancellationToken);
    }

    string FirstOrigin() => origins.Trusted.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(origin => !origin.Contains('*', StringComparison.Ordinal))
        ?? "http://localhost:5173";
}
