using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class PasskeyConfiguration : IEntityTypeConfiguration<Passkey>
{
    /// <summary>The guard against one credential in two accounts that also holds under concurrency.</summary>
    public const string UniqueCredential = "passkeys_credential_id_key";

    public void Configure(EntityTypeBuilder<Passkey> builder)
    {
        builder.ToTable("passkeys", table => table.HasCheckConstraint("passkeys_device_type", "device_type IN ('singleDevice', 'multiDevice')"));
        builder.HasKey(row => row.Id);
        builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(row => row.UserId).HasColumnName("user_id");
        builder.Property(row => row.CredentialId).HasColumnName("credential_id");
        builder.Property(row => row.PublicKey).HasColumnName("public_key");
        builder.Property(row => row.UserHandle).HasColumnName("user_handle");
        builder.Property(row => row.Counter).HasColumnName("counter");
        builder.Property(row => row.DeviceType).HasColumnName("device_type");
        builder.Property(row => row.BackedUp).HasColumnName("backed_up");
        builder.Property(row => row.Transports).HasColumnName("transports");
        builder.Property(row => row.Name).HasColumnName("name");
        builder.Property(row => row.Aaguid).HasColumnName("aaguid");
        builder.Property(row => row.CreatedAt).HasColumnName("created_at");
        builder.Property(row => row.LastUsedAt).HasColumnName("last_used_at");
        builder.Property(row => row.FlaggedAt).HasColumnName("flagged_at");
        builder.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(row => row.CredentialId).IsUnique().HasDatabaseName(UniqueCredential);
        builder.HasIndex(row => row.UserId).HasDatabaseName("passkeys_user_id");
    }
}

internal sealed class PasskeyChallengeConfiguration : IEntityTypeConfiguration<PasskeyChallenge>
{
    public void Configure(EntityTypeBuilder<PasskeyChallenge> builder)
    {
        builder.ToTable("passkey_challenges");
        builder.HasKey(row => row.Id);
        builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(row => row.Registration).HasColumnName("registration");
        builder.Property(row => row.UserId).HasColumnName("user_id");
        builder.Property(row => row.Challenge).HasColumnName("challenge");
        builder.Property(row => row.ExpiresAt).HasColumnName("expires_at");
        builder.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(row => row.UserId).HasDatabaseName("passkey_challenges_user_id");
        builder.HasIndex(row => row.ExpiresAt).HasDatabaseName("passkey_challenges_expires_at");
    }
}

internal sealed class PasskeyFailureConfiguration : IEntityTypeConfiguration<PasskeyFailure>
{
    public void Configure(EntityTypeBuilder<PasskeyFailure> builder)
    {
        builder.ToTable("passkey_failures");
        builder.HasKey(row => row.CredentialHash);
        builder.Property(row => row.CredentialHash).HasColumnName("credential_hash");
        builder.Property(row => row.Since).HasColumnName("since");
        builder.Property(row => row.Failures).HasColumnName("failures");
        builder.Property(row => row.BlockedUntil).HasColumnName("blocked_until");
        builder.HasIndex(row => row.Since).HasDatabaseName("passkey_failures_since");
    }
}
