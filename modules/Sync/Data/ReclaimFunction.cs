namespace Mana.Sync.Data;

/// <summary>
/// <c>sync.reclaim(removed)</c>: rewrites log and records when compaction has just removed more than three quarters of the log. The rows
/// that stay lie all over the files, so that vacuuming alone gives nothing back. Only the owner of a table may rewrite it; the function
/// lends the run-time role that one right, within limits of its own: it judges by counts it takes itself, rewrites nothing that would take
/// more than seconds, and gives up when it cannot have the tables at once.
/// </summary>
internal static class ReclaimFunction
{
    /// <summary>Rows of the log up to which it is rewritten; a second or two.</summary>
    const string MostRows = "1000000";

    public const string Sql = $$"""
        CREATE FUNCTION sync.reclaim(removed bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' AS $$
        DECLARE
          occupied bigint := pg_total_relation_size('sync.changes') + pg_total_relation_size('sync.records');
          log_rows bigint;
        BEGIN
          ANALYZE sync.changes;
          SELECT reltuples INTO log_rows FROM pg_class WHERE oid = 'sync.changes'::regclass;
          IF log_rows > {{MostRows}} OR removed < 3 * log_rows THEN
            RETURN 0;
          END IF;
          CLUSTER sync.changes USING changes_key;
          CLUSTER sync.records USING records_key;
          RETURN occupied - pg_total_relation_size('sync.changes') - pg_total_relation_size('sync.records');
        END $$;
        REVOKE ALL ON FUNCTION sync.reclaim(bigint) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION sync.reclaim(bigint) TO mana_app;
        """;
}
