namespace Mana.Notifications.Contracts;

/// <summary>
/// The mails that exist (auth.md 23), each with the values it needs. Where a text says how long its link works, that time is given here:
/// whoever makes the link must keep it.
/// </summary>
public static class MailTemplates
{
    /// <summary><c>name</c>, <c>verifyLink</c> (24 hours).</summary>
    public const string VerifyAddress = "verify-address";

    /// <summary><c>name</c>, <c>resetLink</c> (one hour).</summary>
    public const string ResetPassword = "reset-password";

    /// <summary><c>inviter</c>, <c>space</c> (names, both chosen by strangers), <c>inviteLink</c> (48 hours).</summary>
    public const string Invitation = "invitation";

    /// <summary><c>signInLink</c> (10 minutes).</summary>
    public const string MagicLink = "magic-link";

    /// <summary><c>name</c>. Enqueue it without a user id, after the erasure.</summary>
    public const string AccountDeleted = "account-deleted";

    /// <summary>Somebody tried to register with an address that has an account: <c>name</c>, <c>signInLink</c> (the page, no token).</summary>
    public const string AlreadyRegistered = "already-registered";

    /// <summary><c>name</c>, <c>changedAt</c>, <c>resetLink</c> (the page where a reset is asked for, no token).</summary>
    public const string PasswordChanged = "password-changed";

    /// <summary>To the new address: <c>name</c>, <c>confirmLink</c> (24 hours).</summary>
    public const string EmailChangeConfirm = "email-change-confirm";

    /// <summary>To the old address: <c>name</c>, <c>newAddress</c>, <c>revertLink</c> (7 days).</summary>
    public const string EmailChangeNotice = "email-change-notice";

    /// <summary>To both addresses: <c>name</c>, <c>newAddress</c>, <c>changedAt</c>, <c>securityLink</c>.</summary>
    public const string EmailChanged = "email-changed";

    /// <summary><c>name</c>, <c>device</c>, <c>address</c> (network the sign-in came from), <c>signedInAt</c>, <c>securityLink</c>.</summary>
    public const string NewDevice = "new-device";

    /// <summary><c>name</c>, <c>endsAt</c>, <c>resetLink</c> (the page where a reset is asked for, no token).</summary>
    public const string AccountLocked = "account-locked";

    /// <summary><c>name</c>, <c>changedAt</c>, <c>securityLink</c>.</summary>
    public const string TwoFactorEnabled = "two-factor-enabled";

    /// <summary><c>name</c>, <c>changedAt</c>, <c>securityLink</c>.</summary>
    public const string TwoFactorDisabled = "two-factor-disabled";

    /// <summary><c>name</c>, <c>remaining</c> (a number), <c>securityLink</c>.</summary>
    public const string BackupCodesLow = "backup-codes-low";

    /// <summary><c>name</c>, <c>passkey</c> (its label), <c>changedAt</c>, <c>securityLink</c>.</summary>
    public const string PasskeyAdded = "passkey-added";

    /// <summary><c>name</c>, <c>passkey</c> (its label), <c>changedAt</c>, <c>securityLink</c>.</summary>
    public const string PasskeyRemoved = "passkey-removed";

    /// <summary>Cloud Sync could not be charged: <c>name</c>, <c>pausesAt</c>, <c>syncLink</c>.</summary>
    public const string SyncGrace = "sync-grace";

    /// <summary><c>name</c>, <c>syncLink</c>.</summary>
    public const string SyncPaused = "sync-paused";

    /// <summary><c>name</c>, <c>paidUntilAt</c>, <c>syncLink</c>.</summary>
    public const string SyncResumed = "sync-resumed";

    /// <summary>A gift that nobody redeemed came back: <c>name</c>, <c>credits</c> (a number), <c>madeAt</c>, <c>creditsLink</c>.</summary>
    public const string GiftExpired = "gift-expired";

    /// <summary>The fee of a plan could not be collected: <c>name</c>, <c>subscriptionLink</c>.</summary>
    public const string SubscriptionPaymentFailed = "subscription-payment-failed";

    /// <summary>The bank wants the person to confirm a payment: <c>name</c>, <c>subscriptionLink</c>.</summary>
    public const string SubscriptionActionRequired = "subscription-action-required";

    /// <summary><c>name</c>, <c>endsAt</c>, <c>subscriptionLink</c>.</summary>
    public const string SubscriptionTrialEnding = "subscription-trial-ending";

    /// <summary><c>name</c>, <c>changedAt</c>, <c>securityLink</c>.</summary>
    public const string ZeroKnowledgeEnabled = "zero-knowledge-enabled";

    /// <summary><c>title</c>, <c>when</c> (both as the reader's push would say them), <c>openLink</c>, <c>settingsLink</c> (where reminders by mail are switched off).</summary>
    public const string Reminder = "reminder";
}
