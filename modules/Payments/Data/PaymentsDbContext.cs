using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Payments.Data;

/// <summary>Schema <c>payments</c>. The inbox is written by hand-written SQL (<see cref="Inbox.InboxStore"/>), the rest is small.</summary>
internal sealed class PaymentsDbContext(DbContextOptions<PaymentsDbContext> options) : DbContext(options)
{
    public const string Schema = "payments";

    public DbSet<CustomerRow> Customers => Set<CustomerRow>();

    public DbSet<CustomerAlias> Aliases => Set<CustomerAlias>();

    public DbSet<EventRow> Events => Set<EventRow>();

    public DbSet<RiskRow> Risks => Set<RiskRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<CustomerRow>(customer =>
        {
            customer.ToTable("customers");
            customer.HasKey(row => new { row.UserId, row.Livemode }).HasName("customers_key");
            customer.HasIndex(row => row.CustomerId).IsUnique().HasDatabaseName("customers_id");
        });
        modelBuilder.Entity<CustomerAlias>(alias =>
        {
            alias.ToTable("customer_aliases");
            alias.HasKey(row => row.CustomerId).HasName("customer_aliases_key");
            alias.HasIndex(row => row.UserId).HasDatabaseName("customer_aliases_user");
        });
        modelBuilder.Entity<EventRow>(row =>
        {
            row.ToTable("events", table =>
            {
                table.HasCheckConstraint("events_status", "status IN ('pending', 'processed', 'quarantined', 'dead')");
                table.HasCheckConstraint("events_outcome", "(status = 'pending') = (outcome IS NULL)");
            });
            row.HasKey(one => one.EventId).HasName("events_key");
            row.Property(one => one.Payload).HasColumnType("jsonb");
            row.Property(one => one.Attempts).HasDefaultValue(0);
            row.Property(one => one.Handled).HasDefaultValueSql("'{}'");
            row.HasIndex(one => one.NextAttemptAt).HasFilter("status = 'pending'").HasDatabaseName("events_due");
            row.HasIndex(one => one.ReceivedAt).HasFilter("status IN ('quarantined', 'dead')").HasDatabaseName("events_parked");
            row.HasIndex(one => one.ReceivedAt).HasFilter("payload IS NOT NULL").HasDatabaseName("events_payload");
            row.HasIndex(one => one.CustomerId).HasFilter("customer_id IS NOT NULL").HasDatabaseName("events_customer");
            row.HasIndex(one => one.ObjectId).HasDatabaseName("events_object");
        });
        modelBuilder.Entity<RiskRow>(risk =>
        {
            risk.ToTable("risks", table => table.HasCheckConstraint("risks_lifted", "(lifted_at IS NULL) = (lifted_by IS NULL)"));
            risk.HasKey(row => row.PaymentIntentId).HasName("risks_key");
            risk.HasIndex(row => row.UserId).HasDatabaseName("risks_user");
        });
        modelBuilder.Entity<PullMark>(mark =>
        {
            mark.ToTable("pull_marks");
            mark.HasKey(row => row.Name).HasName("pull_marks_key");
        });
        modelBuilder.AddOutbox();
        Names.Apply(modelBuilder);
    }
}

/// <summary>Columns in lower snake case; ids are compared byte by byte.</summary>
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
