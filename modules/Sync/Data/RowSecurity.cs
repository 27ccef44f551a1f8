namespace Mana.Sync.Data;

/// <summary>
/// Row-level security of the schema. A transaction says by <c>mana.read</c> and <c>mana.write</c> which scopes it may touch and by
/// <c>mana.author</c> who it is; without them every table is empty and nothing can be written. Forced, so it binds the owner too.
/// </summary>
internal static class RowSecurity
{
    const string Readable = "string_to_array(current_setting('mana.read', true), E'\\x1f')";
    const string Writable = "string_to_array(current_setting('mana.write', true), E'\\x1f')";

    // ARRAY(SELECT …) makes the planner look the scopes up once per statement, not once per row.
    const string ReadableIds = $"ARRAY(SELECT s.id FROM sync.scopes s WHERE s.name = ANY ({Readable}))";
    const string WritableIds = $"ARRAY(SELECT s.id FROM sync.scopes s WHERE s.name = ANY ({Writable}))";
    const string AuthorId = "ARRAY(SELECT s.id FROM sync.scopes s WHERE s.name = current_setting('mana.author', true))";

    public const string Sql = $"""
        ALTER TABLE sync.scopes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE sync.scopes FORCE ROW LEVEL SECURITY;
        CREATE POLICY scopes_read ON sync.scopes FOR SELECT USING (name = ANY ({Readable}));
        CREATE POLICY scopes_insert ON sync.scopes FOR INSERT WITH CHECK (name = ANY ({Writable}));
        CREATE POLICY scopes_update ON sync.scopes FOR UPDATE USING (name = ANY ({Writable})) WITH CHECK (name = ANY ({Writable}));

        ALTER TABLE sync.changes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE sync.changes FORCE ROW LEVEL SECURITY;
        CREATE POLICY changes_read ON sync.changes FOR SELECT USING (scope_id = ANY ({ReadableIds}));
        CREATE POLICY changes_insert ON sync.changes FOR INSERT WITH CHECK (scope_id = ANY ({WritableIds}) AND author_id = ANY ({AuthorId}));
        CREATE POLICY changes_update ON sync.changes FOR UPDATE USING (scope_id = ANY ({WritableIds})) WITH CHECK (scope_id = ANY ({WritableIds}));

        ALTER TABLE sync.records ENABLE ROW LEVEL SECURITY;
        ALTER TABLE sync.records FORCE ROW LEVEL SECURITY;
        CREATE POLICY records_read ON sync.records FOR SELECT USING (scope_id = ANY ({ReadableIds}));
        CREATE POLICY records_insert ON sync.records FOR INSERT WITH CHECK (scope_id = ANY ({WritableIds}));
        CREATE POLICY records_update ON sync.records FOR UPDATE USING (scope_id = ANY ({WritableIds})) WITH CHECK (scope_id = ANY ({WritableIds}));
        """;
}
