using Mana.Architecture.Tests.Rules;

namespace Mana.Architecture.Tests;

/// <summary>commerce.md 15 and 17: every weakness of the original has a row with a test that exists, every scenario a test of its number.</summary>
public sealed class ProofTests
{
    const int Weaknesses = 76;
    const int Scenarios = 150;

    static readonly string[] Modules = ["Credits", "Payments", "Subscriptions", "Users", "Analytics"];

    static IReadOnlyCollection<SourceFile> Tests => [.. Repository.Files.Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal) && !file.Path.StartsWith("tests/Mana.Architecture.Tests/Rules/", StringComparison.Ordinal))];

    [Fact]
    public void Every_weakness_of_commerce_is_proved_not_to_be_here() => Wall.Holds("Known weaknesses (commerce.md 15) without their proof:",
        Proofs.Weaknesses(Weaknesses, Modules.Select(name => Repository.File($"modules/{name}/README.md")), Tests));

    [Fact]
    public void Every_scenario_of_commerce_has_a_test() => Wall.Holds("Scenarios (commerce.md 17) without a test:",
        Proofs.Scenarios(Scenarios, Tests.Where(test => Modules.Any(name => test.Path.StartsWith($"tests/Mana.{name}.Tests/", StringComparison.Ordinal)))));

    [Fact]
    public void Gaps_are_noticed()
    {
        SourceFile[] tests =
        [
            new("tests/A.cs", "public sealed class Things { public void Scenario_02_is_tested() { } public async Task Scenario_4_5_are_too() { } }"), new("tests/clients/test/x.test.mjs", ""),
        ];
        var readme = new SourceFile("README.md", """
            | W-01 | `Things.Scenario_02_is_tested`; and so on |
            | W-02, W-04 | `tests/clients/test/x.test.mjs` |
            | W-05 | `Things.Scenario_02_was_renamed` |
            | W-06 | by thinking of `things` |

            """);
        Wall.Notices(Proofs.Weaknesses(6, [readme], tests), "W-03 stands in no table", "W-05 names no test", "W-05: there is no test Things.Scenario_02_was_renamed", "W-06 names no test");
        Wall.Notices(Proofs.Scenarios(5, tests), "scenario 1 has no test", "scenario 3 has no test");
    }
}
