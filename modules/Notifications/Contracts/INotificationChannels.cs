namespace Mana.Notifications.Contracts;

/// <summary>
/// Ways to reach a person besides mail (compute.md 8.8). One call is one attempt: whoever calls keeps what must be sent, tries again, and names every
/// message by a key that stays the same, because an attempt whose answer got lost has perhaps arrived.
/// </summary>
public interface INotificationChannels
{
    /// <summary>An outside service delivers (<c>Notifications:Mode=http</c>): a message goes to a person, who has no targets here.</summary>
    bool IsOutside { get; }

    /// <summary>Where these people can be reached now, by push and webhook, in no promised order.</summary>
    Task<IReadOnlyList<ChannelTarget>> TargetsAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken);

    /// <summary>Never throws for what the other side does; only for a database that is away.</summary>
    Task<ChannelResult> SendAsync(ChannelMessage message, CancellationToken cancellationToken);

    /// <summary>Removes subscriptions and endpoints of the person; how many there were.</summary>
    Task<int> ForgetAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>Names of channels.</summary>
public static class Channel
{
    public const string Push = "push";
    public const string Email = "email";
    public const string Webhook = "webhook";
}

/// <summary>A subscription or an endpoint of a person.</summary>
/// <param name="Channel"><see cref="Contracts.Channel.Push"/> or <see cref="Contracts.Channel.Webhook"/>.</param>
public sealed record ChannelTarget(string UserId, string Channel, Guid Id);

/// <summary>One message.</summary>
/// <param name="Target">Of <see cref="ChannelTarget"/>; null when an outside service finds the person.</param>
/// <param name="Key">The same for every attempt; base64url or hex, at least 32 characters. Receivers tell repetitions by it.</param>
/// <param name="Payload">JSON object, at most 3,000 bytes as UTF-8: what a service worker or a webhook gets.</param>
/// <param name="TimeToLive">How long a push service may keep it for a browser that is away; at most a day.</param>
public sealed record ChannelMessage(string Channel, Guid? Target, string UserId, string AppId, string Key, string Title, string Body, string Payload, TimeSpan TimeToLive);

/// <summary>What became of an attempt.</summary>
public abstract record ChannelResult
{
    private ChannelResult()
    {
    }

    /// <summary>The other side took it.</summary>
    public sealed record Sent(string? ProviderId) : ChannelResult;

    /// <summary>May work later.</summary>
    /// <param name="Code">Short, without anything the other side wrote: <c>503</c>, <c>timeout</c>.</param>
    /// <param name="RetryAfter">What the other side asked for.</param>
    public sealed record Later(string Code, TimeSpan? RetryAfter) : ChannelResult;

    /// <summary>Will not work, or the target is gone.</summary>
    public sealed record Dead(string Code) : ChannelResult;
}
