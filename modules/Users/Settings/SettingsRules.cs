using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mana.Users.Settings;

/// <summary>
/// What a partial document may say of the keys that the platform knows (commerce.md 9.1): null deletes, and any key that is not known here is kept as
/// it comes, for clients that are newer than this server.
/// </summary>
internal static partial class SettingsRules
{
    const int LongestKey = 100;
    const int MostEmojis = 16;
    const int MostErrors = 20;
    static readonly HashSet<string> Forbidden = new(StringComparer.Ordinal) { "__proto__", "constructor", "prototype" };
    static readonly string[] Schemes = ["lume", "nature", "stone", "ocean", "sunset", "midnight", "rose", "lavender"];

    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,64}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IdForm();

    [GeneratedRegex(@"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LocaleForm();

    /// <summary>Whether it may name an app or a device.</summary>
    public static bool IsId(string id) => IdForm().IsMatch(id) && !Forbidden.Contains(id);

    /// <summary>What is wrong with a partial document; empty when nothing is. Shortens a list of emojis that is too long.</summary>
    public static IReadOnlyList<(string Path, string Message)> Check(JsonObject partial)
    {
        var rules = new Checks();
        rules.Keys(partial, "");
        if (rules.Object(partial, "nav") is { } nav)
        {
            rules.Choice(nav, "nav.desktopPosition", "top", "bottom");
            rules.Flag(nav, "nav.sidebarCollapsed");
            if (rules.Object(nav, "nav.hiddenNavItems") is { } hidden)
                foreach (var (app, items) in hidden)
                    rules.That(items is JsonArray list && list.All(IsText), $"nav.hiddenNavItems.{app}", "must be a list of texts");
        }

        if (rules.Object(partial, "theme") is { } theme)
        {
            rules.Choice(theme, "theme.mode", "light", "dark", "system");
            rules.Choice(theme, "theme.colorScheme", Schemes);
            rules.That(theme["pinnedThemes"] is null or JsonArray, "theme.pinnedThemes", "must be a list");
        }

        General(rules, partial);
        return rules.Errors;
    }

    /// <summary>What is wrong with the names in a document, however deep; of its values nothing is known.</summary>
    public static IReadOnlyList<(string Path, string Message)> CheckKeys(JsonObject partial)
    {
        var rules = new Checks();
        rules.Keys(partial, "");
        return rules.Errors;
    }

    static void General(Checks rules, JsonObject partial)
    {
        rules.That(partial["locale"] is not { } locale || (IsText(locale) && LocaleForm().IsMatch(locale.GetValue<string>())), "locale", "must be a language tag");
        if (rules.Object(partial, "general") is { } general)
        {
            rules.Choice(general, "general.weekStartsOn", "monday", "sunday");
            foreach (var flag in (string[])["soundsEnabled", "confirmOnDelete", "keyboardShortcutsEnabled"])
                rules.Flag(general, "general." + flag);
            if (rules.Object(general, "general.startPages") is { } pages)
                foreach (var (app, page) in pages)
                    rules.That(page is null || IsText(page), "general.startPages." + app, "must be a text");
        }

        if (partial["recentEmojis"] is JsonArray emojis && emojis.All(IsText))
            while (emojis.Count > MostEmojis)
                emojis.RemoveAt(MostEmojis);
        else
            rules.That(partial["recentEmojis"] is null, "recentEmojis", "must be a list of texts");
        if (rules.Object(partial, "wallpaper") is not { } wallpaper)
            return;
        if (rules.Object(wallpaper, "wallpaper.source") is { } source)
            rules.Choice(source, "wallpaper.source.type", "none", "predefined", "generated", "upload");
        if (rules.Object(wallpaper, "wallpaper.overlay") is not { } overlay)
            return;
        rules.Range(overlay, "wallpaper.overlay.blur", 20);
        rules.Range(overlay, "wallpaper.overlay.opacity", 0.6);
    }

    static bool IsText(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String;

    sealed class Checks
    {
        public List<(string Path, string Message)> Errors { get; } = [];

        /// <summary>Enough is known: an answer is never longer than what was sent.</summary>
        bool IsFull => Errors.Count >= MostErrors;

        public void That(bool holds, string path, string message)
        {
            if (!holds && !IsFull)
                Errors.Add((path, message));
        }

        public void Keys(JsonNode? node, string path)
        {
            if (node is JsonObject known)
                foreach (var (key, value) in known)
                {
                    if (IsFull)
                        return;
                    var name = path + (key.Length <= LongestKey ? key : "…");
                    That(key.Length is > 0 and <= LongestKey && !Forbidden.Contains(key), name, "is no name for a setting");
                    Keys(value, name + ".");
                }
            else if (node is JsonArray list)
                foreach (var item in list)
                    Keys(item, path);
        }

        public JsonObject? Object(JsonObject within, string path)
        {
            var value = within[Last(path)];
            That(value is null or JsonObject, path, "must be an object");
            return value as JsonObject;
        }

        public void Choice(JsonObject within, string path, params string[] choices) =>
            That(within[Last(path)] is not { } value || (IsText(value) && choices.Contains(value.GetValue<string>())), path, $"must be one of {string.Join(", ", choices)}");

        public void Flag(JsonObject within, string path) =>
            That(within[Last(path)] is not { } value || value.GetValueKind() is JsonValueKind.True or JsonValueKind.False, path, "must be true or false");

        public void Range(JsonObject within, string path, double largest) =>
            That(within[Last(path)] is not { } value || (value is JsonValue number && number.TryGetValue(out double size) && size >= 0 && size <= largest), path, FormattableString.Invariant($"must be a number from 0 to {largest}"));

        static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];
    }
}
