using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class OAuthRequestConfiguration : IEntityTypeConfiguration<OAuthRequest>
{
    public void Configure(EntityTypeBuilder<OAuthRequest> builder)
    {
        builder.ToTable("oauth_requests", table =>
        {
            table.HasCheckConstraint("oauth_requests_kind", LowerCaseEnum.Check<OAuthRequestKind>("kind"));
        });
        builder.HasKey(request => request.IdHash);
        builder.Property(request => request.IdHash).HasColumnName("id_hash").ValueGeneratedNever();
        builder.Property(request => request.Kind).HasColumnName("kind").HasConversion(LowerCaseEnum.Of<OAuthRequestKind>());
        builder.Property(request => request.ClientId).HasColumnName("client_id");
        builder.Property(request => request.Parameters).HasColumnName("parameters").HasColumnType("jsonb");
        builder.Property(request => request.BrowserHash).HasColumnName("browser_hash");
        builder.Property(request => request.AuthAfter).HasColumnName("auth_after");
        builder.Property(request => request.CreatedAt).HasColumnName("created_at");
        builder.Property(request => request.ExpiresAt).HasColumnName("expires_at");
        builder.Property(request => request.ConsumedAt).HasColumnName("consumed_at");
        builder.HasOne<OAuthClient>().WithMany().HasForeignKey(request => request.ClientId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(request => request.ClientId).HasDatabaseName("oauth_requests_client_id");
        builder.HasIndex(request => request.ExpiresAt).HasDatabaseName("oauth_requests_expires_at");
    }
}

internal sealed class OAuthDeviceCodeConfiguration : IEntityTypeConfiguration<OAuthDeviceCode>
{
    public void Configure(EntityTypeBuilder<OAuthDeviceCode> builder)
    {
        builder.ToTable("oauth_device_codes");
        builder.HasKey(device => device.DeviceCodeHash);
        builder.Property(device => device.DeviceCodeHash).HasColumnName("device_code_hash").ValueGeneratedNever();
        builder.Property(device => device.UserCode).HasColumnName("user_code");
        builder.Property(device => device.ClientId).HasColumnName("client_id");
        builder.Property(device => device.Scopes).HasColumnName("scopes");
        builder.Property(device => device.GrantId).HasColumnName("grant_id");
        builder.Property(device => device.DeniedAt).HasColumnName("denied_at");
        builder.Property(device => device.UsedAt).HasColumnName("used_at");
        builder.Property(device => device.LastPolledAt).HasColumnName("last_polled_at");
        builder.Property(device => device.PollInterval).HasColumnName("poll_interval");
        builder.Property(device => device.CreatedAt).HasColumnName("created_at");
        builder.Property(device => device.ExpiresAt).HasColumnName("expires_at");
        builder.HasOne<OAuthClient>().WithMany().HasForeignKey(device => device.ClientId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<OAuthGrant>().WithMany().HasForeignKey(device => device.GrantId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(device => device.UserCode).IsUnique().HasDatabaseName("oauth_device_codes_user_code_key");
        builder.HasIndex(device => device.ClientId).HasDatabaseName("oauth_device_codes_client_id");
        builder.HasIndex(device => device.GrantId).HasDatabaseName("oauth_device_codes_grant_id");
        builder.HasIndex(device => device.ExpiresAt).HasDatabaseName("oauth_device_codes_expires_at");
    }
}

internal sealed class OAuthUsedIdConfiguration : IEntityTypeConfiguration<OAuthUsedId>
{
    public void Configure(EntityTypeBuilder<OAuthUsedId> builder)
    {
        builder.ToTable("oauth_used_ids");
        builder.HasKey(used => used.Digest);
        builder.Property(used => used.Digest).HasColumnName("digest").ValueGeneratedNever();
        builder.Property(used => used.ExpiresAt).HasColumnName("expires_at");
        builder.HasIndex(used => used.ExpiresAt).HasDatabaseName("oauth_used_ids_expires_at");
    }
}
