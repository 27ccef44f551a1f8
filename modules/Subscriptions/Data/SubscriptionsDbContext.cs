using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Data;

/// <summary>Schema <c>subscriptions</c>.</summary>
internal sealed class SubscriptionsDbContext(DbContextOptions<SubscriptionsDbContext> options) : DbContext(options)
{
    public const string Schema = "subscriptions";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.AddOutbox();
    }
}
