using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    /// <summary>The only guard against two accounts with one address that also holds under concurrency.</summary>
    public const string UniqueEmail = "users_email_normalized_key";

    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("users", table =>
        {
            table.HasCheckConstraint("users_role", LowerCaseEnum.Check<UserRole>("role"));
            table.HasCheckConstraint("users_access_tier", LowerCaseEnum.Check<AccessTier>("access_tier"));
            table.HasCheckConstraint("users_kind", LowerCaseEnum.Check<UserKind>("kind"));
        });
        builder.Ignore(user => user.UserName).Ignore(user => user.NormalizedUserName);
        builder.Ignore(user => user.PhoneNumber).Ignore(user => user.PhoneNumberConfirmed);

        builder.Property(user => user.Id).HasColumnName("id");
        builder.Property(user => user.Name).HasColumnName("name");
        builder.Property(user => user.Email).HasColumnName("email").IsRequired().HasMaxLength(254);
        builder.Property(user => user.NormalizedEmail).HasColumnName("email_normalized").IsRequired().HasMaxLength(254);
        builder.Property(user => user.EmailConfirmed).HasColumnName("email_verified");
        builder.Property(user => user.Image).HasColumnName("image");
        builder.Property(user => user.CreatedAt).HasColumnName("created_at");
        builder.Property(user => user.UpdatedAt).HasColumnName("updated_at");
        builder.Property(user => user.Role).HasColumnName("role").HasConversion(LowerCaseEnum.Of<UserRole>());
        builder.Property(user => user.AccessTier).HasColumnName("access_tier").HasConversion(LowerCaseEnum.Of<AccessTier>());
        builder.Property(user => user.Kind).HasColumnName("kind").HasConversion(LowerCaseEnum.Of<UserKind>());
        builder.Property(user => user.OnboardingCompletedAt).HasColumnName("onboarding_completed_at");
        builder.Property(user => user.DeletedAt).HasColumnName("deleted_at");
        builder.Property(user => user.BlockedAt).HasColumnName("blocked_at");
        builder.Property(user => user.PasswordHash).HasColumnName("password_hash");
        builder.Property(user => user.PasswordChangedAt).HasColumnName("password_changed_at");
        builder.Property(user => user.SecurityStamp).HasColumnName("security_stamp");
        builder.Property(user => user.ConcurrencyStamp).HasColumnName("concurrency_stamp");
        builder.Property(user => user.TwoFactorEnabled).HasColumnName("two_factor_enabled");
        builder.Property(user => user.LockoutEnabled).HasColumnName("lockout_enabled");
        builder.Property(user => user.LockoutEnd).HasColumnName("lockout_end");
        builder.Property(user => user.AccessFailedCount).HasColumnName("access_failed_count");

        // Identity declares this index without "unique".
        builder.HasIndex(user => user.NormalizedEmail).IsUnique().HasDatabaseName(UniqueEmail);
    }
}
