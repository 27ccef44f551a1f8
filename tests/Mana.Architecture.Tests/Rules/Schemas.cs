using System.Text.RegularExpressions;

namespace Mana.Architecture.Tests.Rules;

/// <summary>Each schema belongs to one module; nobody else may name it (design sections 2, 4 and 6).</summary>
internal static partial class Schemas
{
    public static readonly IReadOnlyDictionary<string, string> OwnerOf = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["auth"] = "Auth",
        ["notify"] = "Notifications",
        ["payments"] = "Payments",
        ["credits"] = "Credits",
        ["subscriptions"] = "Subscriptions",
        ["users"] = "Users",
        ["sync"] = "Sync",
        ["feedback"] = "Analytics",
        ["apps"] = "Apps",
        ["jobs"] = "Kernel",
    };

    /// <summary>Texts that hold a foreign <c>schema.name</c>, however they are put together afterwards.</summary>
    public static IEnumerable<string> Foreign(string part, IEnumerable<string> texts) =>
        from text in texts
        from Match match in SchemaAndName().Matches(text)
        let owner = OwnerOf[match.Groups["schema"].Value.ToLowerInvariant()]
        where owner != part
        select $"Mana.{part} names {match.Value}, which is {owner}'s: \"{Shorten(text, match.Index)}\"";

    public static IEnumerable<string> ForeignTables(string part, IEnumerable<(string Entity, string? Schema)> entities) =>
        from entity in entities
        where entity.Schema is null || !OwnerOf.TryGetValue(entity.Schema, out var owner) || owner != part
        select $"Mana.{part} maps {entity.Entity} to schema {entity.Schema ?? "(none)"}";

    static string Shorten(string text, int at) => text[Math.Max(0, at - 30)..Math.Min(text.Length, at + 50)].ReplaceLineEndings(" ");

    // Not part of a longer path, address or identifier; quoted or not.
    [GeneratedRegex("""(?<![\w./:@-])"?(?<schema>auth|notify|payments|credits|subscriptions|users|sync|feedback|apps|jobs)"?\.(?=["A-Za-z_])""", RegexOptions.IgnoreCase)]
    private static partial Regex SchemaAndName();
}
