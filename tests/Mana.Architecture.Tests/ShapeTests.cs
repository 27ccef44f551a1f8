using Mana.Architecture.Tests.Rules;

namespace Mana.Architecture.Tests;

/// <summary>What types may look like and be called (design section 4).</summary>
public sealed class ShapeTests
{
    static readonly string[] PureLibraries = ["Recurrence"];

    [Fact]
    public void Only_contracts_are_public() => Wall.Holds("Everything is internal unless it is in Contracts/:",
        Compiled.Modules.SelectMany(module => Shape.WronglyPublic(Compiled.WrittenTypes(module), Compiled.NameOf(module)))
            .Concat(Shape.WronglyPublic(Compiled.WrittenTypes(Compiled.Host), "Host")));

    /// <summary>A pure library has no table of contents: there is nothing to add and nothing to map.</summary>
    [Fact]
    public void The_table_of_contents_adds_and_maps() => Wall.Holds("<X>Module offers AddX and MapX only:",
        from module in Compiled.Modules
        let name = Compiled.NameOf(module)
        where !PureLibraries.Contains(name, StringComparer.Ordinal)
        from offence in Shape.BeyondTableOfContents(module.GetType($"Mana.{name}.{name}Module"), name)
        select offence);

    /// <summary>But the one base class (Kernel README, decisions).</summary>
    [Fact]
    public void Classes_are_sealed() => Wall.Holds("Everything is sealed:", Shape.Open(
        Compiled.Shipped.SelectMany(Compiled.WrittenTypes).Where(type => !Compiled.NamespaceOf(type).EndsWith(".Migrations", StringComparison.Ordinal) && type.FullName != Shape.Worker)));

    [Fact]
    public void What_runs_beside_requests_is_a_worker() =>
        Wall.Holds("A stop must not be spoiled by a cancelled command:", Compiled.Shipped.SelectMany(module => Shape.BareBackgroundServices(Compiled.WrittenTypes(module))));

    [Fact]
    public void Names_say_something() =>
        Wall.Holds("No Utils, Helpers, Common, Manager, no generic repository:", Compiled.Shipped.SelectMany(module => Shape.VaguelyNamed(Compiled.WrittenTypes(module))));

    [Fact]
    public void Migrations_are_internal() =>
        Wall.Holds("Migrations are internal:", Compiled.Shipped.SelectMany(module => Shape.OpenMigrations(Compiled.WrittenTypes(module))));

    [Fact]
    public void Breaches_are_noticed()
    {
        Wall.Notices(Shape.WronglyPublic(Compiled.Sample(""), "Architecture.Tests.Samples"), "PublicService", "OpenResult", "SamplesModule", "PublicMigration");
        Wall.Notices(Shape.BeyondTableOfContents(Compiled.Sample("SamplesModule").Single(), "Samples"), "Reset");
        Wall.Notices(Shape.Open(Compiled.Sample("").Where(Compiled.IsWritten)), "OpenClass", "OpenBase", "OpenResult");
        Wall.Notices(Shape.VaguelyNamed(Compiled.Sample("")), "DateHelpers", "SessionManager", "CommonThings", "IRepository");
        Wall.Notices(Shape.BareBackgroundServices(Compiled.Sample("")), "BareService");
        Wall.Notices(Shape.OpenMigrations(Compiled.Sample("Migrations")), "PublicMigration");
    }
}
