using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class ErasureConfiguration : IEntityTypeConfiguration<Erasure>
{
    public void Configure(EntityTypeBuilder<Erasure> builder)
    {
        builder.ToTable("erasures", table => table.HasCheckConstraint("erasures_forgotten", "finished_at IS NULL OR (user_id IS NULL AND wish IS NULL)"));
        builder.HasKey(row => row.Id);
        builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(row => row.Subject).HasColumnName("subject");
        // No foreign key: it outlives the account.
        builder.Property(row => row.UserId).HasColumnName("user_id");
        builder.Property(row => row.Wish).HasColumnName("wish").HasColumnType("jsonb");
        builder.Property(row => row.Locale).HasColumnName("locale");
        builder.Property(row => row.Sessions).HasColumnName("sessions");
        builder.Property(row => row.Accounts).HasColumnName("accounts");
        builder.Property(row => row.RequestedAt).HasColumnName("requested_at");
        builder.Property(row => row.Attempts).HasColumnName("attempts");
        builder.Property(row => row.NextAttemptAt).HasColumnName("next_attempt_at");
        builder.Property(row => row.ErasedAt).HasColumnName("erased_at");
        builder.Property(row => row.FinishedAt).HasColumnName("finished_at");
        builder.HasIndex(row => row.Subject).IsUnique().HasDatabaseName("erasures_subject_key");
        builder.HasIndex(row => row.NextAttemptAt).HasFilter("finished_at IS NULL").HasDatabaseName("erasures_due");
    }
}

internal sealed class ErasureStepConfiguration : IEntityTypeConfiguration<ErasureStep>
{
    public void Configure(EntityTypeBuilder<ErasureStep> builder)
    {
        builder.ToTable("erasure_steps");
        builder.HasKey(row => new { row.ErasureId, row.Module });
        builder.Property(row => row.ErasureId).HasColumnName("erasure_id");
        builder.Property(row => row.Module).HasColumnName("module");
        builder.Property(row => row.DeletedCount).HasColumnName("deleted_count");
        builder.Property(row => row.Attempts).HasColumnName("attempts");
        builder.Property(row => row.LastError).HasColumnName("last_error");
        builder.Property(row => row.DoneAt).HasColumnName("done_at");
        builder.HasOne<Erasure>().WithMany().HasForeignKey(row => row.ErasureId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class ErasedSlugConfiguration : IEntityTypeConfiguration<ErasedSlug>
{
    public void Configure(EntityTypeBuilder<ErasedSlug> builder)
    {
        builder.ToTable("erased_slugs");
        builder.HasKey(row => row.Digest).HasName("erased_slugs_pkey");
        builder.Property(row => row.Digest).HasColumnName("digest").ValueGeneratedNever();
        builder.Property(row => row.ErasedAt).HasColumnName("erased_at");
    }
}
