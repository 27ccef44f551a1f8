namespace Mana.Auth.Contracts;

/// <summary>
/// Which modules of the apps a type of space may hold (auth.md 14.2): what is intimate stays out of shared spaces. Modules ask before they
/// write. A singleton that touches nothing.
/// </summary>
public interface ISpacePolicy
{
    /// <summary>False for a type that does not exist.</summary>
    /// <param name="spaceType"><c>personal</c>, <c>brand</c>, <c>club</c>, <c>family</c>, <c>team</c> or <c>practice</c>.</param>
    /// <param name="moduleId">As the apps name it, e.g. <c>club-finance</c>; an unknown one is allowed in a personal space alone.</param>
    bool IsModuleAllowed(string spaceType, string moduleId);
}
