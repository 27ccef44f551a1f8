using Mana.Auth.Spaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class InvitationConfiguration : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.ToTable("invitations", table =>
        {
            table.HasCheckConstraint("invitations_role", SpaceRoles.Check("role"));
            table.HasCheckConstraint("invitations_status", LowerCaseEnum.Check<InvitationStatus>("status"));
        });
        builder.HasKey(invitation => invitation.Id);
        builder.Property(invitation => invitation.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(invitation => invitation.OrganizationId).HasColumnName("organization_id");
        builder.Property(invitation => invitation.Email).HasColumnName("email");
        builder.Property(invitation => invitation.Role).HasColumnName("role");
        builder.Property(invitation => invitation.Status).HasColumnName("status").HasConversion(LowerCaseEnum.Of<InvitationStatus>());
        builder.Property(invitation => invitation.InviterId).HasColumnName("inviter_id");
        builder.Property(invitation => invitation.CreatedAt).HasColumnName("created_at");
        builder.Property(invitation => invitation.ExpiresAt).HasColumnName("expires_at");
        builder.HasOne<Organization>().WithMany().HasForeignKey(invitation => invitation.OrganizationId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<User>().WithMany().HasForeignKey(invitation => invitation.InviterId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(invitation => new { invitation.OrganizationId, invitation.Email }).IsUnique().HasFilter("status = 'pending'").HasDatabaseName("invitations_one_pending");
        builder.HasIndex(invitation => invitation.OrganizationId).HasDatabaseName("invitations_organization_id");
        builder.HasIndex(invitation => invitation.Email).HasDatabaseName("invitations_email");
        builder.HasIndex(invitation => invitation.InviterId).HasDatabaseName("invitations_inviter_id");
        builder.HasIndex(invitation => invitation.ExpiresAt).HasDatabaseName("invitations_expires_at");
    }
}
