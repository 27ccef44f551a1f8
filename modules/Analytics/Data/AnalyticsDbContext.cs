using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Analytics.Data;

/// <summary>Schema <c>feedback</c>. Read and written by hand-written SQL, where counting under a lock is the point.</summary>
internal sealed class AnalyticsDbContext(DbContextOptions<AnalyticsDbContext> options) : DbContext(options)
{
    public const string Schema = "feedback";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        MapItems(modelBuilder);
        MapPeople(modelBuilder);
        modelBuilder.Entity<DailyMetricRow>(metric =>
        {
            metric.ToTable("daily_metrics");
            metric.HasKey(row => new { row.Day, row.Name, row.Label }).HasName("daily_metrics_key");
        });
        modelBuilder.AddOutbox();
        Name(modelBuilder);
    }

    static void MapItems(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ItemRow>(item =>
        {
            item.ToTable("items", table =>
            {
                table.HasCheckConstraint("items_category", "category IN ('bug', 'feature', 'improvement', 'question', 'praise', 'onboarding-wish', 'other')");
                table.HasCheckConstraint("items_status", "status IN ('submitted', 'under_review', 'planned', 'in_progress', 'completed', 'declined')");
                table.HasCheckConstraint("items_text", "deleted_at IS NOT NULL OR feedback_text <> ''");
            });
            item.HasKey(row => row.Id).HasName("items_key");
            item.Property(row => row.Id).ValueGeneratedNever();
            item.Property(row => row.Reactions).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
            item.Property(row => row.DeviceInfo).HasColumnType("jsonb");
            item.Property(row => row.Score).HasDefaultValue(0);
            item.Property(row => row.TitleAttempts).HasDefaultValue(0);
            item.HasOne<ItemRow>().WithMany().HasForeignKey(row => row.ParentId).HasConstraintName("items_parent").OnDelete(DeleteBehavior.NoAction);
            item.HasIndex(row => new { row.ParentId, row.CreatedAt }).HasDatabaseName("items_replies");
            item.HasIndex(row => new { row.UserId, row.CreatedAt }).HasDatabaseName("items_author");
            item.HasIndex(row => new { row.DisplayHash, row.CreatedAt }).HasDatabaseName("items_pseudonym");
            item.HasIndex(row => row.CreatedAt).HasDatabaseName("items_newest");
            item.HasIndex(row => row.TitleDueAt).HasFilter("title_due_at IS NOT NULL").HasDatabaseName("items_title_due");
        });
        modelBuilder.Entity<ReactionRow>(reaction =>
        {
            reaction.ToTable("reactions", table => table.HasCheckConstraint("reactions_emoji", "emoji IN ('👍', '❤️', '🚀', '🤔', '🎉')"));
            reaction.HasKey(row => new { row.FeedbackId, row.UserId, row.Emoji }).HasName("reactions_key");
            reaction.HasOne<ItemRow>().WithMany().HasForeignKey(row => row.FeedbackId).HasConstraintName("reactions_item").OnDelete(DeleteBehavior.Cascade);
            reaction.HasIndex(row => new { row.UserId, row.CreatedAt }).HasDatabaseName("reactions_person");
        });
    }

    static void MapPeople(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ProfileRow>(profile =>
        {
            profile.ToTable("profiles", table => table.HasCheckConstraint("profiles_karma", "karma >= 0"));
            profile.HasKey(row => row.UserId).HasName("profiles_key");
            profile.Property(row => row.Karma).HasDefaultValue(0);
            profile.Property(row => row.ShowRealName).HasDefaultValue(false);
            profile.Property(row => row.RecentSubmissions).HasDefaultValueSql("'{}'");
            profile.HasIndex(row => row.DisplayHash).IsUnique().HasDatabaseName("profiles_hash");
        });
        modelBuilder.Entity<NotificationRow>(notification =>
        {
            notification.ToTable("notifications");
            notification.HasKey(row => row.Id).HasName("notifications_key");
            notification.Property(row => row.Id).ValueGeneratedNever();
            notification.HasOne<ItemRow>().WithMany().HasForeignKey(row => row.FeedbackId).HasConstraintName("notifications_item").OnDelete(DeleteBehavior.Cascade);
            notification.HasIndex(row => new { row.UserId, row.CreatedAt }).HasDatabaseName("notifications_person");
            notification.HasIndex(row => new { row.UserId, row.CreatedAt }, "notifications_unread").HasFilter("read_at IS NULL").HasDatabaseName("notifications_unread");
            notification.HasIndex(row => row.FeedbackId).HasDatabaseName("notifications_of_item");
            notification.HasIndex(row => new { row.UserId, row.FeedbackId }).IsUnique().HasFilter("kind = 'reactioner_bonus'").HasDatabaseName("notifications_bonus_once");
        });
        modelBuilder.Entity<GrantRow>(grant =>
        {
            grant.ToTable("grant_log", table => table.HasCheckConstraint("grant_log_state", "state IN ('pending', 'granted', 'refused')"));
            grant.HasKey(row => new { row.FeedbackId, row.UserId, row.Reason }).HasName("grant_log_key");
            grant.HasIndex(row => new { row.UserId, row.GrantedAt }).HasDatabaseName("grant_log_person");
            grant.HasIndex(row => row.GrantedAt).HasDatabaseName("grant_log_age");
        });
    }

    /// <summary>Columns in lower snake case; ids and words are compared byte by byte.</summary>
    static void Name(ModelBuilder modelBuilder)
    {
        foreach (var entity in modelBuilder.Model.GetEntityTypes().Where(entity => entity.ClrType != typeof(OutboxMessage)))
        foreach (var property in entity.GetProperties())
        {
            property.SetColumnName(string.Concat(property.Name.Select((letter, i) => char.IsUpper(letter) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(letter) : letter.ToString())));
            if (property.ClrType == typeof(string) && property.GetColumnType() is not "jsonb")
                property.SetCollation("C");
        }
    }
}
