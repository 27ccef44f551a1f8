using System.ComponentModel.DataAnnotations.Schema;

namespace Mana.Sync.Data;

/// <summary>How far an original database has been taken over, see <c>Import/</c>.</summary>
internal sealed class ImportRow
{
    /// <summary>Digest of the original's first row: the same wherever the original is restored to.</summary>
    [Column("source")]
    public required string Source { get; init; }

    /// <summary>Time of the newest row that has been dealt with.</summary>
    [Column("last_created_at")]
    public DateTimeOffset? LastCreatedAt { get; init; }

    [Column("last_id")]
    public Guid? LastId { get; init; }

    /// <summary>Rows over all runs; what was read twice counts twice, as stored and then as a duplicate.</summary>
    [Column("rows_stored")]
    public long Stored { get; init; }

    [Column("rows_duplicate")]
    public long Duplicates { get; init; }

    [Column("rows_skipped")]
    public long Skipped { get; init; }

    /// <summary>Newest position that the import has given out: scopes beyond it were written to by somebody else.</summary>
    [Column("newest_seq")]
    public long NewestSeq { get; init; }

    [Column("started_at")]
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When a run came to the end of the original; null while none has.</summary>
    [Column("finished_at")]
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>Row-level security of <c>imports</c>: for the module's own housekeeping only.</summary>
internal static class ImportRowSecurity
{
    public const string Sql = """
        ALTER TABLE sync.imports ENABLE ROW LEVEL SECURITY;
        ALTER TABLE sync.imports FORCE ROW LEVEL SECURITY;
        CREATE POLICY imports_maintenance ON sync.imports
          USING (current_setting('mana.system', true) = 'maintenance') WITH CHECK (current_setting('mana.system', true) = 'maintenance');
        """;
}
