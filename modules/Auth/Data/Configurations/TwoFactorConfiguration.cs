using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class TotpSecretConfiguration : IEntityTypeConfiguration<TotpSecret>
{
    public void Configure(EntityTypeBuilder<TotpSecret> builder)
    {
        builder.ToTable("two_factor");
        builder.HasKey(row => row.Id);
        builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(row => row.UserId).HasColumnName("user_id");
        builder.Property(row => row.SecretEncrypted).HasColumnName("secret_encrypted");
        builder.Property(row => row.CreatedAt).HasColumnName("created_at");
        builder.Property(row => row.ConfirmedAt).HasColumnName("confirmed_at");
        builder.Property(row => row.LastUsedStep).HasColumnName("last_used_step");
        builder.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(row => row.UserId).IsUnique().HasDatabaseName("two_factor_user_id_key");
    }
}

internal sealed class BackupCodeConfiguration : IEntityTypeConfiguration<BackupCode>
{
    public void Configure(EntityTypeBuilder<BackupCode> builder)
    {
        builder.ToTable("two_factor_backup_codes");
        builder.HasKey(row => row.Id);
        builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(row => row.UserId).HasColumnName("user_id");
        builder.Property(row => row.Salt).HasColumnName("salt");
        builder.Property(row => row.CodeHash).HasColumnName("code_hash");
        builder.Property(row => row.CaseSensitive).HasColumnName("case_sensitive");
        builder.Property(row => row.UsedAt).HasColumnName("used_at");
        builder.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(row => row.UserId).HasDatabaseName("two_factor_backup_codes_user_id");
    }
}

internal sealed class PendingSignInConfiguration : IEntityTypeConfiguration<PendingSignIn>
{
    public void Configure(EntityTypeBuilder<PendingSignIn> builder)
    {
        builder.ToTable("pending_sign_ins");
        builder.HasKey(row => row.TokenHash);
        builder.Property(row => row.TokenHash).HasColumnName("token_hash");
        builder.Property(row => row.UserId).HasColumnName("user_id");
        builder.Property(row => row.SecurityStamp).HasColumnName("security_stamp");
        builder.Property(row => row.Method).HasColumnName("method");
        builder.Property(row => row.DeviceId).HasColumnName("device_id");
        builder.Property(row => row.DeviceName).HasColumnName("device_name");
        builder.Property(row => row.RememberMe).HasColumnName("remember_me");
        builder.Property(row => row.UntilClosed).HasColumnName("until_closed");
        builder.Property(row => row.CreatedAt).HasColumnName("created_at");
        builder.Property(row => row.ExpiresAt).HasColumnName("expires_at");
        builder.Property(row => row.Attempts).HasColumnName("attempts");
        builder.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(row => row.UserId).HasDatabaseName("pending_sign_ins_user_id");
        builder.HasIndex(row => row.ExpiresAt).HasDatabaseName("pending_sign_ins_expires_at");
    }
}

internal sealed class TrustedDeviceConfiguration : IEntityTypeConfiguration<TrustedDevice>
{
    public void Configure(EntityTypeBuilder<TrustedDevice> builder)
    {
        builder.ToTable("trusted_devices");
        builder.HasKey(row => row.Id);
        builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(row => row.UserId).HasColumnName("user_id");
        builder.Property(row => row.TokenHash).HasColumnName("token_hash");
        builder.Property(row => row.UserAgent).HasColumnName("user_agent");
        builder.Property(row => row.CreatedAt).HasColumnName("created_at");
        builder.Property(row => row.LastUsedAt).HasColumnName("last_used_at");
        builder.Property(row => row.ExpiresAt).HasColumnName("expires_at");
        builder.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(row => row.TokenHash).IsUnique().HasDatabaseName("trusted_devices_token_hash_key");
        builder.HasIndex(row => row.UserId).HasDatabaseName("trusted_devices_user_id");
        builder.HasIndex(row => row.ExpiresAt).HasDatabaseName("trusted_devices_expires_at");
    }
}
