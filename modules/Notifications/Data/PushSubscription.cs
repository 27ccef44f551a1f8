namespace Mana.Notifications.Data;

/// <summary>A browser that may be told something (compute.md 8.3).</summary>
internal sealed class PushSubscription
{
    public Guid Id { get; set; }

    public required string UserId { get; set; }

    /// <summary>Capability URL of the push service: whoever knows it and our keys may push. Unique; a browser that changes its person takes it along.</summary>
    public required string Endpoint { get; set; }

    /// <summary>The browser's public key, an uncompressed point.</summary>
    public required byte[] P256dh { get; set; }

    public required byte[] Auth { get; set; }

    public string? Ua { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Updated once an hour at most.</summary>
    public DateTimeOffset? LastOkAt { get; set; }

    /// <summary>In a row.</summary>
    public int Failures { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }
}

/// <summary>An address of a person's own that takes webhooks. Its secret is derived, not stored.</summary>
internal sealed class WebhookEndpoint
{
    public Guid Id { get; set; }

    public required string UserId { get; set; }

    public required string Url { get; set; }

    public bool Enabled { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>In a row; see <see cref="Webhooks.WebhookSender.MostFailures"/>.</summary>
    public int Failures { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }
}
