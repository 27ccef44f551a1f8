using System.Xml.Linq;
using Mana.Architecture.Tests.Rules;
using Mono.Cecil;

namespace Mana.Architecture.Tests;

/// <summary>Who may know whom (design section 3).</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void Projects_reference_only_what_the_design_draws() =>
        Wall.Holds("References that design section 3 does not draw:", Repository.ShippedProjects.SelectMany(References.InProject));

    [Fact]
    public void Assemblies_use_only_what_the_design_draws() =>
        Wall.Holds("Uses that design section 3 does not draw:", Compiled.Shipped.SelectMany(module =>
            References.InAssembly(Compiled.NameOf(module), module.AssemblyReferences.Select(reference => reference.Name))));

    [Fact]
    public void Modules_use_only_contracts_of_other_modules() =>
        Wall.Holds("Only Contracts types may be used across modules:", Compiled.Modules.Append(Compiled.Host).SelectMany(module =>
            References.BeyondContracts(Compiled.NameOf(module), module.GetTypeReferences())));

    [Fact]
    public void The_drawing_has_no_circle()
    {
        foreach (var (name, targets) in References.Allowed)
            foreach (var target in targets)
                Assert.DoesNotContain(name, References.Allowed[target]);
    }

    [Fact]
    public void Every_module_is_in_the_host() =>
        Wall.Holds("Modules that the host does not reference:", Repository.Modules
            .Where(name => !Repository.File("src/Mana.Host/Mana.Host.csproj").Text.Contains($"Mana.{name}.csproj", StringComparison.Ordinal)));

    [Fact]
    public void No_mediator_and_no_mapper() => Wall.Holds("Packages the design rules out:",
        Repository.Projects.Append(Repository.File("Directory.Packages.props")).SelectMany(References.UnwantedPackages));

    [Fact]
    public void A_wrong_project_reference_is_noticed()
    {
        static SourceFile Project(string name, params object[] items) => new($"modules/{name}/Mana.{name}.csproj", new XElement("Project", items).ToString());
        static XElement Item(string kind, string target) => new(kind, new XAttribute("Include", target));

        Wall.Notices(References.InProject(Project("Users", Item("ProjectReference", "../Sync/Mana.Sync.csproj"))), "Mana.Sync");
        Wall.Notices(References.InProject(Project("Users", Item("ProjectReference", "..\\Auth\\Mana.Auth.csproj"))));
        Wall.Notices(References.InProject(Project("Chat")), "Mana.Chat");
        Wall.Notices(References.InProject(Project("Auth", Item("InternalsVisibleTo", "Mana.Sync"))), "opens its internals to Mana.Sync");
        Wall.Notices(References.UnwantedPackages(Project("Auth", Item("PackageReference", "MediatR.Extensions"))), "MediatR");
        Wall.Notices(References.InAssembly("Auth", ["Mana.Kernel", "Mana.Sync", "Npgsql"]), "Mana.Sync");
    }

    [Fact]
    public void A_type_beyond_the_contracts_is_noticed()
    {
        var auth = new AssemblyNameReference("Mana.Auth", new Version(1, 0));
        TypeReference[] used =
        [
            new("Mana.Auth.Contracts", "UserRegistered", Compiled.Own, auth),
            new("Mana.Auth.Sessions", "SessionStart", Compiled.Own, auth),
            new("Mana.Auth", "AuthModule", Compiled.Own, auth),
        ];
        Wall.Notices(References.BeyondContracts("Sync", used), "Mana.Auth.Sessions.SessionStart", "Mana.Auth.AuthModule");
        Wall.Notices(References.BeyondContracts("Host", used), "Mana.Auth.Sessions.SessionStart");
    }
}
