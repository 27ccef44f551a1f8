using Mana.Kernel.Errors;

namespace Mana.Sync.Wire;

/// <summary>Limits of what arrives outside the body.</summary>
internal static class ParameterRules
{
    public static ApiError? Check(string appId, string clientId) => Name("appId", appId) ?? Name("clientId", clientId);

    public static ApiError? CheckCollection(string collection) => Name("collection", collection);

    static ApiError? Name(string name, string value)
    {
        if (value.Length > Limits.NameChars)
            return SyncError.LimitExceeded($"characters in {name}", Limits.NameChars);
        return value.Contains('\0', StringComparison.Ordinal) ? SyncError.UnsupportedCharacter(null) : null;
    }
}
