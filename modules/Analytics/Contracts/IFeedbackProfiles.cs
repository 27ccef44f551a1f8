namespace Mana.Analytics.Contracts;

/// <summary>Who somebody is on the board, for other modules (commerce.md 10.11).</summary>
public interface IFeedbackProfiles
{
    /// <summary>Null for somebody who has never been there.</summary>
    Task<PublicProfile?> GetAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Whether signed-in people may see the real name beside the pseudonym. Off until the person says so; never shown to anybody else.</summary>
    Task SetShowRealNameAsync(string userId, bool value, CancellationToken cancellationToken);
}

/// <summary>What the public may know.</summary>
/// <param name="DisplayHash">64 hex characters; says nothing about the user id without the server's secret.</param>
/// <param name="Karma">Reactions of others to what the person wrote, as they are now.</param>
public sealed record PublicProfile(string DisplayHash, string DisplayName, int Karma, bool ShowRealName);
