using Mono.Cecil;

namespace Mana.Architecture.Tests.Rules;

/// <summary>The banned symbols of design section 4 once more, in IL: a suppressed warning does not hide a call.</summary>
internal static class BannedCalls
{
    static readonly string[] Symbols =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.Guid::NewGuid", "System.Guid::CreateVersion7", "System.Random::get_Shared",
        "System.Threading.Thread::Sleep", "System.Threading.Tasks.Task::Wait", "System.Threading.Tasks.Task`1::get_Result",
        "System.Environment::GetEnvironmentVariable", "System.Environment::GetEnvironmentVariables",
    ];

    public static IEnumerable<string> In(IEnumerable<TypeDefinition> types) =>
        from type in types
        from method in type.Methods
        where method.HasBody && method.Name != "<Main>"
        from instruction in method.Body.Instructions
        let called = instruction.Operand as MethodReference
        where called is not null && IsBanned(called, method)
        select $"{type.FullName}.{method.Name} calls {Name(called)}";

    static bool IsBanned(MethodReference called, MethodDefinition caller) =>
        Array.Exists(Symbols, symbol => symbol == Name(called)) || (BlocksOnAwaiter(called) && caller.Name != "MoveNext");

    /// <summary>In a state machine the compiler asks a finished awaiter; anywhere else somebody blocks a thread.</summary>
    static bool BlocksOnAwaiter(MethodReference called) =>
        called.Name == "GetResult" && called.DeclaringType.GetElementType().FullName is "System.Runtime.CompilerServices.TaskAwaiter"
            or "System.Runtime.CompilerServices.TaskAwaiter`1";

    static string Name(MethodReference called) => $"{called.DeclaringType.GetElementType().FullName}::{called.Name}";
}
