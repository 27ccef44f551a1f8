using Mana.Architecture.Tests.Rules;

namespace Mana.Architecture.Tests;

/// <summary>The READMEs say what they must (design section 2).</summary>
public sealed class DocumentTests
{
    [Fact]
    public void Every_module_is_described() => Wall.Holds("A module's README has Purpose, Public interface, Tables, Invariants, Failure modes, Decisions:",
        Repository.Modules.Select(name => $"modules/{name}/README.md").SelectMany(path => Documents.MissingSections(path, TextOf(path))));

    [Fact]
    public void Kernel_and_host_are_described() => Wall.Holds("READMEs that are missing:",
        new[] { "src/Mana.Kernel/README.md", "src/Mana.Host/README.md" }.Where(path => !Repository.Has(path)));

    [Fact]
    public void The_configuration_table_is_the_code() => Wall.Holds("README.md and EnvironmentNames.cs differ:",
        Documents.EnvironmentNames(Repository.File("README.md").Text, Repository.File("src/Mana.Host/Configuration/EnvironmentNames.cs").Text));

    [Fact]
    public void Gaps_are_noticed()
    {
        const string Readme = "# X\n## Purpose\n## Public interface\n## Tables\n## Invariants\n## Decisions\n";
        Wall.Notices(Documents.MissingSections("modules/X/README.md", Readme), "Failure modes");
        Wall.Notices(Documents.MissingSections("modules/X/README.md", null), "does not exist");
        Wall.Notices(Documents.EnvironmentNames("| `PORT` | 3001 |\n| `OLD_NAME` | x |", "[\"PORT\"] = \"Server:Port\",\n[\"NEW_NAME\"] = \"A:B\","), "OLD_NAME", "NEW_NAME");
    }

    static string? TextOf(string path) => Repository.Has(path) ? Repository.File(path).Text : null;
}
