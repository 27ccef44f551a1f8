namespace Mana.Sync.Data;

/// <summary>
/// Row-level security since there are shared spaces; replaces the policies of <see cref="RowSecurity"/>. Reading shows the rows of the
/// scopes in <c>mana.read</c>, save those that other members keep private. A transaction that writes names its scopes in
/// <c>mana.write</c> as well and sees all of their rows, because a merge needs them. <c>mana.system = 'maintenance'</c> is for the module's
/// own housekeeping: it may find the scopes and remove rows of one that it has entered; by itself it shows no rows, save, on behalf of an
/// author, theirs.
/// </summary>
internal static class SharedRowSecurity
{
    const string Readable = "string_to_array(current_setting('mana.read', true), E'\\x1f')";
    const string Writable = "string_to_array(current_setting('mana.write', true), E'\\x1f')";
    const string Author = "current_setting('mana.author', true)";
    const string Maintenance = "current_setting('mana.system', true) = 'maintenance'";

    // A sub-select makes the planner look the scopes up once per statement, not once per row.
    const string ReadableIds = $"ARRAY(SELECT s.id FROM sync.scopes s WHERE s.name = ANY ({Readable}))";
    const string WritableIds = $"ARRAY(SELECT s.id FROM sync.scopes s WHERE s.name = ANY ({Writable}))";
    const string AuthorId = $"(SELECT s.id FROM sync.scopes s WHERE s.name = {Author})";

    public const string Sql = $"""
        DROP POLICY scopes_read ON sync.scopes;
        DROP POLICY scopes_insert ON sync.scopes;
        CREATE POLICY scopes_read ON sync.scopes FOR SELECT USING (name = ANY ({Readable}) OR name = ANY ({Writable}) OR name = {Author} OR {Maintenance});
        CREATE POLICY scopes_insert ON sync.scopes FOR INSERT WITH CHECK (name = ANY ({Writable}) OR name = {Author});
        CREATE POLICY scopes_delete ON sync.scopes FOR DELETE USING (name = ANY ({Writable}) AND {Maintenance});

        DROP POLICY changes_read ON sync.changes;
        CREATE POLICY changes_read ON sync.changes FOR SELECT USING (
          (scope_id = ANY ({ReadableIds}) AND (audience IS NULL OR audience = {AuthorId} OR (audience < 0 AND audience <> -coalesce({AuthorId}, 0))))
          OR scope_id = ANY ({WritableIds}));
        CREATE POLICY changes_delete ON sync.changes FOR DELETE USING (scope_id = ANY ({WritableIds}) AND {Maintenance});

        CREATE POLICY changes_author ON sync.changes FOR SELECT USING ({Maintenance} AND author_id = {AuthorId});

        DROP POLICY records_read ON sync.records;
        CREATE POLICY records_read ON sync.records FOR SELECT USING (
          (scope_id = ANY ({ReadableIds}) AND (NOT private OR author_id = {AuthorId})) OR scope_id = ANY ({WritableIds}));
        CREATE POLICY records_author ON sync.records FOR SELECT USING ({Maintenance} AND author_id = {AuthorId});
        CREATE POLICY records_delete ON sync.records FOR DELETE USING (scope_id = ANY ({WritableIds}) AND {Maintenance});

        ALTER TABLE sync.read_states ENABLE ROW LEVEL SECURITY;
        ALTER TABLE sync.read_states FORCE ROW LEVEL SECURITY;
        CREATE POLICY read_states_own ON sync.read_states USING (owner = {Author});
        CREATE POLICY read_states_old ON sync.read_states FOR DELETE USING ({Maintenance});
        CREATE POLICY read_states_seen ON sync.read_states FOR SELECT USING ({Maintenance});

        ALTER TABLE sync.devices ENABLE ROW LEVEL SECURITY;
        ALTER TABLE sync.devices FORCE ROW LEVEL SECURITY;
        CREATE POLICY devices_own ON sync.devices USING (owner = {Author});
        CREATE POLICY devices_noted ON sync.devices USING ({Maintenance}) WITH CHECK ({Maintenance});

        -- Holds keys of records, read by the dispatcher for everybody; the module writes it and nobody else reads it.
        ALTER TABLE sync.outbox ENABLE ROW LEVEL SECURITY;
        ALTER TABLE sync.outbox FORCE ROW LEVEL SECURITY;
        CREATE POLICY outbox_all ON sync.outbox USING (true) WITH CHECK (true);

        -- Rows that were accepted before the chain existed. Forced policies bind the owner too; not in this transaction.
        ALTER TABLE sync.changes NO FORCE ROW LEVEL SECURITY;
        UPDATE sync.changes c SET prev_seq = p.prev FROM (
          SELECT scope_id, app_id, seq, lag(seq) OVER (PARTITION BY scope_id, app_id, table_name, record_id ORDER BY seq) AS prev FROM sync.changes) p
        WHERE p.scope_id = c.scope_id AND p.app_id = c.app_id AND p.seq = c.seq AND p.prev IS NOT NULL;
        ALTER TABLE sync.changes FORCE ROW LEVEL SECURITY;

        -- Who wrote what in spaces; one's own records are found by their scope.
        CREATE INDEX records_author ON sync.records (author_id) WHERE author_id <> scope_id;

        -- Folded rows leave room that the next changes shall use, long before a fifth of a large table is dead.
        ALTER TABLE sync.changes SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);
        ALTER TABLE sync.records SET (autovacuum_vacuum_scale_factor = 0.05);
        ALTER TABLE sync.scopes SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
        """;
}
