using System.Globalization;
using Mana.Kernel.Errors;

namespace Mana.Sync.Wire;

/// <summary>Limits of what arrives outside the body.</summary>
internal static class ParameterRules
{
    public static ApiError? Check(string appId, string clientId) => Name("appId", appId) ?? Name("clientId", clientId);

    public static ApiError? CheckCollection(string collection) => Name("collection", collection);

    /// <summary>Of one record, as a change would name it.</summary>
    public static ApiError? CheckRecord(string appId, string table, string id, string? spaceId) =>
        Name("appId", appId) ?? Name("table", table) ?? Text("id", id, Limits.IdChars) ?? Text("spaceId", spaceId ?? "", Limits.IdChars);

    public static ApiError? CheckFields(IReadOnlyCollection<string> fields) => fields.Count > Limits.FieldsPerChange
        ? SyncError.LimitExceeded("fields", Limits.FieldsPerChange)
        : fields.Select(field => Text("fields", field ?? "", Limits.FieldNameChars)).FirstOrDefault(error => error is not null);

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

    static ApiError? Name(string name, string value) => Text(name, value, Limits.NameChars);

    static ApiError? Text(string name, string value, int limit)
    {
        if (value.Length > limit)
            return SyncError.LimitExceeded($"characters in {name}", limit);
        return value.Contains('\0', StringComparison.Ordinal) ? SyncError.UnsupportedCharacter(null) : null;
    }
}
