using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions");
        builder.HasKey(session => session.Id);
        builder.Property(session => session.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(session => session.UserId).HasColumnName("user_id");
        builder.Property(session => session.CreatedAt).HasColumnName("created_at");
        builder.Property(session => session.UpdatedAt).HasColumnName("updated_at");
        builder.Property(session => session.ExpiresAt).HasColumnName("expires_at");
        builder.Property(session => session.LastActivityAt).HasColumnName("last_activity_at");
        builder.Property(session => session.AuthTime).HasColumnName("auth_time");
        builder.Property(session => session.Amr).HasColumnName("amr");
        builder.Property(session => session.SecondFactorAt).HasColumnName("second_factor_at");
        builder.Property(session => session.IpAddress).HasColumnName("ip_address");
        builder.Property(session => session.UserAgent).HasColumnName("user_agent");
        builder.Property(session => session.DeviceId).HasColumnName("device_id");
        builder.Property(session => session.DeviceName).HasColumnName("device_name");
        builder.Property(session => session.RememberMe).HasColumnName("remember_me");
        builder.Property(session => session.RevokedAt).HasColumnName("revoked_at");
        builder.Property(session => session.RevokedReason).HasColumnName("revoked_reason");
        builder.HasOne<User>().WithMany().HasForeignKey(session => session.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.Property(session => session.TokenHash).HasColumnName("token_hash");
        builder.Property(session => session.ActiveOrganizationId).HasColumnName("active_organization_id");
        builder.HasOne<Organization>().WithMany().HasForeignKey(session => session.ActiveOrganizationId).OnDelete(DeleteBehavior.SetNull);
        builder.HasIndex(session => session.TokenHash).IsUnique().HasDatabaseName("sessions_token_hash_key");
        builder.HasIndex(session => session.ActiveOrganizationId).HasDatabaseName("sessions_active_organization_id");
        builder.HasIndex(session => session.UserId).HasDatabaseName("sessions_user_id");
        builder.HasIndex(session => session.ExpiresAt).HasDatabaseName("sessions_expires_at");
    }
}

internal sealed class RefreshTokenConfiguration : IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<RefreshToken> builder)
    {
        builder.ToTable("refresh_tokens");
        builder.HasKey(token => token.Id);
        builder.Property(token => token.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(token => token.SessionId).HasColumnName("session_id");
        builder.Property(token => token.FamilyId).HasColumnName("family_id");
        builder.Property(token => token.TokenHash).HasColumnName("token_hash");
        builder.Property(token => token.KeyThumbprint).HasColumnName("key_thumbprint");
        builder.Property(token => token.ParentId).HasColumnName("parent_id");
        builder.Property(token => token.IssuedAt).HasColumnName("issued_at");
        builder.Property(token => token.ExpiresAt).HasColumnName("expires_at");
        builder.Property(token => token.UsedAt).HasColumnName("used_at");
        builder.Property(token => token.ReplacedBy).HasColumnName("replaced_by");
        builder.Property(token => token.RevokedAt).HasColumnName("revoked_at");
        builder.Property(token => token.ClientId).HasColumnName("client_id");
        builder.HasOne<Session>().WithMany().HasForeignKey(token => token.SessionId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(token => token.TokenHash).IsUnique().HasDatabaseName("refresh_tokens_token_hash_key");
        builder.HasIndex(token => token.SessionId).HasDatabaseName("refresh_tokens_session_id");
        builder.HasIndex(token => token.ParentId).HasDatabaseName("refresh_tokens_parent_id");
        builder.HasIndex(token => token.ExpiresAt).HasDatabaseName("refresh_tokens_expires_at");
    }
}
