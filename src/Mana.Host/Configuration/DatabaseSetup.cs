using Mana.Host.Postgres;
using Mana.Kernel.Database;

namespace Mana.Host.Configuration;

/// <summary>Decides where the database is: the operator's, or, in Development without one, an embedded PostgreSQL.</summary>
internal static class DatabaseSetup
{
    /// <summary>The embedded server to stop at the end, or null when the operator named a database.</summary>
    public static async Task<EmbeddedPostgres?> UseDatabaseAsync(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (configuration["Database:Url"] is { Length: > 0 } || !builder.Environment.IsDevelopment())
            return null;
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = configuration["Database:DataDirectory"] ?? Path.Combine(".data", "postgres"),
            BinDirectory = configuration["Database:BinDirectory"],
            SearchPath = configuration["PATH"],
        };
        try
        {
            using var logging = LoggerFactory.Create(log => log.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss ")));
            var postgres = await EmbeddedPostgres.StartAsync(options, logging.CreateLogger<EmbeddedPostgres>(), TimeProvider.System, CancellationToken.None);
            configuration.AddInMemoryCollection([KeyValuePair.Create("Database:Url", (string?)postgres.ConnectionString)]);
            return postgres;
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
        {
            throw new StartupRefusedException(exception.Message, exception);
        }
    }
}
