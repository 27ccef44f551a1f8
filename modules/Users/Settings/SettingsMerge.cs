using System.Text.Json.Nodes;

namespace Mana.Users.Settings;

/// <summary>
/// How a partial document goes into a stored one (commerce.md 9.1). Objects merge, everything else replaces, null deletes. A key that the partial
/// document does not name is as it was: a document loses only what somebody deleted by name, or replaced as a whole.
/// </summary>
internal static class SettingsMerge
{
    /// <summary>Replaced as a whole: from inside them nothing could ever be removed (W-50).</summary>
    public static readonly IReadOnlyList<string> Wholes = ["nav.hiddenNavItems", "theme.pinnedThemes", "wallpaper", "recentEmojis"];

    /// <summary>Merges in depth; <paramref name="target"/> is changed.</summary>
    public static void Deep(JsonObject target, JsonObject partial) => Deep(target, partial, "");

    /// <summary>Every key that is named is replaced, without a look at what was there; null deletes.</summary>
    public static void Shallow(JsonObject target, JsonObject partial)
    {
        foreach (var (key, value) in partial)
            if (value is null)
                target.Remove(key);
            else
                target[key] = WithoutNulls(value.DeepClone());
    }

    /// <summary>A null inside stands for nothing, as everywhere: stored, it would take the default away with it.</summary>
    static JsonNode WithoutNulls(JsonNode value)
    {
        if (value is not JsonObject document)
            return value;
        foreach (var key in document.Where(member => member.Value is null).Select(member => member.Key).ToList())
            document.Remove(key);
        foreach (var (_, inner) in document)
            WithoutNulls(inner!);
        return document;
    }

    static void Deep(JsonObject target, JsonObject partial, string path)
    {
        foreach (var (key, value) in partial)
        {
            var at = path + key;
            if (value is null)
                target.Remove(key);
            else if (value is JsonObject inner && !Wholes.Contains(at))
            {
                if (target[key] is not JsonObject known)
                    target[key] = known = [];
                Deep(known, inner, at + ".");
            }
            else
                target[key] = value.DeepClone();
        }
    }
}
