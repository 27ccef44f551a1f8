using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Sync.Data;

/// <summary>Schema <c>sync</c>. The model exists for the migrations; the module reads and writes by hand-written SQL (design section 5).</summary>
internal sealed class SyncDbContext(DbContextOptions<SyncDbContext> options) : DbContext(options)
{
    public const string Schema = "sync";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<ScopeRow>(scope =>
        {
            scope.ToTable("scopes");
            scope.HasKey(row => row.Id).HasName("scopes_key");
            scope.Property(row => row.Id).HasColumnName("id").UseIdentityAlwaysColumn();
            scope.Property(row => row.Name).HasColumnName("name");
            scope.Property(row => row.LastSeq).HasColumnName("last_seq");
            scope.Property(row => row.CompactedSeq).HasColumnName("compacted_seq").HasDefaultValue(0L);
            scope.Property(row => row.TrimmedSeq).HasColumnName("trimmed_seq").HasDefaultValue(0L);
            scope.HasIndex(row => row.Name).IsUnique().HasDatabaseName("scopes_name");
            scope.HasStorageParameter("fillfactor", 50);
        });
        modelBuilder.Entity<ChangeRow>(change =>
        {
            change.ToTable("changes");
            // seq alone is unique within a scope; this order of the key serves "the app since" and "the collection since" without a second index.
            change.HasKey(row => new { row.ScopeId, row.AppId, row.Seq, row.TableName }).HasName("changes_key");
            // No foreign key to scopes: its check would lock the scope row once more for every inserted row.
            change.HasIndex(row => new { row.AuthorId, row.EventId }).IsUnique().HasDatabaseName("changes_event");
        });
        modelBuilder.Entity<RecordRow>(record =>
        {
            record.ToTable("records");
            record.HasKey(row => new { row.ScopeId, row.AppId, row.TableName, row.RecordId }).HasName("records_key");
            record.HasStorageParameter("fillfactor", 80);
        });
        modelBuilder.Entity<ReadStateRow>(state =>
        {
            state.ToTable("read_states");
            state.HasKey(row => new { row.Owner, row.ClientId, row.AppId, row.Collection, row.Since }).HasName("read_states_key");
        });
        modelBuilder.Entity<DeviceRow>(device =>
        {
            device.ToTable("devices");
            device.HasKey(row => new { row.Owner, row.ClientId, row.AppId }).HasName("devices_key");
        });
        modelBuilder.Entity<ImportRow>(import =>
        {
            import.ToTable("imports");
            import.HasKey(row => row.Source).HasName("imports_key");
        });
        modelBuilder.AddOutbox();
        // Names and ids are compared byte by byte: exact in every locale, and without the cost of one.
        foreach (var text in modelBuilder.Model.GetEntityTypes().SelectMany(type => type.GetProperties()).Where(property => property.ClrType == typeof(string)))
            if (text.GetColumnType() is not ("json" or "jsonb"))
                text.SetCollation("C");
    }
}
