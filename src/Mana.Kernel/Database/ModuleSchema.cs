using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Kernel.Database;

/// <summary>One module's schema and the context that defines it; the migration runner walks all of them in order of registration.</summary>
public sealed record ModuleSchema(string Name, Type ContextType, Func<DbContextOptions, DbContext> Create);

public static class ModuleSchemaExtensions
{
    /// <summary>Migrations history of a module lives in the module's own schema.</summary>
    public const string HistoryTable = "__migrations";

    /// <summary>Registers a module's context over the run-time data source, with its schema and migrations history.</summary>
    public static IServiceCollection AddManaDbContext<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TContext>(
        this IServiceCollection services, string schema, Func<DbContextOptions<TContext>, TContext> create)
        where TContext : DbContext
    {
        services.AddSingleton(new ModuleSchema(schema, typeof(TContext), options => create((DbContextOptions<TContext>)options)));
        services.AddDbContext<TContext>((provider, options) => options.UseManaSchema(provider.GetRequiredService<NpgsqlDataSource>(), schema));
        return services;
    }

    /// <summary>The one way every context reaches PostgreSQL, at run time, in migrations and at design time.</summary>
    public static DbContextOptionsBuilder UseManaSchema(this DbContextOptionsBuilder options, NpgsqlDataSource source, string schema) =>
        options.UseNpgsql(source, npgsql => npgsql.MigrationsHistoryTable(HistoryTable, schema));
}
