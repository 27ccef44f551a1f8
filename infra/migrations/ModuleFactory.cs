using Mana.Kernel.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace Mana.Migrations;

/// <summary>Builds a module's context for <c>dotnet ef</c>. Adding a migration compares models; it never connects.</summary>
internal abstract class ModuleFactory<TContext>(string schema, Func<DbContextOptions<TContext>, TContext> create) : IDesignTimeDbContextFactory<TContext>
    where TContext : DbContext
{
    public TContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<TContext>();
        options.UseManaSchema(NpgsqlDataSource.Create("Host=design-time.invalid"), schema);
        return create(options.Options);
    }
}
