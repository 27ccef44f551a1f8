namespace Mana.Notifications.Contracts;

/// <summary>Sends mail to people (auth.md 23).</summary>
public interface IMailer
{
    /// <summary>
    /// Queues one mail and returns when it is stored; delivery follows in the background, with retries. A key that is known already
    /// changes nothing, whatever else the mail says. Whether the address takes mail, or has had too much of it, the caller does not
    /// learn: it must not depend on it.
    /// </summary>
    /// <exception cref="ArgumentException">A bug of the caller: unknown template, missing or unknown value, bad address, foreign link.</exception>
    Task EnqueueAsync(Mail mail, CancellationToken cancellationToken);
}

/// <summary>One mail to one person.</summary>
/// <param name="Key">
/// What makes this mail the same as another one, at most 200 characters: an event id, or <c>reset-password:&lt;token id&gt;</c>. Never a
/// secret. Known for 30 days (<c>Notifications:LogDays</c>).
/// </param>
/// <param name="Template">One of <see cref="MailTemplates"/>.</param>
/// <param name="Recipient">A bare address, <c>ada@example.org</c>.</param>
/// <param name="Locale"><c>de</c> or <c>en</c>, also with a region (<c>en-GB</c>); everything else becomes <c>de</c>.</param>
/// <param name="UserId">
/// The account that the mail is for: its erasure takes the mail along. Null when there is none, and for a mail that must outlive it
/// (<see cref="MailTemplates.AccountDeleted"/>).
/// </param>
/// <param name="Values">
/// Exactly the values that the template names; none may be empty. They are plain text: markup is inert, line breaks become spaces, more
/// than 100 characters are cut. The end of a name says more: <c>…Link</c> is an absolute URL below the base URL or a trusted origin, https
/// outside Development; <c>…At</c> is an ISO 8601 instant, told in the reader's language. They are kept until the mail is sent or given up.
/// </param>
/// <param name="ExpiresAt">Not worth sending afterwards (a reset link); null: worth it as long as retries last, about 19 hours.</param>
public sealed record Mail(
    string Key, string Template, string Recipient, string Locale, string? UserId, IReadOnlyDictionary<string, string> Values, DateTimeOffset? ExpiresAt = null);
