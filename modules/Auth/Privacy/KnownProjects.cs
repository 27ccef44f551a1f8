using System.Text;

namespace Mana.Auth.Privacy;

/// <summary>The apps of the overview, in its order (auth.md 19.1). What stores under another id comes after them.</summary>
internal static class KnownProjects
{
    public const string UnknownIcon = "📁";

    public static readonly IReadOnlyList<(string Id, string Name, string Icon)> All =
    [
        ("todo", "Todo", "✅"), ("chat", "ManaChat", "💬"), ("calendar", "Kalender", "📅"), ("clock", "Clock", "⏰"), ("contacts", "Kontakte", "👥"), ("cards", "Cards", "🃏"),
        ("picture", "ManaPicture", "🎨"), ("quotes", "Quotes", "💡"), ("presi", "Presi", "📊"), ("inventory", "Inventar", "📦"), ("food", "Food", "🥗"), ("plants", "Plants", "🌱"),
        ("storage", "Storage", "💾"), ("questions", "Questions", "❓"), ("music", "Music", "🎵"), ("context", "Context", "📝"), ("photos", "Photos", "📷"), ("skilltree", "Skilltree", "🌳"),
        ("citycorners", "Citycorners", "🏙️"), ("times", "Taktik", "⏱️"), ("uload", "uLoad", "🔗"), ("calc", "Calc", "🧮"), ("mana", "Mana", "✨"),
    ];

    /// <summary><c>tagLinks</c> and <c>tag_links</c>: "Tag Links", "Tag links".</summary>
    public static string LabelOf(string table)
    {
        var label = new StringBuilder(table.Length + 4);
        foreach (var letter in table)
        {
            if (char.IsAsciiLetterUpper(letter) && label.Length > 0)
                label.Append(' ');
            label.Append(letter == '_' ? ' ' : label.Length == 0 ? char.ToUpperInvariant(letter) : letter);
        }

        return label.ToString();
    }
}
