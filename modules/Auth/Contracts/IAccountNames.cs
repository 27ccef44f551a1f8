namespace Mana.Auth.Contracts;

/// <summary>Names of several accounts at once, for a module that may show them: the person has said so to it.</summary>
public interface IAccountNames
{
    /// <summary>By user id; without those that do not exist, or no more.</summary>
    Task<IReadOnlyDictionary<string, string>> OfAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken);
}
