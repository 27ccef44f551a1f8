using Mono.Cecil;

namespace Mana.Architecture.Tests.Rules;

/// <summary>Design section 4: what a type may look like and be called.</summary>
internal static class Shape
{
    /// <summary>The base of everything that runs beside requests.</summary>
    public const string Worker = "Mana.Kernel.Stopping.Worker";

    static readonly string[] VagueEndings = ["Util", "Utils", "Utility", "Utilities", "Helper", "Helpers", "Manager"];

    /// <summary>Public outside <c>Contracts</c>, save the module's table of contents.</summary>
    public static IEnumerable<string> WronglyPublic(IEnumerable<TypeDefinition> types, string module) =>
        from type in types
        where type.IsPublic && !Compiled.NamespaceOf(type).Split('.').Contains("Contracts", StringComparer.Ordinal)
        where type.FullName != $"Mana.{module}.{module}Module" || !type.IsAbstract || !type.IsSealed
        select $"{type.FullName} is public";

    /// <summary>The table of contents offers <c>AddX(services, configuration)</c> and <c>MapX(app)</c> and nothing else.</summary>
    public static IEnumerable<string> BeyondTableOfContents(TypeDefinition type, string module) =>
        from method in type.Methods
        where method.IsPublic && method.Name != $"Add{module}" && method.Name != $"Map{module}"
        select $"{type.FullName}.{method.Name} is public";

    /// <summary>A class is sealed, static, or the abstract record of a closed set of cases (a result type).</summary>
    public static IEnumerable<string> Open(IEnumerable<TypeDefinition> types) =>
        from type in types
        where type.IsClass && !type.IsValueType && !type.IsSealed && !IsClosedResult(type)
        select $"{type.FullName} is neither sealed nor static nor an abstract record that only this assembly extends";

    public static IEnumerable<string> BareBackgroundServices(IEnumerable<TypeDefinition> types) =>
        from type in types
        where type.BaseType?.FullName == "Microsoft.Extensions.Hosting.BackgroundService" && type.FullName != Worker
        select $"{type.FullName} is a BackgroundService, not a {Worker}";

    public static IEnumerable<string> VaguelyNamed(IEnumerable<TypeDefinition> types) =>
        from type in types
        let name = type.Name.Split('`')[0]
        where Array.Exists(VagueEndings, ending => name.EndsWith(ending, StringComparison.Ordinal)) || name.Contains("Common", StringComparison.Ordinal)
            || type.Name == "IRepository`1"
        select $"{type.FullName} says nothing about what it does";

    public static IEnumerable<string> OpenMigrations(IEnumerable<TypeDefinition> types) =>
        from type in types
        where Compiled.NamespaceOf(type).EndsWith(".Migrations", StringComparison.Ordinal) && type.IsPublic
        select $"{type.FullName} is public";

    static bool IsClosedResult(TypeDefinition type) =>
        type.IsAbstract && type.Methods.Any(method => method.Name == "<Clone>$")
        && (!IsVisibleOutside(type) || type.Methods.Where(method => method.IsConstructor && !IsCopy(method)).All(method => method.IsPrivate || method.IsFamilyAndAssembly));

    static bool IsCopy(MethodDefinition constructor) => constructor.Parameters.Count == 1 && constructor.Parameters[0].ParameterType.GetElementType().FullName == constructor.DeclaringType.FullName;

    static bool IsVisibleOutside(TypeDefinition type) => type.DeclaringType is { } outer ? type.IsNestedPublic && IsVisibleOutside(outer) : type.IsPublic;
}
