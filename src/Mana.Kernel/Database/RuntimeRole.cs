using Npgsql;

namespace Mana.Kernel.Database;

/// <summary>The last check before the host serves: the run-time role is bound by row-level security and the schema is current.</summary>
internal static class RuntimeRole
{
    public static async Task VerifyAsync(DatabaseOptions options, IEnumerable<ModuleSchema> modules, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionStrings.Runtime(options).ConnectionString) { Pooling = false };
        await using var source = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "mana-start" }.Build();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        if (await ProblemAsync(connection, cancellationToken) is { } problem)
            throw new StartupRefusedException($"The role '{settings.Username}' {problem}; it would bypass row-level security. The host does not serve with it.");
        foreach (var module in modules)
            if ((await MigrationRunner.PendingAsync(connection, module, cancellationToken)).Any())
                throw new StartupRefusedException(
                    $"Schema '{module.Name}' is older than this program, and DATABASE_URL names the run-time role. Set DATABASE_MIGRATION_URL to a role that may migrate.");
    }

    /// <summary>Null when row-level security binds the connection's role, else why it does not.</summary>
    internal static async Task<string?> ProblemAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT CASE
              WHEN rolsuper THEN 'is a superuser'
              WHEN rolbypassrls THEN 'has BYPASSRLS'
              WHEN pg_has_role(oid, 'mana_owner', 'MEMBER') THEN 'is a member of mana_owner, who owns the tables'
            END FROM pg_roles WHERE rolname = session_user
            """, connection);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}

/// <summary>The host must not start; the message says what the operator has to change.</summary>
public sealed class StartupRefusedException : Exception
{
    public StartupRefusedException(string message)
        : base(message)
    {
    }

    public StartupRefusedException()
    {
    }

    public StartupRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
