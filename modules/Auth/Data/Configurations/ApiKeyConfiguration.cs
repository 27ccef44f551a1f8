using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys", table =>
        {
            table.HasCheckConstraint("api_keys_scopes", "jsonb_typeof(scopes) = 'array'");
            table.HasCheckConstraint("api_keys_rate_limit", "rate_limit_requests > 0 AND rate_limit_window > 0");
        });
        builder.HasKey(key => key.Id);
        builder.Property(key => key.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(key => key.UserId).HasColumnName("user_id");
        builder.Property(key => key.Name).HasColumnName("name");
        builder.Property(key => key.KeyPrefix).HasColumnName("key_prefix");
        builder.Property(key => key.KeyHash).HasColumnName("key_hash");
        // The defaults are the original's, for imports; we always send a value.
        builder.Property(key => key.Scopes).HasColumnName("scopes").HasColumnType("jsonb").HasDefaultValueSql("""'["stt","tts"]'""").ValueGeneratedNever();
        builder.Property(key => key.RateLimitRequests).HasColumnName("rate_limit_requests").HasDefaultValueSql("60").ValueGeneratedNever();
        builder.Property(key => key.RateLimitWindow).HasColumnName("rate_limit_window").HasDefaultValueSql("60").ValueGeneratedNever();
        builder.Property(key => key.CreatedAt).HasColumnName("created_at").HasDefaultValueSql("now()").ValueGeneratedNever();
        builder.Property(key => key.LastUsedAt).HasColumnName("last_used_at");
        builder.Property(key => key.ExpiresAt).HasColumnName("expires_at");
        builder.Property(key => key.RevokedAt).HasColumnName("revoked_at");
        builder.HasOne<User>().WithMany().HasForeignKey(key => key.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(key => key.KeyHash).IsUnique().HasDatabaseName("api_keys_key_hash_key");
        builder.HasIndex(key => key.UserId).HasDatabaseName("api_keys_user_id");
    }
}
