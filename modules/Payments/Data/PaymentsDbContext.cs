using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Payments.Data;

/// <summary>Schema <c>payments</c>.</summary>
internal sealed class PaymentsDbContext(DbContextOptions<PaymentsDbContext> options) : DbContext(options)
{
    public const string Schema = "payments";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.AddOutbox();
    }
}
