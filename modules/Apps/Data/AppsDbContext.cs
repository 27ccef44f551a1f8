using Mana.Apps.Calendar;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Wire.Idempotency;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Data;

/// <summary>Schema <c>apps</c>.</summary>
internal sealed class AppsDbContext(DbContextOptions<AppsDbContext> options) : DbContext(options)
{
    public const string Schema = "apps";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        ReminderModel.Map(modelBuilder);
        modelBuilder.AddOutbox();
        CalendarModel.Map(modelBuilder);
        IdempotencyKey.Map(modelBuilder);
        Names.Apply(modelBuilder);
    }
}
