using Mana.Auth.Spaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class OrganizationConfiguration : IEntityTypeConfiguration<Organization>
{
    public void Configure(EntityTypeBuilder<Organization> builder)
    {
        builder.ToTable("organizations", table =>
        {
            table.HasCheckConstraint("organizations_type", LowerCaseEnum.Check<SpaceType>("type"));
            table.HasCheckConstraint("organizations_tier", LowerCaseEnum.Check<AccessTier>("tier"));
            table.HasCheckConstraint("organizations_owner", "(type = 'personal') = (owner_user_id IS NOT NULL)");
            // The original stored a JSON text inside jsonb, and filters on it found nothing (auth.md 14.5).
            table.HasCheckConstraint("organizations_metadata", "jsonb_typeof(metadata) = 'object'");
        });
        builder.HasKey(space => space.Id);
        builder.Property(space => space.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(space => space.Name).HasColumnName("name");
        builder.Property(space => space.Slug).HasColumnName("slug");
        builder.Property(space => space.Type).HasColumnName("type").HasConversion(LowerCaseEnum.Of<SpaceType>());
        // The defaults are for imports; we always send a value, or EF would take "guest" for "not set".
        builder.Property(space => space.Tier).HasColumnName("tier").HasConversion(LowerCaseEnum.Of<AccessTier>())
            .HasDefaultValueSql("'public'").ValueGeneratedNever();
        builder.Property(space => space.OwnerUserId).HasColumnName("owner_user_id");
        builder.Property(space => space.Logo).HasColumnName("logo");
        builder.Property(space => space.Metadata).HasColumnName("metadata").HasColumnType("jsonb").HasDefaultValueSql("'{}'").ValueGeneratedNever();
        builder.Property(space => space.CreatedAt).HasColumnName("created_at");
        builder.Property(space => space.UpdatedAt).HasColumnName("updated_at");
        builder.Property(space => space.DeletedAt).HasColumnName("deleted_at");
        builder.HasOne<User>().WithMany().HasForeignKey(space => space.OwnerUserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(space => space.Slug).IsUnique().HasDatabaseName("organizations_slug_key");
        builder.HasIndex(space => space.OwnerUserId).IsUnique().HasFilter("type = 'personal'").HasDatabaseName("organizations_one_personal");
    }
}

internal sealed class MemberConfiguration : IEntityTypeConfiguration<Member>
{
    public void Configure(EntityTypeBuilder<Member> builder)
    {
        builder.ToTable("members", table => table.HasCheckConstraint("members_role", SpaceRoles.Check("role")));
        builder.HasKey(member => member.Id);
        builder.Property(member => member.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(member => member.OrganizationId).HasColumnName("organization_id");
        builder.Property(member => member.UserId).HasColumnName("user_id");
        builder.Property(member => member.Role).HasColumnName("role");
        builder.Property(member => member.CreatedAt).HasColumnName("created_at");
        builder.HasOne<Organization>().WithMany().HasForeignKey(member => member.OrganizationId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<User>().WithMany().HasForeignKey(member => member.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(member => new { member.OrganizationId, member.UserId }).IsUnique().HasDatabaseName("members_organization_id_user_id_key");
        builder.HasIndex(member => member.UserId).HasDatabaseName("members_user_id");
    }
}
