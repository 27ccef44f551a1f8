using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Data;

internal static class PurchaseModel
{
    public static void Map(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Package>(package =>
        {
            package.ToTable("packages", table => table.HasCheckConstraint("packages_worth", "credits > 0 AND price_euro_cents >= 50"));
            package.HasKey(row => row.Id).HasName("packages_key");
            package.Property(row => row.Id).ValueGeneratedNever();
            package.HasIndex(row => row.Name).IsUnique().HasDatabaseName("packages_name");
        });
        modelBuilder.Entity<Purchase>(purchase =>
        {
            purchase.ToTable("purchases", table =>
            {
                table.HasCheckConstraint("purchases_worth", "credits > 0 AND price_euro_cents > 0");
                table.HasCheckConstraint("purchases_status",
                    "status IN ('pending', 'processing', 'completed', 'partially_refunded', 'refunded', 'disputed', 'failed', 'cancelled')");
                table.HasCheckConstraint("purchases_completed", "(completed_at IS NOT NULL) = (status IN ('completed', 'partially_refunded', 'refunded', 'disputed'))");
            });
            purchase.HasKey(row => row.Id).HasName("purchases_key");
            purchase.Property(row => row.Id).ValueGeneratedNever();
            purchase.Property(row => row.Metadata).HasColumnType("jsonb");
            purchase.Property(row => row.OnPage).HasDefaultValue(false);
            purchase.Property(row => row.IsImported).HasDefaultValue(false);
            purchase.HasOne<Package>().WithMany().HasForeignKey(row => row.PackageId).HasConstraintName("purchases_package").OnDelete(DeleteBehavior.Restrict);
            purchase.HasIndex(row => row.PackageId).HasDatabaseName("purchases_of_package");
            purchase.HasIndex(row => new { row.UserId, row.CreatedAt }).HasDatabaseName("purchases_user");
            purchase.HasIndex(row => row.StripePaymentIntentId).IsUnique().HasFilter("stripe_payment_intent_id IS NOT NULL").HasDatabaseName("purchases_intent");
            purchase.HasIndex(row => row.StripeSessionId).IsUnique().HasFilter("stripe_session_id IS NOT NULL").HasDatabaseName("purchases_session");
            purchase.HasIndex(row => new { row.UserId, row.IdempotencyKey }).IsUnique().HasFilter("idempotency_key IS NOT NULL").HasDatabaseName("purchases_once");
            purchase.HasIndex(row => row.CreatedAt).HasFilter("status IN ('pending', 'processing', 'failed')").HasDatabaseName("purchases_open");
        });
        modelBuilder.Entity<PurchaseReversal>(reversal =>
        {
            reversal.ToTable("purchase_reversals", table => table.HasCheckConstraint("purchase_reversals_credits", "credits <> 0"));
            reversal.HasKey(row => row.BusinessKey).HasName("purchase_reversals_key");
            reversal.HasOne<Purchase>().WithMany().HasForeignKey(row => row.PurchaseId).HasConstraintName("purchase_reversals_purchase").OnDelete(DeleteBehavior.Restrict);
            reversal.HasIndex(row => row.PurchaseId).HasDatabaseName("purchase_reversals_of");
        });
    }
}
