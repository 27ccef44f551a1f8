using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class SigningKeyConfiguration : IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.ToTable("signing_keys", table => table.HasCheckConstraint("signing_keys_state", LowerCaseEnum.Check<SigningKeyState>("state")));
        builder.HasKey(key => key.Kid);
        builder.Property(key => key.Kid).HasColumnName("kid").ValueGeneratedNever();
        builder.Property(key => key.Alg).HasColumnName("alg");
        builder.Property(key => key.Use).HasColumnName("use");
        builder.Property(key => key.PublicJwk).HasColumnName("public_jwk").HasColumnType("jsonb");
        builder.Property(key => key.PrivateKeyEncrypted).HasColumnName("private_key_encrypted");
        builder.Property(key => key.KeyVersion).HasColumnName("key_version");
        builder.Property(key => key.State).HasColumnName("state").HasConversion(LowerCaseEnum.Of<SigningKeyState>());
        builder.Property(key => key.NotBefore).HasColumnName("not_before");
        builder.Property(key => key.ActivatedAt).HasColumnName("activated_at");
        builder.Property(key => key.RetireAt).HasColumnName("retire_at");
        builder.Property(key => key.RemovedAt).HasColumnName("removed_at");
        builder.HasIndex(key => key.Alg).IsUnique().HasFilter("state = 'active'").HasDatabaseName("signing_keys_one_active");
    }
}
