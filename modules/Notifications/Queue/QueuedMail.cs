namespace Mana.Notifications.Queue;

/// <summary>A checked mail on its way into the queue.</summary>
/// <param name="Values">JSON object of texts.</param>
internal sealed record QueuedMail(
    Guid Id, string Key, string Template, string Locale, string Recipient, string? UserId, string Values, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>Mails that the address may get within an hour: of all kinds, and of this one.</summary>
internal sealed record MailLimits(int PerRecipient, int PerTemplate);

/// <summary>A mail that this worker has taken.</summary>
/// <param name="Attempts">This one included; names the claim.</param>
internal sealed record ClaimedMail(
    Guid Id, string Template, string Locale, string Recipient, IReadOnlyDictionary<string, string> Values, int Attempts, DateTimeOffset? ExpiresAt);

/// <summary>How an attempt ended, for the queue.</summary>
internal abstract record Settlement
{
    private Settlement()
    {
    }

    public sealed record Sent(DateTimeOffset At) : Settlement;

    public sealed record Later(DateTimeOffset At, string Error) : Settlement;

    /// <summary>It will not be sent.</summary>
    /// <param name="State"><c>failed</c> or <c>expired</c>.</param>
    /// <param name="SuppressUntil">Set when the other side does not know the address.</param>
    public sealed record GivenUp(string State, string? Error, DateTimeOffset? SuppressUntil = null) : Settlement;
}
