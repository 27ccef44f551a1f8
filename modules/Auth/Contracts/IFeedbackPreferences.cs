namespace Mana.Auth.Contracts;

/// <summary>What a person's profile says about the board of ideas (commerce.md 10.7). The module that has the board implements it and keeps the value.</summary>
public interface IFeedbackPreferences
{
    /// <summary>Whether signed-in people may see the real name beside the pseudonym.</summary>
    Task SetShowRealNameAsync(string userId, bool value, CancellationToken cancellationToken);
}
