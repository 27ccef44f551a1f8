using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Users.Data;

/// <summary>Schema <c>users</c>. Read and written by hand-written SQL, where a row lock or a conflict clause is the point.</summary>
internal sealed class UsersDbContext(DbContextOptions<UsersDbContext> options) : DbContext(options)
{
    public const string Schema = "users";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<SettingsRow>(settings =>
        {
            settings.ToTable("settings", table => table.HasCheckConstraint("settings_objects",
                "jsonb_typeof(global) = 'object' AND jsonb_typeof(apps) = 'object' AND jsonb_typeof(devices) = 'object'"));
            settings.HasKey(row => row.UserId).HasName("settings_key");
            settings.Property(row => row.Global).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
            settings.Property(row => row.Apps).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
            settings.Property(row => row.Devices).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
        });
        modelBuilder.Entity<TagGroupRow>(group =>
        {
            group.ToTable("tag_groups");
            group.HasKey(row => row.Id).HasName("tag_groups_key");
            group.Property(row => row.Id).ValueGeneratedNever();
            group.HasAlternateKey(row => new { row.Id, row.UserId }).HasName("tag_groups_owner");
            group.HasIndex(row => new { row.UserId, row.Name }).IsUnique().HasDatabaseName("tag_groups_name");
        });
        modelBuilder.Entity<TagRow>(tag =>
        {
            tag.ToTable("tags");
            tag.HasKey(row => row.Id).HasName("tags_key");
            tag.Property(row => row.Id).ValueGeneratedNever();
            tag.HasAlternateKey(row => new { row.Id, row.UserId }).HasName("tags_owner");
            tag.HasIndex(row => new { row.UserId, row.Name }).IsUnique().HasDatabaseName("tags_name");
            tag.HasIndex(row => new { row.GroupId, row.UserId }).HasDatabaseName("tags_of_group");
        });
        modelBuilder.Entity<TagLinkRow>(link =>
        {
            link.ToTable("tag_links");
            link.HasKey(row => row.Id).HasName("tag_links_key");
            link.Property(row => row.Id).ValueGeneratedNever();
            link.HasOne<TagRow>().WithMany().HasForeignKey(row => new { row.TagId, row.UserId }).HasPrincipalKey(row => new { row.Id, row.UserId })
                .HasConstraintName("tag_links_tag").OnDelete(DeleteBehavior.Cascade);
            link.HasIndex(row => new { row.TagId, row.AppId, row.EntityId }).IsUnique().HasDatabaseName("tag_links_once");
            link.HasIndex(row => new { row.UserId, row.AppId, row.EntityId }).HasDatabaseName("tag_links_entity");
            link.HasIndex(row => new { row.TagId, row.UserId }).HasDatabaseName("tag_links_of_tag");
        });
        modelBuilder.AddOutbox();
        Name(modelBuilder);
    }

    /// <summary>Columns in lower snake case; ids and names are compared byte by byte.</summary>
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
