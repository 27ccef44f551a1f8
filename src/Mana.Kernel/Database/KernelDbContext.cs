using Microsoft.EntityFrameworkCore;

namespace Mana.Kernel.Database;

/// <summary>Schema <c>jobs</c>: no entities of ours, only the tables of the Quartz store, which its migration creates by SQL.</summary>
internal sealed class KernelDbContext(DbContextOptions<KernelDbContext> options) : DbContext(options)
{
    public const string Schema = "jobs";

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.HasDefaultSchema(Schema);
}
