using System.Text.RegularExpressions;

namespace Mana.Architecture.Tests.Rules;

/// <summary>The table of a security standard: complete, in words that mean something, and with tests that exist.</summary>
internal static partial class Asvs
{
    static readonly string[] States = ["met", "partly", "not met", "n/a"];

    /// <summary>What is missing, said twice, or made up.</summary>
    /// <param name="perChapter">How many requirements of levels 1 and 2 each chapter has.</param>
    public static IEnumerable<string> Problems(string text, IReadOnlyDictionary<int, int> perChapter, IReadOnlyCollection<SourceFile> tests)
    {
        var rows = Row().Matches(text).Select(row => (Number: row.Groups["number"].Value, Chapter: int.Parse(row.Groups["chapter"].Value, System.Globalization.CultureInfo.InvariantCulture), State: row.Groups["state"].Value, Where: row.Groups["where"].Value)).ToList();
        foreach (var twice in rows.GroupBy(row => row.Number, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return $"{twice.Key} stands there twice";
        foreach (var (chapter, count) in perChapter)
            if (rows.Count(row => row.Chapter == chapter) is var there && there != count)
                yield return $"V{chapter} has {count} requirements, and {there} rows";
        foreach (var row in rows)
        {
            if (!States.Contains(row.State, StringComparer.Ordinal))
                yield return $"{row.Number}: '{row.State}' is no state";
            if (row.Where.Trim().Length == 0)
                yield return $"{row.Number} says nothing";
            foreach (Match test in Test().Matches(row.Where))
                if (!Exists(test.Groups["class"].Value, test.Groups["method"].Value, tests))
                    yield return $"{row.Number}: there is no test {test.Value.Trim('`')}";
        }
    }

    static bool Exists(string type, string method, IReadOnlyCollection<SourceFile> tests) => tests.Any(file =>
        file.Text.Contains($"class {type}", StringComparison.Ordinal) && (method.Length == 0 || file.Text.Contains($" {method}(", StringComparison.Ordinal)));

    [GeneratedRegex(@"^\| (?<number>(?<chapter>\d+)\.\d+\.\d+) \| [12] \|[^|\n]*\| (?<state>[^|\n]*) \| (?<where>.*) \|$", RegexOptions.Multiline, 10_000)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<class>\w+(?:Tests|Scenarios))(?:\.(?<method>\w+))?`", RegexOptions.None, 10_000)]
    private static partial Regex Test();
}
