using System.Text.Json;

namespace Mana.Auth.Privacy.Erasures;

/// <summary>
/// What shall become of shared spaces that would be left without an owner (auth.md 19.3): <c>transferTo</c> is a user id, for all of them, or an
/// object <c>{spaceId: userId}</c>; <c>deleteSpaces</c> is true, for all of them, or an array of space ids. Deletion comes first.
/// </summary>
internal sealed record ErasureWish(string? Heir, IReadOnlyDictionary<string, string> Heirs, bool DeletesAll, IReadOnlyList<string> Deleted)
{
    const int Most = 1000;
    const int LongestId = 100;
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
            heir = IdOf(transfer);
            heirs = HeirsOf(transfer) ?? NoHeirs;
            if (heir is null && HeirsOf(transfer) is null)
                return (null, "transferTo: A user id, or an object {spaceId: userId}");
        }

        if (body.TryGetProperty("deleteSpaces", out var deletion) && deletion.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
        {
            all = deletion.ValueKind == JsonValueKind.True;
            if (!all && (deletion.ValueKind != JsonValueKind.Array || deletion.GetArrayLength() > Most || deletion.EnumerateArray().Any(one => IdOf(one) is null)))
                return (null, "deleteSpaces: true, or an array of space ids");
            if (!all)
                deleted = [.. deletion.EnumerateArray().Select(one => IdOf(one)!)];
        }

        return (new ErasureWish(heir, heirs, all, deleted), null);
    }

    /// <summary>A member that is a text; null also for half a surrogate pair, which JSON can spell and which is no text.</summary>
    public static string? TextOf(JsonElement body, string member)
    {
        try
        {
            return body.ValueKind == JsonValueKind.Object && body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    static Dictionary<string, string>? HeirsOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetRawText().Contains("\\u", StringComparison.Ordinal))
            return null;
        var heirs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in value.EnumerateObject())
            if (heirs.Count >= Most || IdOf(one.Value) is not { } heir)
                return null;
            else
                heirs[one.Name] = heir;
        return heirs;
    }

    /// <summary>Ids are short and printable; they are stored, so what no column takes is refused here.</summary>
    static string? IdOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && !value.GetRawText().Contains('\\', StringComparison.Ordinal) && value.GetString() is { Length: > 0 and <= LongestId } id ? id : null;
}
