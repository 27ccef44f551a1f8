using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Analytics.Data;

/// <summary>Schema <c>feedback</c>.</summary>
internal sealed class AnalyticsDbContext(DbContextOptions<AnalyticsDbContext> options) : DbContext(options)
{
    public const string Schema = "feedback";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.AddOutbox();
    }
}
