using Mana.Architecture.Tests.Rules;

namespace Mana.Architecture.Tests;

/// <summary>OWASP ASVS 5.0.0, levels 1 and 2: every requirement has its row, and what the rows name exists.</summary>
public sealed class AsvsTests
{
    /// <summary>Counted in the catalogue's own list: 70 of level 1 and 183 of level 2.</summary>
    static readonly Dictionary<int, int> PerChapter = new()
    {
        [1] = 27, [2] = 11, [3] = 19, [4] = 10, [5] = 9, [6] = 35, [7] = 18, [8] = 7, [9] = 7, [10] = 29, [11] = 14, [12] = 9, [13] = 13, [14] = 9, [15] = 13, [16] = 16, [17] = 7,
    };

    [Fact]
    public void Every_requirement_is_answered() => Wall.Holds("src/Mana.Host/ASVS.md:",
        Asvs.Problems(Repository.File("src/Mana.Host/ASVS.md").Text, PerChapter, [.. Repository.Files.Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal))]));

    [Fact]
    public void Gaps_are_noticed()
    {
        const string Table = "| 1.1.1 | 1 | a | met | `ThingTests.It_works` |\n| 1.1.1 | 1 | a | met | x |\n| 2.1.1 | 2 | b | perhaps | x |\n| 2.1.2 | 2 | c | met | `ThingTests.It_was_renamed`, `OtherTests` |\n";
        SourceFile[] tests = [new("tests/ThingTests.cs", "public sealed class ThingTests { public void It_works() { } }")];
        Wall.Notices(
            Asvs.Problems(Table, new Dictionary<int, int> { [1] = 2, [2] = 3 }, tests),
            "1.1.1 stands there twice", "V2 has 3 requirements, and 2 rows", "2.1.1: 'perhaps' is no state", "2.1.2: there is no test ThingTests.It_was_renamed", "2.1.2: there is no test OtherTests");
    }
}
