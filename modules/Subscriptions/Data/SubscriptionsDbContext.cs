using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Data;

/// <summary>Schema <c>subscriptions</c>.</summary>
internal sealed class SubscriptionsDbContext(DbContextOptions<SubscriptionsDbContext> options) : DbContext(options)
{
    public const string Schema = "subscriptions";

    public DbSet<Plan> Plans => Set<Plan>();

    public DbSet<SubscriptionRow> Subscriptions => Set<SubscriptionRow>();

    public DbSet<InvoiceRow> Invoices => Set<InvoiceRow>();

    public DbSet<PlanGrant> Grants => Set<PlanGrant>();

    public DbSet<CheckoutRow> Checkouts => Set<CheckoutRow>();

    public DbSet<PlanPriceRow> Prices => Set<PlanPriceRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        SubscriptionsModel.Map(modelBuilder);
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
