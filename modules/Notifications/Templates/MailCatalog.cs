using System.Collections.Frozen;
using Mana.Notifications.Contracts;

namespace Mana.Notifications.Templates;

/// <summary>Every mail that exists: the values it needs, and its text in each of its languages. A new one is an entry here and a file per language.</summary>
internal static class MailCatalog
{
    public static readonly FrozenDictionary<string, string[]> Values = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        [MailTemplates.VerifyAddress] = ["name", "verifyLink"],
        [MailTemplates.ResetPassword] = ["name", "resetLink"],
        [MailTemplates.Invitation] = ["inviter", "space", "inviteLink"],
        [MailTemplates.MagicLink] = ["signInLink"],
        [MailTemplates.AccountDeleted] = ["name"],
        [MailTemplates.AlreadyRegistered] = ["name", "signInLink"],
        [MailTemplates.PasswordChanged] = ["name", "changedAt", "resetLink"],
        [MailTemplates.EmailChangeConfirm] = ["name", "confirmLink"],
        [MailTemplates.EmailChangeNotice] = ["name", "newAddress", "revertLink"],
        [MailTemplates.EmailChanged] = ["name", "newAddress", "changedAt", "securityLink"],
        [MailTemplates.NewDevice] = ["name", "device", "address", "signedInAt", "securityLink"],
        [MailTemplates.AccountLocked] = ["name", "endsAt", "resetLink"],
        [MailTemplates.TwoFactorEnabled] = ["name", "changedAt", "securityLink"],
        [MailTemplates.TwoFactorDisabled] = ["name", "changedAt", "securityLink"],
        [MailTemplates.BackupCodesLow] = ["name", "remaining", "securityLink"],
        [MailTemplates.PasskeyAdded] = ["name", "passkey", "changedAt", "securityLink"],
        [MailTemplates.PasskeyRemoved] = ["name", "passkey", "changedAt", "securityLink"],
        [MailTemplates.SyncGrace] = ["name", "pausesAt", "syncLink"],
        [MailTemplates.SyncPaused] = ["name", "syncLink"],
        [MailTemplates.SyncResumed] = ["name", "paidUntilAt", "syncLink"],
        [MailTemplates.GiftExpired] = ["name", "credits", "madeAt", "creditsLink"],
        [MailTemplates.SubscriptionPaymentFailed] = ["name", "subscriptionLink"],
        [MailTemplates.SubscriptionActionRequired] = ["name", "subscriptionLink"],
        [MailTemplates.SubscriptionTrialEnding] = ["name", "endsAt", "subscriptionLink"],
        [MailTemplates.ZeroKnowledgeEnabled] = ["name", "changedAt", "securityLink"],
        [MailTemplates.Reminder] = ["title", "when", "openLink", "settingsLink"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The value that tells where a mail of this kind is switched off (RFC 2369 3.2); null: it concerns the account, and cannot be.</summary>
    public static string? UnsubscribeOf(string template) => template == MailTemplates.Reminder ? "settingsLink" : null;

    static readonly Lazy<FrozenDictionary<(string Name, string Language), MailTemplate>> Texts = new(() => (
        from name in Values.Keys
        from language in MailLanguage.AllOf(name)
        select MailTemplateFile.Parse(name, language, Resource($"{language.Code}/{name}")))
        .ToFrozenDictionary(template => (template.Name, template.Language.Code)));

    /// <summary>Null when there is no such mail.</summary>
    public static MailTemplate? Find(string name, MailLanguage language) => Texts.Value.GetValueOrDefault((name, language.Code));

    public static string Resource(string name)
    {
        using var stream = typeof(MailCatalog).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded in Mana.Notifications.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
