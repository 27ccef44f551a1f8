namespace Mana.Users.Contracts;

/// <summary>What a person has set, for other modules (commerce.md 9.3). Answers hold the defaults where nothing is set; nobody is unknown.</summary>
public interface IUserSettings
{
    Task<SettingsSnapshot> GetAsync(string userId, CancellationToken cancellationToken);

    /// <summary>A language tag, <c>de</c> when nothing is set.</summary>
    Task<string> GetLocaleAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>The three documents as JSON objects: for everywhere, by app, by device.</summary>
/// <param name="UpdatedAt">UTC; null when nothing was ever set.</param>
public sealed record SettingsSnapshot(string GlobalSettings, string AppOverrides, string DeviceSettings, DateTimeOffset? UpdatedAt);
