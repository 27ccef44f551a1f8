using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Data;

/// <summary>Tables of the ledger with the rules that hold whoever writes (commerce.md 11.6, 16). Foreign keys are left out: they would lock hot rows, and one function writes both sides.</summary>
internal static class LedgerModel
{
    public static void Map(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Account>(account =>
        {
            account.ToTable("accounts", table =>
            {
                // Null floors make the comparison unknown, which a check lets pass.
                table.HasCheckConstraint("accounts_floor", "balance >= floor");
                table.HasCheckConstraint("accounts_floor_sign", "floor <= 0");
                table.HasCheckConstraint("accounts_held", "held >= 0");
                table.HasCheckConstraint("accounts_counters", "kind <> 'available' OR balance + held = total_earned - total_spent");
                table.HasCheckConstraint("accounts_kind", """
                    kind IN ('available', 'reserved', 'gift_escrow', 'guild_pool', 'stripe_clearing', 'plan_issuance', 'promo', 'usage_revenue',
                      'sync_revenue', 'clawback', 'forfeiture', 'adjustment')
                    """);
                table.HasCheckConstraint("accounts_unbounded", "floor IS NOT NULL OR owner_type = 'system'");
            });
            account.HasKey(row => row.Id).HasName("accounts_key");
            account.Property(row => row.Id).UseIdentityAlwaysColumn();
            account.Property(row => row.Balance).HasDefaultValue(0L);
            account.Property(row => row.LastSeq).HasDefaultValue(0L);
            account.Property(row => row.Head).HasDefaultValueSql("'\\x'");
            account.Property(row => row.Held).HasDefaultValue(0L);
            account.Property(row => row.TotalEarned).HasDefaultValue(0L);
            account.Property(row => row.TotalSpent).HasDefaultValue(0L);
            account.Property(row => row.Lines).HasDefaultValue(0L);
            account.HasIndex(row => new { row.OwnerId, row.Kind, row.OwnerType }).IsUnique().HasDatabaseName("accounts_owner");
            account.HasStorageParameter("fillfactor", 50);
        });
        modelBuilder.Entity<Entry>(entry =>
        {
            entry.ToTable("entries");
            entry.HasKey(row => row.Id).HasName("entries_key");
            entry.Property(row => row.Metadata).HasColumnType("jsonb");
            entry.HasIndex(row => new { row.Wallet, row.Line }).IsUnique().HasDatabaseName("entries_line");
            entry.HasIndex(row => row.BusinessKey).IsUnique().HasFilter("business_key IS NOT NULL").HasDatabaseName("entries_business_key");
            entry.HasIndex(row => row.RefundOf).HasFilter("refund_of IS NOT NULL").HasDatabaseName("entries_refund_of");
            entry.HasIndex(row => row.CreatedBy).HasFilter("created_by LIKE 'admin:%'").HasDatabaseName("entries_admin");
        });
        modelBuilder.Entity<PostingRow>(posting =>
        {
            posting.ToTable("postings", table => table.HasCheckConstraint("postings_amount", "amount <> 0 AND seq > 0"));
            posting.HasKey(row => new { row.AccountId, row.Seq }).HasName("postings_key");
            posting.HasIndex(row => new { row.EntryId, row.AccountId }).IsUnique().HasDatabaseName("postings_entry");
        });
        modelBuilder.Entity<Reservation>(reservation =>
        {
            reservation.ToTable("reservations", table =>
            {
                table.HasCheckConstraint("reservations_amount", "amount > 0 AND captured BETWEEN 0 AND amount");
                table.HasCheckConstraint("reservations_status", "status IN ('reserved', 'committed', 'refunded', 'expired')");
                table.HasCheckConstraint("reservations_settled", "(status = 'reserved') = (entry_id IS NULL)");
            });
            reservation.HasKey(row => row.Id).HasName("reservations_key");
            reservation.HasIndex(row => row.ExpiresAt).HasFilter("status = 'reserved'").HasDatabaseName("reservations_due");
            reservation.HasIndex(row => row.Wallet).HasFilter("status = 'reserved'").HasDatabaseName("reservations_open");
        });
        modelBuilder.Entity<IdempotencyRow>(row =>
        {
            row.ToTable("idempotency");
            row.HasKey(key => new { key.Wallet, key.Operation, key.Key }).HasName("idempotency_key");
            row.HasIndex(key => key.CreatedAt).HasDatabaseName("idempotency_age");
        });
        modelBuilder.Entity<UsageStat>(stat =>
        {
            stat.ToTable("usage_stats");
            stat.HasKey(row => new { row.Wallet, row.Day, row.AppId }).HasName("usage_stats_key");
            stat.HasStorageParameter("fillfactor", 70);
        });
        modelBuilder.Entity<PromoMonth>(month =>
        {
            month.ToTable("promo_months", table => table.HasCheckConstraint("promo_months_granted", "granted >= 0"));
            month.HasKey(row => row.Month).HasName("promo_months_key");
        });
        modelBuilder.Entity<AuditMark>(mark =>
        {
            mark.ToTable("audit_marks");
            mark.HasKey(row => row.AccountId).HasName("audit_marks_key");
            mark.Property(row => row.AccountId).ValueGeneratedNever();
        });
        modelBuilder.Entity<LedgerAudit>(audit =>
        {
            audit.ToTable("ledger_audits");
            audit.HasKey(row => row.Id).HasName("ledger_audits_key");
            audit.Property(row => row.Id).ValueGeneratedNever();
        });
    }
}
