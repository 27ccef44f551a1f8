using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Data;

/// <summary>Schema <c>credits</c>. The ledger's tables are read by hand-written SQL and written by <see cref="LedgerFunctions"/>; gifts and sync subscriptions by EF.</summary>
internal sealed class CreditsDbContext(DbContextOptions<CreditsDbContext> options) : DbContext(options)
{
    public const string Schema = "credits";

    public DbSet<GiftCode> Gifts => Set<GiftCode>();

    public DbSet<GiftRedemption> Redemptions => Set<GiftRedemption>();

    public DbSet<SyncSubscription> SyncSubscriptions => Set<SyncSubscription>();

    public DbSet<Price> Prices => Set<Price>();

    public DbSet<Package> Packages => Set<Package>();

    public DbSet<Purchase> Purchases => Set<Purchase>();

    public DbSet<PurchaseReversal> PurchaseReversals => Set<PurchaseReversal>();

    public DbSet<LedgerAudit> Audits => Set<LedgerAudit>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        LedgerModel.Map(modelBuilder);
        GiftModel.Map(modelBuilder);
        PurchaseModel.Map(modelBuilder);
        FormerTransaction.Map(modelBuilder);
        modelBuilder.Entity<SyncSubscription>(sync =>
        {
            sync.ToTable("sync_subscriptions", table =>
            {
                table.HasCheckConstraint("sync_interval", "interval IN ('monthly', 'quarterly', 'yearly')");
                table.HasCheckConstraint("sync_gifted", "NOT is_gifted OR (active AND next_charge_at IS NULL)");
                table.HasCheckConstraint("sync_anchor", "anchor_day BETWEEN 1 AND 31");
            });
            sync.HasKey(row => row.UserId).HasName("sync_subscriptions_key");
            sync.HasIndex(row => row.NextChargeAt).HasFilter("active AND NOT is_gifted").HasDatabaseName("sync_due");
            sync.HasIndex(row => row.PausedAt).HasFilter("paused_at IS NOT NULL AND auto_resume").HasDatabaseName("sync_paused");
        });
        modelBuilder.Entity<Price>(price =>
        {
            price.ToTable("prices", table => table.HasCheckConstraint("prices_cost", "cost >= 0"));
            price.HasKey(row => new { row.Operation, row.ValidFrom }).HasName("prices_key");
        });
        modelBuilder.AddOutbox();
        Names.Apply(modelBuilder);
    }
}

/// <summary>Columns in lower snake case; ids and keys are compared byte by byte.</summary>
internal static class Names
{
    public static void Apply(ModelBuilder modelBuilder)
    {
        foreach (var entity in modelBuilder.Model.GetEntityTypes().Where(entity => entity.ClrType != typeof(OutboxMessage)))
        foreach (var property in entity.GetProperties())
        {
            property.SetColumnName(Snake(property.Name));
            if (property.ClrType == typeof(string) && property.GetColumnType() is not "jsonb")
                property.SetCollation("C");
        }
    }

    static string Snake(string name) =>
        string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(letter) : letter.ToString()));
}
