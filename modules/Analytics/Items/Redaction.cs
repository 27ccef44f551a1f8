using System.Text.RegularExpressions;

namespace Mana.Analytics.Items;

/// <summary>People write addresses into their texts, their own and those of others. None of them is shown to anybody but the author and administrators.</summary>
internal static partial class Redaction
{
    public const string Mark = "[…]";

    /// <summary>The same rule in PostgreSQL, for what an erasure leaves.</summary>
    public const string Sql = @"(""[^""]+""|[^[:space:]<>()"",;:@]+)@[^[:space:]<>()""',;:@]+";

    // The part before the @ may hold an apostrophe, or be quoted and hold anything (RFC 5322 3.4.1).
    [GeneratedRegex(@"(?:""[^""]+""|[^\s<>()"",;:@]+)@[^\s<>()""',;:@]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    public static string? Clean(string? text) => text is null || !text.Contains('@', StringComparison.Ordinal) ? text : Address().Replace(text, Mark);
}
