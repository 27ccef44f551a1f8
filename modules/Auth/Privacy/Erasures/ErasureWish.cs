using System.Text.Json;

namespace Mana.Auth.Privacy.Erasures;

/// <summary>
/// What shall become of shared spaces that would be left without an owner (auth.md 19.3): <c>transferTo</c> is a user id, for all of them, or an
/// object <c>{spaceId: userId}</c>; <c>deleteSpaces</c> is true, for all of them, or an array of space ids. Deletion comes first.
/// </summary>
internal sealed record ErasureWish(string? Heir, IReadOnlyDictionary<string, string> Heirs, bool DeletesAll, IReadOnlyList<string> Deleted)
{
    const int Most = 1000;
    static readonly Dictionary<string, string> NoHeirs = new(StringComparer.Ordinal);

    public static readonly ErasureWish None = new(null, NoHeirs, false, []);

    public bool Deletes(string spaceId) => DeletesAll || Deleted.Contains(spaceId, StringComparer.Ordinal);

    public string? HeirOf(string spaceId) => Heirs.TryGetValue(spaceId, out var heir) ? heir : Heir;

    /// <summary>The wish, or what is wrong with it.</summary>
    public static (ErasureWish? Wish, string? Problem) Read(JsonElement body)
    {
        if (body.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return (None, null);
        if (body.ValueKind != JsonValueKind.Object)
            return (null, "body: Expected an object");
        var (heir, heirs, all, deleted) = ((string?)null, NoHeirs, false, new List<string>());
        if (body.TryGetProperty("transferTo", out var transfer) && transfer.ValueKind != JsonValueKind.Null)
        {
            if (transfer.ValueKind == JsonValueKind.String)
                heir = transfer.GetString();
            else if (transfer.ValueKind == JsonValueKind.Object && transfer.EnumerateObject().Take(Most + 1).All(one => one.Value.ValueKind == JsonValueKind.String))
                heirs = transfer.EnumerateObject().Take(Most).DistinctBy(one => one.Name, StringComparer.Ordinal)
                    .ToDictionary(one => one.Name, one => one.Value.GetString()!, StringComparer.Ordinal);
            else
                return (null, "transferTo: A user id, or an object {spaceId: userId}");
        }

        if (body.TryGetProperty("deleteSpaces", out var deletion) && deletion.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
        {
            if (deletion.ValueKind == JsonValueKind.True)
                all = true;
            else if (deletion.ValueKind == JsonValueKind.Array && deletion.GetArrayLength() <= Most && deletion.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String))
                deleted = [.. deletion.EnumerateArray().Select(one => one.GetString()!)];
            else
                return (null, "deleteSpaces: true, or an array of space ids");
        }

        return (new ErasureWish(heir, heirs, all, deleted), null);
    }
}
