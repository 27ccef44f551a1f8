using Mana.Architecture.Tests.Rules;

namespace Mana.Architecture.Tests;

/// <summary>What code may do (design section 4), read from IL.</summary>
public sealed class CodeTests
{
    /// <summary>The kernel's operator routes and the host's health checks are about the database itself.</summary>
    static readonly string[] MayAskTheDatabase = ["Mana.Kernel.Outbox.OutboxEndpoints", "Mana.Host.Health.HealthEndpoints"];

    [Fact]
    public void No_banned_symbol_is_called() => Wall.Holds("Banned outside Kernel (time, ids, randomness, blocking, environment):",
        Compiled.Modules.Append(Compiled.Host).SelectMany(module => BannedCalls.In(Compiled.Types(module))));

    [Fact]
    public void Endpoints_are_thin() => Wall.Holds("Endpoints hold no SQL and no database:",
        Compiled.Shipped.SelectMany(module => ThinEndpoints.Offences(Compiled.Types(module).Where(type => !MayAskTheDatabase.Contains(type.FullName, StringComparer.Ordinal)))));

    [Fact]
    public void Every_module_with_routes_has_one_endpoints_type() => Wall.Holds("<X>Endpoints is missing:", Compiled.Modules
        .Where(module => module.GetType($"Mana.{Compiled.NameOf(module)}.{Compiled.NameOf(module)}Module")?.Methods.Any(method => method.Name.StartsWith("Map", StringComparison.Ordinal)) == true)
        .Select(Compiled.NameOf).Where(name => !Compiled.Modules.Any(module => module.GetType($"Mana.{name}.{name}Endpoints") is not null)));

    [Fact]
    public void Banned_calls_are_noticed() => Wall.Notices(BannedCalls.In(Compiled.Sample("ClockReader")),
        "DateTime::get_UtcNow", "Guid::NewGuid", "Random::get_Shared", "Thread::Sleep", "Task::Wait", "Task`1::get_Result", "TaskAwaiter`1::GetResult", "GetEnvironmentVariable");

    [Fact]
    public void Thick_endpoints_are_noticed()
    {
        var found = ThinEndpoints.Offences(Compiled.Sample("")).ToList();
        Assert.Contains(found, offence => offence.Contains("SqlEndpoints holds SQL", StringComparison.Ordinal));
        Assert.Contains(found, offence => offence.Contains("HandleEndpoints handles Npgsql.NpgsqlDataSource", StringComparison.Ordinal));
        Assert.Contains(found, offence => offence.Contains("ContextEndpoints handles Microsoft.EntityFrameworkCore.DbContext", StringComparison.Ordinal));
    }
}
