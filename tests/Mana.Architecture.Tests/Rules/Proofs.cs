using System.Text.RegularExpressions;

namespace Mana.Architecture.Tests.Rules;

/// <summary>What a specification asks to be shown, against the tests that show it.</summary>
internal static partial class Proofs
{
    /// <summary>Weaknesses that no row of a table "Known weaknesses" names, and rows whose tests do not exist.</summary>
    /// <param name="readmes">Of the modules that the specification is about; its numbers mean something else elsewhere.</param>
    public static IEnumerable<string> Weaknesses(int last, IEnumerable<SourceFile> readmes, IReadOnlyCollection<SourceFile> tests)
    {
        var classes = ClassesOf(tests);
        var named = new HashSet<int>();
        foreach (var readme in readmes)
        {
            foreach (Match row in WeaknessRow().Matches(readme.Text))
            {
                named.UnionWith(WeaknessNumber().Matches(row.Groups["which"].Value).Select(number => int.Parse(number.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture)));
                var proofs = Code().Matches(row.Groups["proof"].Value).Select(code => code.Groups["text"].Value).ToList();
                if (!proofs.Any(proof => Exists(proof, classes, tests)))
                    yield return $"{readme.Path}: {row.Groups["which"].Value.Trim()} names no test";
                foreach (var missing in proofs.Where(proof => IsTestName(proof) && !Exists(proof, classes, tests)))
                    yield return $"{readme.Path}: {row.Groups["which"].Value.Trim()}: there is no test {missing}";
            }
        }

        foreach (var number in Enumerable.Range(1, last).Where(number => !named.Contains(number)))
            yield return $"W-{number:00} stands in no table";
    }

    /// <summary>Numbers of scenarios without a test method <c>Scenario_n_…</c>; one method may carry several numbers.</summary>
    public static IEnumerable<string> Scenarios(int last, IEnumerable<SourceFile> tests)
    {
        var covered = tests.SelectMany(test => ScenarioName().Matches(test.Text)).SelectMany(method => method.Groups["number"].Captures)
            .Select(number => int.Parse(number.Value, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        return Enumerable.Range(1, last).Where(number => !covered.Contains(number)).Select(number => $"scenario {number} has no test");
    }

    static Dictionary<string, string> ClassesOf(IEnumerable<SourceFile> tests)
    {
        var classes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var test in tests.Where(test => test.Path.EndsWith(".cs", StringComparison.Ordinal)))
            foreach (Match found in ClassName().Matches(test.Text))
                // Names come twice in the tests of different modules; a method of either will do.
                classes[found.Groups["name"].Value] = classes.GetValueOrDefault(found.Groups["name"].Value) + test.Text;
        return classes;
    }

    static bool IsTestName(string code) => TestName().IsMatch(code) || code.EndsWith(".mjs", StringComparison.Ordinal);

    static bool Exists(string code, Dictionary<string, string> classes, IReadOnlyCollection<SourceFile> tests) => TestName().Match(code) is { Success: true } test
        ? classes.TryGetValue(test.Groups["class"].Value, out var text) && Regex.IsMatch(text, $@"\s{test.Groups["method"].Value}\(", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10))
        : code.EndsWith(".mjs", StringComparison.Ordinal) && tests.Any(file => file.Path == code);

    [GeneratedRegex(@"^\| (?<which>W-\d\d[^|]*)\| (?<proof>.+) \|$", RegexOptions.Multiline)]
    private static partial Regex WeaknessRow();

    [GeneratedRegex(@"W-(?<number>\d\d)")]
    private static partial Regex WeaknessNumber();

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^(Mana\.\w+\.Tests\.)?(?<class>[A-Z]\w+)\.(?<method>[A-Z]\w*_\w+)$")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\bclass (?<name>\w+)")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"\bScenario(_(?<number>\d+))+_[A-Za-z]\w*\(")]
    private static partial Regex ScenarioName();
}
