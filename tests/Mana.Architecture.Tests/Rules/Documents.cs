using System.Text.RegularExpressions;

namespace Mana.Architecture.Tests.Rules;

/// <summary>What the READMEs must hold (design section 2).</summary>
internal static partial class Documents
{
    static readonly string[] Sections = ["Purpose", "Public interface", "Tables", "Invariants", "Failure modes", "Decisions"];

    public static IEnumerable<string> MissingSections(string path, string? readme) => readme is null
        ? [$"{path} does not exist"]
        : from section in Sections
          where !Heading().Matches(readme).Any(heading => heading.Groups["title"].Value.StartsWith(section, StringComparison.OrdinalIgnoreCase))
          select $"{path} has no section \"{section}\"";

    /// <summary>Names that only one of the two knows.</summary>
    public static IEnumerable<string> EnvironmentNames(string readme, string code)
    {
        var told = Row().Matches(readme).Select(row => row.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var read = Entry().Matches(code).Select(entry => entry.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        return read.Except(told, StringComparer.Ordinal).Select(name => $"{name} is read, but not in the README's table")
            .Concat(told.Except(read, StringComparer.Ordinal).Select(name => $"{name} is in the README's table, but nothing reads it"));
    }

    [GeneratedRegex(@"^#{2,3}\s+(?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\|\s*`(?<name>[A-Z][A-Z0-9_]+)`", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\[""(?<name>[A-Z][A-Z0-9_]+)""\]\s*=")]
    private static partial Regex Entry();
}
