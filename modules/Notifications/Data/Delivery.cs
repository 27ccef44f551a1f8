namespace Mana.Notifications.Data;

/// <summary>One mail: a place in the queue first, a line of the log afterwards.</summary>
internal sealed class Delivery
{
    public required Guid Id { get; init; }

    /// <summary>Unique: the same key twice is one mail.</summary>
    public required string Key { get; init; }

    public required string Template { get; init; }

    public required string Locale { get; init; }

    /// <summary>Lower case.</summary>
    public required string Recipient { get; init; }

    public string? UserId { get; init; }

    /// <summary>JSON object of texts. They hold links with tokens, so they go when the mail is sent or given up.</summary>
    public string? Values { get; init; }

    /// <summary>One of <see cref="DeliveryState"/>.</summary>
    public required string State { get; init; }

    /// <summary>How often it was claimed; also tells a late answer of an earlier claim from that of the current one.</summary>
    public int Attempts { get; init; }

    /// <summary>While queued: when it is due. While sending: when the claim ends.</summary>
    public required DateTimeOffset NextAttemptAt { get; init; }

    /// <summary>SMTP codes (<c>550 5.1.1</c>) or a word of ours; never a server's text, which quotes addresses.</summary>
    public string? LastError { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }
}

internal static class DeliveryState
{
    public const string Queued = "queued";
    public const string Sending = "sending";
    public const string Sent = "sent";
    public const string Failed = "failed";
    public const string Suppressed = "suppressed";
    public const string Expired = "expired";
}

/// <summary>An address that gets no mail for a while.</summary>
internal sealed class Suppression
{
    /// <summary>SHA-256 of the lower-case address.</summary>
    public required byte[] AddressHash { get; init; }

    /// <summary>The SMTP codes of the refusal.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset Until { get; init; }
}
