using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class EncryptionVaultConfiguration : IEntityTypeConfiguration<EncryptionVault>
{
    public void Configure(EntityTypeBuilder<EncryptionVault> builder)
    {
        builder.ToTable("encryption_vaults", table =>
        {
            table.HasCheckConstraint("encryption_vaults_has_wrap", "wrapped_mk IS NOT NULL OR recovery_wrapped_mk IS NOT NULL");
            table.HasCheckConstraint(
                "encryption_vaults_wrap_iv_pair", "(wrapped_mk IS NULL) = (wrap_iv IS NULL) AND (recovery_wrapped_mk IS NULL) = (recovery_iv IS NULL)");
            table.HasCheckConstraint("encryption_vaults_zk_consistency", "NOT zero_knowledge OR (wrapped_mk IS NULL AND recovery_wrapped_mk IS NOT NULL)");
            table.HasCheckConstraint("encryption_vaults_mk_check", "octet_length(mk_check) = 16");
        });
        builder.HasKey(vault => vault.UserId);
        builder.Property(vault => vault.UserId).HasColumnName("user_id").ValueGeneratedNever();
        builder.Property(vault => vault.WrappedMk).HasColumnName("wrapped_mk");
        builder.Property(vault => vault.WrapIv).HasColumnName("wrap_iv");
        // The defaults are the original's, for imports; we always send a value.
        builder.Property(vault => vault.FormatVersion).HasColumnName("format_version").HasDefaultValueSql("1").ValueGeneratedNever();
        builder.Property(vault => vault.KekId).HasColumnName("kek_id").HasDefaultValueSql("'env-v1'").ValueGeneratedNever();
        builder.Property(vault => vault.RecoveryWrappedMk).HasColumnName("recovery_wrapped_mk");
        builder.Property(vault => vault.RecoveryIv).HasColumnName("recovery_iv");
        builder.Property(vault => vault.RecoveryFormatVersion).HasColumnName("recovery_format_version").HasDefaultValueSql("1").ValueGeneratedNever();
        builder.Property(vault => vault.RecoverySetAt).HasColumnName("recovery_set_at");
        builder.Property(vault => vault.ZeroKnowledge).HasColumnName("zero_knowledge").HasDefaultValueSql("false").ValueGeneratedNever();
        builder.Property(vault => vault.MkCheck).HasColumnName("mk_check");
        builder.Property(vault => vault.CreatedAt).HasColumnName("created_at").HasDefaultValueSql("now()").ValueGeneratedNever();
        builder.Property(vault => vault.RotatedAt).HasColumnName("rotated_at");
        builder.HasOne<User>().WithOne().HasForeignKey<EncryptionVault>(vault => vault.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class EncryptionVaultAuditConfiguration : IEntityTypeConfiguration<EncryptionVaultAudit>
{
    public void Configure(EntityTypeBuilder<EncryptionVaultAudit> builder)
    {
        builder.ToTable("encryption_vault_audit");
        builder.HasKey(entry => entry.Id);
        builder.Property(entry => entry.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(entry => entry.UserId).HasColumnName("user_id");
        builder.Property(entry => entry.Action).HasColumnName("action");
        builder.Property(entry => entry.IpAddress).HasColumnName("ip_address");
        builder.Property(entry => entry.UserAgent).HasColumnName("user_agent");
        builder.Property(entry => entry.Context).HasColumnName("context");
        builder.Property(entry => entry.Status).HasColumnName("status");
        builder.Property(entry => entry.CreatedAt).HasColumnName("created_at").HasDefaultValueSql("now()").ValueGeneratedNever();
        builder.HasOne<User>().WithMany().HasForeignKey(entry => entry.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(entry => entry.UserId).HasDatabaseName("encryption_vault_audit_user_id");
        builder.HasIndex(entry => entry.CreatedAt).HasDatabaseName("encryption_vault_audit_created_at");
    }
}

internal sealed class MissionGrantConfiguration : IEntityTypeConfiguration<MissionGrant>
{
    public void Configure(EntityTypeBuilder<MissionGrant> builder)
    {
        builder.ToTable("mission_grants", table => table.HasCheckConstraint("mission_grants_lifetime", "expires_at > issued_at"));
        builder.HasKey(grant => grant.Id);
        builder.Property(grant => grant.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(grant => grant.UserId).HasColumnName("user_id");
        builder.Property(grant => grant.MissionId).HasColumnName("mission_id");
        builder.Property(grant => grant.Tables).HasColumnName("tables");
        builder.Property(grant => grant.RecordCount).HasColumnName("record_count");
        builder.Property(grant => grant.ScopeHash).HasColumnName("scope_hash");
        builder.Property(grant => grant.IssuedAt).HasColumnName("issued_at");
        builder.Property(grant => grant.ExpiresAt).HasColumnName("expires_at");
        builder.Property(grant => grant.RevokedAt).HasColumnName("revoked_at");
        builder.HasOne<User>().WithMany().HasForeignKey(grant => grant.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(grant => new { grant.UserId, grant.MissionId }).HasDatabaseName("mission_grants_user_id_mission_id");
    }
}
