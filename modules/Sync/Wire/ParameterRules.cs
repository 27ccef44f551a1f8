using System.Globalization;
using Mana.Kernel.Errors;

namespace Mana.Sync.Wire;

/// <summary>Limits of what arrives outside the body.</summary>
internal static class ParameterRules
{
    public static ApiError? Check(string appId, string clientId) => Name("appId", appId) ?? Name("clientId", clientId);

    public static ApiError? CheckCollection(string collection) => Name("collection", collection);

    /// <summary>A page of 1 to 1000 changes; larger wishes are cut, what is no number is refused.</summary>
    public static bool TryPageSize(string? limit, out int size)
    {
        size = Limits.PullPage;
        if (string.IsNullOrEmpty(limit))
            return true;
        if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) || wanted < 1)
            return false;
        size = Math.Min(wanted, Limits.PullPage);
        return true;
    }

    static ApiError? Name(string name, string value)
    {
        if (value.Length > Limits.NameChars)
            return SyncError.LimitExceeded($"characters in {name}", Limits.NameChars);
        return value.Contains('\0', StringComparison.Ordinal) ? SyncError.UnsupportedCharacter(null) : null;
    }
}
