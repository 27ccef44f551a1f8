using Mono.Cecil;

namespace Mana.Architecture.Tests.Rules;

/// <summary>Design section 3. A chain <c>A &lt;- B &lt;- C</c> lets C see A as well; the other lines are complete lists. Everyone sees Kernel.</summary>
internal static class References
{
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Kernel"] = [],
        ["Recurrence"] = ["Kernel"],
        ["Notifications"] = ["Kernel"],
        ["Auth"] = ["Kernel", "Notifications"],
        ["Payments"] = ["Kernel", "Notifications", "Auth"],
        ["Credits"] = ["Kernel", "Notifications", "Auth", "Payments"],
        ["Subscriptions"] = ["Kernel", "Notifications", "Auth", "Payments", "Credits"],
        ["Sync"] = ["Kernel", "Auth", "Credits"],
        ["Users"] = ["Kernel", "Auth"],
        ["Analytics"] = ["Kernel", "Auth", "Credits"],
        ["Apps"] = ["Kernel", "Auth", "Credits", "Sync", "Notifications", "Recurrence", "Users"],
        ["Host"] = ["Kernel", "Recurrence", "Notifications", "Auth", "Payments", "Credits", "Subscriptions", "Sync", "Users", "Analytics", "Apps"],
    };

    static readonly string[] Unwanted = ["MediatR", "AutoMapper", "Mapster"];

    /// <summary><c>ProjectReference</c>s and <c>InternalsVisibleTo</c> of one project file.</summary>
    public static IEnumerable<string> InProject(SourceFile project)
    {
        var name = Repository.NameOf(project);
        if (!Allowed.TryGetValue(name, out var allowed))
        {
            yield return $"{project.Path}: Mana.{name} is not in the design's drawing";
            yield break;
        }

        foreach (var target in Includes(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))["Mana.".Length..]))
            if (!allowed.Contains(target, StringComparer.Ordinal))
                yield return $"{project.Path} references Mana.{target}";
        foreach (var friend in Includes(project, "InternalsVisibleTo"))
            if (!friend.EndsWith(".Tests", StringComparison.Ordinal) && friend is not ("Mana.Testing" or "Mana.Migrations" or "Mana.Load" or "Mana.Simulation"))
                yield return $"{project.Path} opens its internals to {friend}";
    }

    /// <summary>What the compiler wrote down: project references are transitive, so the file alone does not tell.</summary>
    public static IEnumerable<string> InAssembly(string name, IEnumerable<string> referenced) =>
        from target in referenced
        where target.StartsWith("Mana.", StringComparison.Ordinal) && !Allowed[name].Contains(target["Mana.".Length..], StringComparer.Ordinal)
        select $"Mana.{name} uses {target}";

    /// <summary>Types of another module, other than Kernel's, that are not in its <c>Contracts</c>.</summary>
    public static IEnumerable<string> BeyondContracts(string name, IEnumerable<TypeReference> used) =>
        from type in used
        let part = Compiled.PartOf(type)
        where part is not (null or "Kernel") && part != name && !IsContract(type) && !IsTableOfContents(name, part, type)
        select $"Mana.{name} uses {type.FullName}";

    public static IEnumerable<string> UnwantedPackages(SourceFile file) =>
        from package in Unwanted
        where file.Text.Contains($"Include=\"{package}", StringComparison.OrdinalIgnoreCase)
        select $"{file.Path} takes {package}";

    static bool IsContract(TypeReference type) => Compiled.NamespaceOf(type).Split('.').Contains("Contracts", StringComparer.Ordinal);

    static bool IsTableOfContents(string user, string part, TypeReference type) => user == "Host" && type.FullName == $"Mana.{part}.{part}Module";

    static IEnumerable<string> Includes(SourceFile project, string element) =>
        Repository.Xml(project).Descendants(element).Select(item => (string?)item.Attribute("Include")).OfType<string>();
}
