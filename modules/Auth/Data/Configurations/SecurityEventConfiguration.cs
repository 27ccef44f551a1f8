using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class SecurityEventConfiguration : IEntityTypeConfiguration<SecurityEvent>
{
    public void Configure(EntityTypeBuilder<SecurityEvent> builder)
    {
        builder.ToTable("security_events");
        builder.HasKey(entry => entry.Id);
        builder.Property(entry => entry.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(entry => entry.UserId).HasColumnName("user_id");
        builder.Property(entry => entry.Subject).HasColumnName("subject");
        builder.Property(entry => entry.Position).HasColumnName("position");
        builder.Property(entry => entry.EventType).HasColumnName("event_type");
        builder.Property(entry => entry.IpAddress).HasColumnName("ip_address");
        builder.Property(entry => entry.AddressDigest).HasColumnName("address_digest");
        builder.Property(entry => entry.UserAgent).HasColumnName("user_agent");
        builder.Property(entry => entry.RequestId).HasColumnName("request_id");
        // Text that is JSON, byte for byte: the chain covers it, and jsonb would rewrite it.
        builder.Property(entry => entry.Metadata).HasColumnName("metadata").HasColumnType("json");
        builder.Property(entry => entry.CreatedAt).HasColumnName("created_at");
        builder.Property(entry => entry.Hash).HasColumnName("hash");
        builder.Property(entry => entry.ContentDigest).HasColumnName("content_digest");
        builder.HasOne<User>().WithMany().HasForeignKey(entry => entry.UserId).OnDelete(DeleteBehavior.SetNull);
        builder.HasIndex(entry => new { entry.Subject, entry.Position }).IsUnique().HasDatabaseName("security_events_chain");
        builder.HasIndex(entry => new { entry.UserId, entry.CreatedAt }).IsDescending(false, true).HasDatabaseName("security_events_user_id");
        builder.HasIndex(entry => entry.CreatedAt).HasFilter("ip_address IS NOT NULL AND strpos(ip_address, '/') = 0").HasDatabaseName("security_events_full_address");
        builder.HasIndex(entry => new { entry.EventType, entry.CreatedAt }).HasDatabaseName("security_events_event_type");
    }
}
