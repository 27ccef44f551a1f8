using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class LoginAttemptConfiguration : IEntityTypeConfiguration<LoginAttempt>
{
    public void Configure(EntityTypeBuilder<LoginAttempt> builder)
    {
        builder.ToTable("login_attempts");
        builder.HasKey(attempt => attempt.Id);
        builder.Property(attempt => attempt.Id).HasColumnName("id");
        builder.Property(attempt => attempt.Address).HasColumnName("email_normalized");
        builder.Property(attempt => attempt.Source).HasColumnName("source");
        builder.Property(attempt => attempt.IpAddress).HasColumnName("ip_address");
        builder.Property(attempt => attempt.Method).HasColumnName("method");
        builder.Property(attempt => attempt.Successful).HasColumnName("successful");
        builder.Property(attempt => attempt.AttemptedAt).HasColumnName("attempted_at");
        // The method is not part of it: all paths share one count.
        builder.HasIndex(attempt => new { attempt.Address, attempt.AttemptedAt }).HasDatabaseName("login_attempts_email_normalized");
        builder.HasIndex(attempt => attempt.AttemptedAt).HasDatabaseName("login_attempts_attempted_at");
    }
}

internal sealed class LoginLockConfiguration : IEntityTypeConfiguration<LoginLock>
{
    public void Configure(EntityTypeBuilder<LoginLock> builder)
    {
        builder.ToTable("login_locks");
        builder.HasKey(row => new { row.Address, row.Source });
        builder.Property(row => row.Address).HasColumnName("email_normalized");
        builder.Property(row => row.Source).HasColumnName("source");
        builder.Property(row => row.LockedAt).HasColumnName("locked_at");
        builder.Property(row => row.LockedUntil).HasColumnName("locked_until");
        builder.HasIndex(row => row.LockedUntil).HasDatabaseName("login_locks_locked_until");
    }
}

internal sealed class MailAllowanceConfiguration : IEntityTypeConfiguration<MailAllowance>
{
    public void Configure(EntityTypeBuilder<MailAllowance> builder)
    {
        builder.ToTable("mail_allowances");
        builder.HasKey(row => new { row.Kind, row.Address });
        builder.Property(row => row.Kind).HasColumnName("kind");
        builder.Property(row => row.Address).HasColumnName("email_normalized");
        builder.Property(row => row.Since).HasColumnName("since");
        builder.Property(row => row.Spent).HasColumnName("spent");
        builder.HasIndex(row => row.Since).HasDatabaseName("mail_allowances_since");
    }
}

internal sealed class SignUpDayConfiguration : IEntityTypeConfiguration<SignUpDay>
{
    public void Configure(EntityTypeBuilder<SignUpDay> builder)
    {
        builder.ToTable("signup_days");
        builder.HasKey(row => row.Day);
        builder.Property(row => row.Day).HasColumnName("day").ValueGeneratedNever();
        builder.Property(row => row.Registered).HasColumnName("registered");
        builder.Property(row => row.Accepted).HasColumnName("accepted").HasDefaultValue(0);
    }
}
