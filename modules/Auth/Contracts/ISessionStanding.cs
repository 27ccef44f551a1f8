namespace Mana.Auth.Contracts;

/// <summary>
/// Which sessions have ended, for whoever keeps connections open on the strength of one: <see cref="SessionRevoked"/> tells it at once, and
/// this answers when an event may have been missed.
/// </summary>
public interface ISessionStanding
{
    /// <summary>Those of <paramref name="sessionIds"/> that have ended or never were. One query for all of them; throws when the database does not answer.</summary>
    Task<IReadOnlyCollection<string>> EndedAmongAsync(IReadOnlyCollection<string> sessionIds, CancellationToken cancellationToken);
}
