using System.Globalization;
using Mana.Host.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Runner.InProc.SystemConsole;

namespace Mana.Host.Tests;

/// <summary>The test runner; or, when started as <c>embedded-postgres-host &lt;directory&gt;</c>, a host process that a test may kill.</summary>
internal static class Program
{
    public const string HostCommand = "embedded-postgres-host";

    public static async Task<int> Main(string[] args)
    {
        if (args is not [HostCommand, var directory])
            return await ConsoleRunner.Run(args);
        var options = new EmbeddedPostgresOptions { DataDirectory = directory, Durable = false };
        await using var postgres = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, TimeProvider.System, CancellationToken.None);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{postgres.ProcessId} {postgres.IsOwner}"));
        await Console.In.ReadLineAsync();
        return 0;
    }
}
