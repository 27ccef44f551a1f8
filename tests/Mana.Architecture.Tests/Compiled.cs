using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Mana.Architecture.Tests;

/// <summary>The compiled assemblies of the platform, read as data.</summary>
internal static class Compiled
{
    public static readonly ModuleDefinition Kernel = Load("Kernel");
    public static readonly ModuleDefinition Host = Load("Host");
    public static readonly IReadOnlyList<ModuleDefinition> Modules = [.. Repository.Modules.Select(Load)];

    /// <summary>This test's own assembly, for <c>Samples/</c>.</summary>
    public static readonly ModuleDefinition Own = Load("Architecture.Tests");

    public static IEnumerable<ModuleDefinition> Shipped => [Kernel, .. Modules, Host];

    public static IEnumerable<TypeDefinition> Sample(string name) =>
        Types(Own).Where(type => type.FullName.StartsWith($"Mana.Architecture.Tests.Samples.{name}", StringComparison.Ordinal));

    /// <summary>All types, nested and compiler-made ones included.</summary>
    public static IEnumerable<TypeDefinition> Types(ModuleDefinition module) => module.GetTypes().Where(type => type.Name != "<Module>");

    /// <summary>Without what source generators put into foreign namespaces, such as the OpenAPI texts.</summary>
    public static IEnumerable<TypeDefinition> OurTypes(ModuleDefinition module) => Types(module).Where(type => NamespaceOf(type).StartsWith("Mana.", StringComparison.Ordinal));

    public static IEnumerable<TypeDefinition> WrittenTypes(ModuleDefinition module) => Types(module).Where(IsWritten);

    /// <summary>Not made by the compiler or a source generator.</summary>
    public static bool IsWritten(TypeDefinition type) =>
        !type.FullName.Contains('<', StringComparison.Ordinal) && NamespaceOf(type).StartsWith("Mana.", StringComparison.Ordinal)
        && !type.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute");

    public static string NamespaceOf(TypeReference type) => type.DeclaringType is { } outer ? NamespaceOf(outer) : type.Namespace;

    /// <summary><c>Auth</c> for <c>Mana.Auth</c>; null for what is not ours.</summary>
    public static string? PartOf(TypeReference type)
    {
        var scope = type.GetElementType().Scope switch
        {
            ModuleDefinition module => module.Assembly.Name.Name,
            var other => other?.Name,
        };
        return scope?.StartsWith("Mana.", StringComparison.Ordinal) == true ? scope["Mana.".Length..] : null;
    }

    public static string NameOf(ModuleDefinition module) => module.Assembly.Name.Name["Mana.".Length..];

    public static IEnumerable<Instruction> Code(TypeDefinition type) =>
        type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions);

    /// <summary>Every text that the code loads, which includes the fixed parts of interpolated strings and folded constants.</summary>
    public static IEnumerable<string> Texts(TypeDefinition type) =>
        Code(type).Where(instruction => instruction.OpCode == OpCodes.Ldstr).Select(instruction => (string)instruction.Operand)
            .Concat(type.Fields.Select(field => field.Constant).OfType<string>());

    /// <summary>The type itself and everything nested in it: lambdas and state machines hold what its methods do.</summary>
    public static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    static ModuleDefinition Load(string name) => ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"Mana.{name}.dll"));
}
