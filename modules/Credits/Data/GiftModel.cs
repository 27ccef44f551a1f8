using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Data;

internal static class GiftModel
{
    public static void Map(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<GiftCode>(gift =>
        {
            gift.ToTable("gift_codes", table =>
            {
                table.HasCheckConstraint("gift_codes_total", "total BETWEEN 1000 AND 10000000 AND total % 1000 = 0");
                table.HasCheckConstraint("gift_codes_type", "type IN ('simple', 'personalized')");
                table.HasCheckConstraint("gift_codes_status", "status IN ('active', 'depleted', 'expired', 'cancelled', 'refunded')");
                table.HasCheckConstraint("gift_codes_redeemed", "is_redeemed = (status = 'depleted')");
            });
            gift.HasKey(row => row.Id).HasName("gift_codes_key");
            gift.Property(row => row.Id).ValueGeneratedNever();
            gift.HasIndex(row => row.Code).IsUnique().HasDatabaseName("gift_codes_code");
            gift.HasIndex(row => new { row.CreatorId, row.CreatedAt }).HasDatabaseName("gift_codes_creator");
            gift.HasIndex(row => row.ExpiresAt).HasFilter("status = 'active'").HasDatabaseName("gift_codes_due");
            gift.HasIndex(row => row.TargetEmail).HasFilter("status = 'active' AND target_email IS NOT NULL").HasDatabaseName("gift_codes_target");
        });
        modelBuilder.Entity<GiftRedemption>(redemption =>
        {
            redemption.ToTable("gift_redemptions");
            redemption.HasKey(row => row.Id).HasName("gift_redemptions_key");
            redemption.Property(row => row.Id).ValueGeneratedNever();
            redemption.HasOne<GiftCode>().WithMany().HasForeignKey(row => row.GiftId).HasConstraintName("gift_redemptions_gift").OnDelete(DeleteBehavior.Cascade);
            redemption.HasIndex(row => row.GiftId).HasDatabaseName("gift_redemptions_of");
            redemption.HasIndex(row => row.GiftId).IsUnique().HasFilter("status = 'success'").HasDatabaseName("gift_redemptions_once");
            redemption.HasIndex(row => new { row.RedeemerId, row.CreatedAt }).HasDatabaseName("gift_redemptions_redeemer");
        });
    }
}
