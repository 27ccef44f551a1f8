using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Kernel.Database;

/// <summary>
/// Brings every module's schema up to date before the host serves. One advisory lock per database makes it safe when several
/// hosts start at once; each migration is one transaction, run as <c>mana_owner</c>. A database that is already current costs
/// one query per module: EF's model is not even built.
/// </summary>
internal sealed class MigrationRunner(
    DatabaseOptions options, IEnumerable<ModuleSchema> modules, ILogger<MigrationRunner> log)
{
    const long LockKey = 0x4D616E61; // "Mana"

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (ConnectionStrings.Migration(options) is { } migration)
            await MigrateAsync(migration, cancellationToken);
        await RuntimeRole.VerifyAsync(options, modules, cancellationToken);
    }

    async Task MigrateAsync(NpgsqlConnectionStringBuilder migration, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(migration);
        await using var connection = await OpenAsync(source, cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        await DatabaseRoles.EnsureAsync(connection, options, cancellationToken);
        await ExecuteAsync(connection, $"SET ROLE {ConnectionStrings.OwnerRole}", cancellationToken);
        foreach (var module in modules)
        {
            var pending = (await PendingAsync(connection, module, cancellationToken)).ToList();
            if (pending.Count == 0)
                continue;
            log.LogInformation("Migrating schema {Schema}: {Count} migration(s), up to {Last}", module.Name, pending.Count, pending[^1]);
            await ApplyAsync(connection, module, cancellationToken);
        }
    }

    static async Task ApplyAsync(NpgsqlConnection connection, ModuleSchema module, CancellationToken cancellationToken)
    {
        var builder = (DbContextOptionsBuilder)Activator.CreateInstance(typeof(DbContextOptionsBuilder<>).MakeGenericType(module.ContextType))!;
        builder.UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable(ModuleSchemaExtensions.HistoryTable, module.Name));
        await using var context = module.Create(builder.Options);
        await context.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>Ids that the code has and the database does not; reads the ids from attributes, without EF.</summary>
    internal static async Task<IEnumerable<string>> PendingAsync(NpgsqlConnection connection, ModuleSchema module, CancellationToken cancellationToken)
    {
        var known = module.ContextType.Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<DbContextAttribute>()?.ContextType == module.ContextType)
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>().Order(StringComparer.Ordinal);
        await using var exists = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection);
        exists.Parameters.Add(new() { Value = $"{module.Name}.{ModuleSchemaExtensions.HistoryTable}" });
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
            return known;

        var applied = new HashSet<string>(StringComparer.Ordinal);
        await using var query = new NpgsqlCommand($"SELECT \"MigrationId\" FROM {module.Name}.{ModuleSchemaExtensions.HistoryTable}", connection);
        await using var reader = await query.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetString(0));
        return known.Where(id => !applied.Contains(id));
    }

    async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        // By the count: a clock may be set, or stand, while a database starts.
        for (var left = options.StartupWaitSeconds * 2; ; left--)
        {
            try
            {
                return await source.OpenConnectionAsync(cancellationToken);
            }
            catch (NpgsqlException exception) when (Errors.ExceptionMapping.IsBrokenInfrastructure(exception) && left > 0)
            {
                log.LogWarning("The database does not answer yet; trying again for up to {Seconds} s", options.StartupWaitSeconds);
                await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
            }
        }
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
