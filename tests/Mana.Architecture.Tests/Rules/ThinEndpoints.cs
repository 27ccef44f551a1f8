using System.Text.RegularExpressions;
using Mono.Cecil;

namespace Mana.Architecture.Tests.Rules;

/// <summary>Endpoints parse, call one service method and map its result: no SQL, no database in their hands (design section 4).</summary>
internal static partial class ThinEndpoints
{
    static readonly string[] Handles = ["Npgsql.", "System.Data.Common.", "Microsoft.EntityFrameworkCore."];

    public static IEnumerable<string> Offences(IEnumerable<TypeDefinition> types)
    {
        foreach (var endpoints in types.Where(type => type.DeclaringType is null && type.Name.EndsWith("Endpoints", StringComparison.Ordinal)))
        foreach (var type in Compiled.WithNested(endpoints))
        {
            foreach (var text in Compiled.Texts(type).Where(text => Sql().IsMatch(text)))
                yield return $"{endpoints.FullName} holds SQL: \"{text[..Math.Min(60, text.Length)]}\"";
            foreach (var handle in Touched(type).Where(IsDatabase))
                yield return $"{endpoints.FullName} handles {handle.FullName}";
        }
    }

    static IEnumerable<TypeReference> Touched(TypeDefinition type)
    {
        foreach (var field in type.Fields)
            yield return field.FieldType;
        foreach (var parameter in type.Methods.SelectMany(method => method.Parameters))
            yield return parameter.ParameterType;
        foreach (var called in Compiled.Code(type).Select(instruction => instruction.Operand).OfType<MethodReference>())
            yield return called.DeclaringType;
    }

    static bool IsDatabase(TypeReference type) =>
        Array.Exists(Handles, handle => type.FullName.StartsWith(handle, StringComparison.Ordinal)) || type.Name.EndsWith("DbContext", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(SELECT\s.+\sFROM|SELECT\s+\d|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM)\b", RegexOptions.Singleline)]
    private static partial Regex Sql();
}
