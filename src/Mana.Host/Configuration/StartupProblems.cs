using Mana.Kernel.Database;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Mana.Host.Configuration;

/// <summary>What an operator can put right, told in sentences instead of a stack trace.</summary>
internal static class StartupProblems
{
    /// <summary>Null when the exception is a bug of ours.</summary>
    public static IEnumerable<string>? Of(Exception exception) => exception switch
    {
        OptionsValidationException invalid => invalid.Failures,
        // The validator throws this as soon as two sections are wrong.
        AggregateException { InnerExceptions: var several } when several.All(one => one is OptionsValidationException) =>
            several.SelectMany(one => ((OptionsValidationException)one).Failures),
        StartupRefusedException refused => [refused.Message],
        NpgsqlException { SqlState: { } state } refused => [$"DATABASE_URL: PostgreSQL refuses ({state}): {refused.Message}"],
        NpgsqlException => ["DATABASE_URL: PostgreSQL does not answer there."],
        IOException { InnerException: AddressInUseException } inUse => [$"PORT: {inUse.Message}"],
        _ => null,
    };
}
