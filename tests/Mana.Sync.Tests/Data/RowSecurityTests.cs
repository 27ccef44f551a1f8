using Npgsql;

namespace Mana.Sync.Tests.Data;

/// <summary>sync.md 24.8, 121, and 15.1: raw SQL as the run-time role. What the API cannot express must fail here too.</summary>
public sealed class RowSecurityTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    static readonly string[] Tables = ["scopes", "changes", "records"];

    [Fact]
    public async Task Scenario_24_8_121_without_settings_every_table_is_empty()
    {
        var a = await FilledAsync();
        await using var app = await AppAsync();
        foreach (var table in Tables)
        {
            Assert.True(await SuperCountAsync(table) > 0, "Nothing is stored, so this shows nothing.");
            Assert.Equal(0L, await CountAsync(app, table));
        }

        Assert.Equal(0, await ExecuteAsync(app, "UPDATE sync.changes SET client_id = 'x'"));
        Assert.Equal(0, await ExecuteAsync(app, "UPDATE sync.records SET last_seq = 0"));
        Assert.Equal(0, await ExecuteAsync(app, "UPDATE sync.scopes SET last_seq = 0"));
        Assert.Equal(1, await fixture.RowsAsync(a));
    }

    [Fact]
    public async Task Scenario_24_8_121_with_empty_settings_every_table_is_empty()
    {
        await FilledAsync();
        await using var app = await AppAsync();
        await using var transaction = await app.BeginTransactionAsync();
        await ExecuteAsync(app, "SELECT set_config('mana.read', '', true), set_config('mana.write', '', true), set_config('mana.author', '', true)");
        foreach (var table in Tables)
            Assert.Equal(0L, await CountAsync(app, table));
    }

    [Fact]
    public async Task One_person_sees_one_persons_rows()
    {
        var (a, b) = (await FilledAsync(), await FilledAsync());
        await using var app = await AppAsync();
        await using var transaction = await app.BeginTransactionAsync();
        await EnterAsync(app, a);
        foreach (var table in Tables)
            Assert.Equal(1L, await CountAsync(app, table));
        Assert.Equal(SyncFixture.Scope(a), await ScalarAsync(app, "SELECT name FROM sync.scopes"));
        Assert.Equal(a.UserId, await ScalarAsync(app, "SELECT record_id FROM sync.changes"));
        Assert.NotEqual(a.UserId, b.UserId);
    }

    [Fact]
    public async Task The_settings_end_with_the_transaction()
    {
        var a = await FilledAsync();
        await using var app = await AppAsync();
        await using (var transaction = await app.BeginTransactionAsync())
        {
            await EnterAsync(app, a);
            await transaction.CommitAsync();
        }

        foreach (var table in Tables)
            Assert.Equal(0L, await CountAsync(app, table));
    }

    public static TheoryData<string> ForbiddenWrites() =>
    [
        // Into another person's scope; as another author into one's own; into a scope that does not exist.
        $"{InsertChange} VALUES ({ScopeOf("B")}, {ScopeOf("A")}, 'todo', '', 2, gen_random_uuid(), 't', 'r', 1, 1, false)",
        $"{InsertChange} VALUES ({ScopeOf("A")}, {ScopeOf("B")}, 'todo', '', 2, gen_random_uuid(), 't', 'r', 1, 1, false)",
        $"{InsertChange} VALUES (0, {ScopeOf("A")}, 'todo', '', 2, gen_random_uuid(), 't', 'r', 1, 1, false)",
        $"UPDATE sync.changes SET scope_id = {ScopeOf("B")}",
        $"INSERT INTO sync.records (scope_id, author_id, app_id, table_name, record_id, state, last_seq, deleted, partial) VALUES ({ScopeOf("B")}, {ScopeOf("A")}, 'todo', 't', 'r', '{{}}', 2, false, false)",
        $"UPDATE sync.records SET scope_id = {ScopeOf("B")}",
        "INSERT INTO sync.scopes (name, last_seq) VALUES ('user:somebody-new', 2)",
        "UPDATE sync.scopes SET name = 'user:somebody-new'",
    ];

    [Theory]
    [MemberData(nameof(ForbiddenWrites))]
    public async Task Scenario_24_8_121_writing_for_another_is_an_error(string sql)
    {
        var (a, b) = (await FilledAsync(), await FilledAsync());
        await using var connection = await fixture.OpenAsync();
        foreach (var (name, person) in new[] { ("A", a), ("B", b) })
            sql = sql.Replace($"<{name}>", Convert.ToString(await ScalarAsync(connection, $"SELECT id FROM sync.scopes WHERE name = '{SyncFixture.Scope(person)}'"), System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

        await using var app = await AppAsync();
        await using var transaction = await app.BeginTransactionAsync();
        await EnterAsync(app, a);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(app, sql));
        Assert.Equal("42501", refused.SqlState);
    }

    [Fact]
    public async Task The_forbidden_write_is_allowed_to_its_owner()
    {
        var a = await FilledAsync();
        await using var app = await AppAsync();
        await using var transaction = await app.BeginTransactionAsync();
        await EnterAsync(app, a);
        Assert.Equal(1, await ExecuteAsync(app, $"{InsertChange} SELECT id, id, 'todo', '', 2, gen_random_uuid(), 't', 'r', 1, 1, false FROM sync.scopes"));
    }

    [Fact]
    public async Task Rows_are_never_deleted_but_by_the_module_s_housekeeping_inside_the_scope_it_entered()
    {
        var a = await FilledAsync();
        await using var app = await AppAsync();
        await using var transaction = await app.BeginTransactionAsync();
        await EnterAsync(app, a);
        foreach (var table in Tables)
            Assert.Equal(0, await ExecuteAsync(app, $"DELETE FROM sync.{table}"));
        await ExecuteAsync(app, "SELECT set_config('mana.system', 'maintenance', true), set_config('mana.write', '', true)");
        foreach (var table in Tables)
            Assert.Equal(0, await ExecuteAsync(app, $"DELETE FROM sync.{table}"));
    }

    [Fact]
    public async Task Row_security_is_forced_and_the_runtime_role_owns_nothing()
    {
        await using var connection = await fixture.OpenAsync();
        Assert.Equal("", await ScalarAsync(connection, """
            SELECT coalesce(string_agg(c.relname, ','), '') FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
            WHERE c.relnamespace = 'sync'::regnamespace AND c.relkind = 'r' AND c.relname <> '__migrations'
              AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND r.rolname = 'mana_owner')
            """));
        Assert.Equal(false, await ScalarAsync(connection, "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = 'mana_app'"));
    }

    [Fact]
    public async Task A_cursor_of_another_person_is_refused()
    {
        var (a, b) = (await FilledAsync(), await FilledAsync());
        var cursor = (await a.PullAsync()).Ok().Cursor;
        (await b.PullAsync(cursor: cursor)).Refused(400, "invalid_cursor");
        (await b.PostAsync($$"""{"cursor":"{{cursor}}","changes":[{{Change.Insert("x")}}]}""")).Refused(400, "invalid_cursor");
        Assert.Equal(1, await fixture.RowsAsync(b));
    }

    [Fact]
    public async Task A_timestamp_of_another_person_shows_nothing_of_theirs()
    {
        var a = await FilledAsync();
        var b = await fixture.PersonAsync();
        var since = (await a.PullAsync()).Ok().SyncedUntil;
        await a.StoreAsync(Change.Insert("secret"));
        Assert.Empty((await b.PullAsync(since: since)).Ok().Changes);
        Assert.Empty((await b.PullAsync()).Ok().Changes);
    }

    const string InsertChange =
        "INSERT INTO sync.changes (scope_id, author_id, app_id, client_id, seq, event_id, table_name, record_id, op, schema_version, echo)";

    static string ScopeOf(string person) => $"<{person}>";

    /// <summary>A person with one row in each table; the record is named after the person.</summary>
    async Task<SyncClient> FilledAsync()
    {
        var person = await fixture.PersonAsync();
        await person.StoreAsync(Change.Insert(person.UserId));
        return person;
    }

    async Task<NpgsqlConnection> AppAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(fixture.Database) { Username = "mana_app" }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    static Task EnterAsync(NpgsqlConnection connection, SyncClient person) =>
        ExecuteAsync(connection, string.Join(';', new[] { "read", "write", "author" }.Select(setting => $"SELECT set_config('mana.{setting}', '{SyncFixture.Scope(person)}', true)")));

    async Task<long> SuperCountAsync(string table)
    {
        await using var connection = await fixture.OpenAsync();
        return await CountAsync(connection, table);
    }

    static async Task<long> CountAsync(NpgsqlConnection connection, string table) => (long)(await ScalarAsync(connection, $"SELECT count(*) FROM sync.{table}"))!;

    static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }
}
