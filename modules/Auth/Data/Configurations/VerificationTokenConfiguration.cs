using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class VerificationTokenConfiguration : IEntityTypeConfiguration<VerificationToken>
{
    public void Configure(EntityTypeBuilder<VerificationToken> builder)
    {
        builder.ToTable("verification_tokens", table =>
            table.HasCheckConstraint("verification_tokens_purpose", LowerCaseEnum.Check<VerificationPurpose>("purpose")));
        builder.HasKey(token => token.Id);
        builder.Property(token => token.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(token => token.Purpose).HasColumnName("purpose").HasConversion(LowerCaseEnum.Of<VerificationPurpose>());
        builder.Property(token => token.Subject).HasColumnName("subject");
        builder.Property(token => token.UserId).HasColumnName("user_id");
        builder.Property(token => token.Address).HasColumnName("email_normalized");
        builder.Property(token => token.TokenHash).HasColumnName("token_hash");
        builder.Property(token => token.Data).HasColumnName("data").HasColumnType("jsonb");
        builder.Property(token => token.CreatedAt).HasColumnName("created_at");
        builder.Property(token => token.ExpiresAt).HasColumnName("expires_at");
        builder.Property(token => token.ConsumedAt).HasColumnName("consumed_at");
        builder.Property(token => token.Attempts).HasColumnName("attempts");
        builder.HasOne<User>().WithMany().HasForeignKey(token => token.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(token => token.TokenHash).IsUnique().HasDatabaseName("verification_tokens_token_hash_key");
        builder.HasIndex(token => new { token.Purpose, token.Subject }).IsUnique().HasFilter("consumed_at IS NULL").HasDatabaseName("verification_tokens_one_active");
        builder.HasIndex(token => token.UserId).HasDatabaseName("verification_tokens_user_id");
        builder.HasIndex(token => token.ExpiresAt).HasDatabaseName("verification_tokens_expires_at");
    }
}
