using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class ImportedRowConfiguration : IEntityTypeConfiguration<ImportedRow>
{
    public void Configure(EntityTypeBuilder<ImportedRow> builder)
    {
        builder.ToTable("imported_rows");
        builder.HasKey(row => new { row.TableName, row.RowDigest });
        builder.Property(row => row.TableName).HasColumnName("table_name");
        builder.Property(row => row.RowDigest).HasColumnName("row_digest");
        builder.Property(row => row.Run).HasColumnName("run");
    }
}

internal sealed class ImportRunConfiguration : IEntityTypeConfiguration<ImportRun>
{
    public void Configure(EntityTypeBuilder<ImportRun> builder)
    {
        builder.ToTable("import_runs");
        builder.HasKey(run => run.Run);
        builder.Property(run => run.Run).HasColumnName("run").ValueGeneratedNever();
        builder.Property(run => run.StartedAt).HasColumnName("started_at");
        builder.Property(run => run.FinishedAt).HasColumnName("finished_at");
    }
}
