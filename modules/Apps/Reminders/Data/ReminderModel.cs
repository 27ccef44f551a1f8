using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Reminders.Data;

/// <summary>Tables <c>apps.reminder_*</c>. The scheduler works them by SQL; this defines them.</summary>
internal static class ReminderModel
{
    /// <summary>Wakes the workers of all hosts when a transaction commits that made something due sooner. For the migration.</summary>
    public const string WakeSql = """
        CREATE FUNCTION apps.reminders_wake() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_notify('mana_reminders', TG_ARGV[0]); RETURN NULL; END $$;
        CREATE TRIGGER reminder_instances_wake AFTER INSERT OR UPDATE OF fire_at ON apps.reminder_instances FOR EACH STATEMENT EXECUTE FUNCTION apps.reminders_wake('instances');
        CREATE TRIGGER reminder_deliveries_wake AFTER INSERT ON apps.reminder_deliveries FOR EACH STATEMENT EXECUTE FUNCTION apps.reminders_wake('deliveries');
        """;

    public static void Map(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ReminderRule>(rule =>
        {
            rule.ToTable("reminder_rules", table =>
            {
                table.HasCheckConstraint("reminder_rules_anchor", "anchor IN ('due', 'start', 'absolute')");
                table.HasCheckConstraint("reminder_rules_minutes", "minutes_before BETWEEN 0 AND 40320");
                table.HasCheckConstraint("reminder_rules_days", "days_before BETWEEN 0 AND 365");
                table.HasCheckConstraint("reminder_rules_offset", "anchor = 'absolute' AND at_utc IS NOT NULL OR num_nonnulls(minutes_before, days_before) = 1");
                table.HasCheckConstraint("reminder_rules_channels", "channels <@ ARRAY['push', 'email', 'webhook', 'inapp']");
            });
            rule.HasKey(row => row.Id).HasName("reminder_rules_key");
            rule.Property(row => row.Id).ValueGeneratedNever();
            rule.HasIndex(row => new { row.AppId, row.Collection, row.SourceId }).HasFilter("deleted_at IS NULL").HasDatabaseName("reminder_rules_source");
            rule.HasIndex(row => row.BlockId).HasFilter("deleted_at IS NULL AND block_id IS NOT NULL").HasDatabaseName("reminder_rules_block");
            rule.HasIndex(row => row.UserId).HasDatabaseName("reminder_rules_user");
            rule.HasIndex(row => new { row.UserId, row.OriginKey }).IsUnique().HasFilter("space_id IS NULL AND origin_key IS NOT NULL").HasDatabaseName("reminder_rules_own_origin");
            rule.HasIndex(row => new { row.SpaceId, row.OriginKey }).IsUnique().HasFilter("space_id IS NOT NULL AND origin_key IS NOT NULL").HasDatabaseName("reminder_rules_space_origin");
            rule.HasIndex(row => row.DeletedAt).HasFilter("deleted_at IS NOT NULL").HasDatabaseName("reminder_rules_deleted");
        });
        modelBuilder.Entity<ReminderInstance>(instance =>
        {
            instance.ToTable("reminder_instances", table =>
                table.HasCheckConstraint("reminder_instances_state", "state IN ('pending', 'snoozed', 'claimed', 'done', 'cancelled', 'missed', 'dismissed')"));
            instance.HasKey(row => row.Id).HasName("reminder_instances_key");
            instance.Property(row => row.Id).ValueGeneratedNever();
            instance.HasOne<ReminderRule>().WithMany().HasForeignKey(row => row.RuleId).OnDelete(DeleteBehavior.Cascade).HasConstraintName("reminder_instances_rule");
            instance.HasIndex(row => new { row.RuleId, row.OccurrenceKey }).IsUnique().HasDatabaseName("reminder_instances_occurrence");
            instance.HasIndex(row => row.FireAt).HasFilter("state IN ('pending', 'snoozed')").HasDatabaseName("reminder_instances_due");
            instance.HasIndex(row => row.Id).HasFilter("write_back").HasDatabaseName("reminder_instances_write_back");
            instance.HasIndex(row => row.CreatedAt).HasDatabaseName("reminder_instances_created");
        });
        modelBuilder.Entity<ReminderDelivery>(delivery =>
        {
            delivery.ToTable("reminder_deliveries", table =>
            {
                table.HasCheckConstraint("reminder_deliveries_state", "state IN ('pending', 'leased', 'sent', 'dead', 'suppressed')");
                table.HasCheckConstraint("reminder_deliveries_payload", "payload IS NOT NULL OR state NOT IN ('pending', 'leased')");
            });
            delivery.HasKey(row => row.Id).HasName("reminder_deliveries_key");
            delivery.Property(row => row.Id).ValueGeneratedNever();
            delivery.Property(row => row.Payload).HasColumnType("jsonb");
            delivery.HasIndex(row => row.IdempotencyKey).IsUnique().HasDatabaseName("reminder_deliveries_once");
            delivery.HasIndex(row => row.NextAttemptAt).HasFilter("state IN ('pending', 'leased')").HasDatabaseName("reminder_deliveries_due");
            delivery.HasIndex(row => row.InstanceId).HasDatabaseName("reminder_deliveries_instance");
            delivery.HasIndex(row => new { row.UserId, row.CreatedAt }).HasDatabaseName("reminder_deliveries_user");
            delivery.HasIndex(row => row.CreatedAt).HasDatabaseName("reminder_deliveries_created");
        });
        modelBuilder.Entity<ReminderFeed>(feed =>
        {
            feed.ToTable("reminder_feeds");
            feed.HasKey(row => row.Table).HasName("reminder_feeds_key");
        });
        modelBuilder.Entity<ReminderPreferences>(preferences =>
        {
            preferences.ToTable("reminder_preferences");
            preferences.HasKey(row => row.UserId).HasName("reminder_preferences_key");
            preferences.Property(row => row.CategoryPreferences).HasColumnType("jsonb");
        });
    }
}
