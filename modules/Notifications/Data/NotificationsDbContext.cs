using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Notifications.Data;

/// <summary>Schema <c>notify</c>. Defines it; the queue itself is worked by SQL.</summary>
internal sealed class NotificationsDbContext(DbContextOptions<NotificationsDbContext> options) : DbContext(options)
{
    public const string Schema = "notify";

    public DbSet<PushSubscription> PushSubscriptions => Set<PushSubscription>();

    public DbSet<WebhookEndpoint> WebhookEndpoints => Set<WebhookEndpoint>();

    /// <summary>Wakes the workers of all hosts when a transaction that queued mail commits. For the migration.</summary>
    public const string WakeSql = """
        CREATE FUNCTION notify.deliveries_wake() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_notify('mana_mail', ''); RETURN NULL; END $$;
        CREATE TRIGGER deliveries_wake AFTER INSERT ON notify.deliveries FOR EACH STATEMENT EXECUTE FUNCTION notify.deliveries_wake();
        """;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<Delivery>(Configure);
        modelBuilder.Entity<Suppression>(Configure);
        ChannelModel.Map(modelBuilder);
    }

    static void Configure(EntityTypeBuilder<Delivery> builder)
    {
        builder.ToTable("deliveries", table =>
        {
            table.HasCheckConstraint("deliveries_state", "state IN ('queued', 'sending', 'sent', 'failed', 'suppressed', 'expired')");
            table.HasCheckConstraint("deliveries_values", "values IS NOT NULL OR state NOT IN ('queued', 'sending')");
        });
        builder.HasKey(delivery => delivery.Id).HasName("deliveries_pkey");
        builder.Property(delivery => delivery.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(delivery => delivery.Key).HasColumnName("key");
        builder.Property(delivery => delivery.Template).HasColumnName("template");
        builder.Property(delivery => delivery.Locale).HasColumnName("locale");
        builder.Property(delivery => delivery.Recipient).HasColumnName("recipient");
        builder.Property(delivery => delivery.UserId).HasColumnName("user_id");
        builder.Property(delivery => delivery.Values).HasColumnName("values").HasColumnType("jsonb");
        builder.Property(delivery => delivery.State).HasColumnName("state");
        builder.Property(delivery => delivery.Attempts).HasColumnName("attempts");
        builder.Property(delivery => delivery.NextAttemptAt).HasColumnName("next_attempt_at");
        builder.Property(delivery => delivery.LastError).HasColumnName("last_error");
        builder.Property(delivery => delivery.CreatedAt).HasColumnName("created_at");
        builder.Property(delivery => delivery.ExpiresAt).HasColumnName("expires_at");
        builder.Property(delivery => delivery.SentAt).HasColumnName("sent_at");
        builder.HasIndex(delivery => delivery.Key).IsUnique().HasDatabaseName("deliveries_key_key");
        builder.HasIndex(delivery => delivery.NextAttemptAt).HasFilter("state IN ('queued', 'sending')").HasDatabaseName("deliveries_due");
        builder.HasIndex(delivery => new { delivery.Recipient, delivery.CreatedAt }).HasDatabaseName("deliveries_recipient");
        builder.HasIndex(delivery => delivery.UserId).HasFilter("user_id IS NOT NULL").HasDatabaseName("deliveries_user_id");
        builder.HasIndex(delivery => delivery.CreatedAt).HasDatabaseName("deliveries_created_at");
    }

    static void Configure(EntityTypeBuilder<Suppression> builder)
    {
        builder.ToTable("suppressions");
        builder.HasKey(suppression => suppression.AddressHash).HasName("suppressions_pkey");
        builder.Property(suppression => suppression.AddressHash).HasColumnName("address_hash").ValueGeneratedNever();
        builder.Property(suppression => suppression.Reason).HasColumnName("reason");
        builder.Property(suppression => suppression.Until).HasColumnName("until");
        builder.HasIndex(suppression => suppression.Until).HasDatabaseName("suppressions_until");
    }
}
