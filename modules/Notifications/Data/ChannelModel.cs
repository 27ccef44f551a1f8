using Microsoft.EntityFrameworkCore;

namespace Mana.Notifications.Data;

internal static class ChannelModel
{
    public static void Map(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<PushSubscription>(builder =>
        {
            builder.ToTable("push_subscriptions", table => table.HasCheckConstraint("push_subscriptions_keys", "octet_length(p256dh) = 65 AND octet_length(auth) = 16"));
            builder.HasKey(row => row.Id).HasName("push_subscriptions_pkey");
            builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
            builder.Property(row => row.UserId).HasColumnName("user_id");
            builder.Property(row => row.Endpoint).HasColumnName("endpoint");
            builder.Property(row => row.P256dh).HasColumnName("p256dh");
            builder.Property(row => row.Auth).HasColumnName("auth");
            builder.Property(row => row.Ua).HasColumnName("ua");
            builder.Property(row => row.CreatedAt).HasColumnName("created_at");
            builder.Property(row => row.LastOkAt).HasColumnName("last_ok_at");
            builder.Property(row => row.Failures).HasColumnName("failures");
            builder.Property(row => row.ExpiresAt).HasColumnName("expires_at");
            builder.HasIndex(row => row.Endpoint).IsUnique().HasDatabaseName("push_subscriptions_endpoint_key");
            builder.HasIndex(row => new { row.UserId, row.CreatedAt }).HasDatabaseName("push_subscriptions_user");
        });
        modelBuilder.Entity<WebhookEndpoint>(builder =>
        {
            builder.ToTable("webhook_endpoints");
            builder.HasKey(row => row.Id).HasName("webhook_endpoints_pkey");
            builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
            builder.Property(row => row.UserId).HasColumnName("user_id");
            builder.Property(row => row.Url).HasColumnName("url");
            builder.Property(row => row.Enabled).HasColumnName("enabled");
            builder.Property(row => row.CreatedAt).HasColumnName("created_at");
            builder.Property(row => row.Failures).HasColumnName("failures");
            builder.Property(row => row.DisabledAt).HasColumnName("disabled_at");
            builder.HasIndex(row => new { row.UserId, row.CreatedAt }).HasDatabaseName("webhook_endpoints_user");
        });
    }
}
