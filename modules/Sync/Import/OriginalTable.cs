using Npgsql;

namespace Mana.Sync.Import;

/// <summary>
/// The original's table, read in one snapshot: rows that a live original writes meanwhile belong to the next run. Needs nothing but
/// <c>SELECT</c>; sorts once and streams, because the original has no index that begins with the time.
/// </summary>
internal sealed class OriginalTable : IAsyncDisposable
{
    static readonly string[] Required = ["id", "app_id", "table_name", "record_id", "user_id", "op", "data", "client_id", "created_at"];
    readonly NpgsqlConnection _connection;
    readonly HashSet<string> _columns = new(StringComparer.Ordinal);
    readonly string _name;

    OriginalTable(NpgsqlConnection connection, string name) => (_connection, _name) = (connection, name);

    /// <summary>Exactly one of the two is null.</summary>
    public static async Task<(OriginalTable? Table, string? Problem)> OpenAsync(string address, string table, CancellationToken cancellationToken)
    {
        var parts = table.Split('.', 2);
        var name = Quote(parts.Length == 2 ? parts[0] : "public") + "." + Quote(parts[^1]);
        var settings = new NpgsqlConnectionStringBuilder(address) { Pooling = false, CommandTimeout = 0, ApplicationName = "mana-import", ReadBufferSize = 64 * 1024 };
        var opened = new OriginalTable(new NpgsqlConnection(settings.ConnectionString), name);
        string? problem;
        try
        {
            await opened._connection.OpenAsync(cancellationToken);
            problem = await opened.BeginAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            problem = exception is PostgresException refused ? $"The original database refuses: {refused.MessageText}" : "The original database does not answer.";
        }

        if (problem is null)
            return (opened, null);
        await opened.DisposeAsync();
        return (null, problem);
    }

    /// <summary>Tells one original from another, wherever it is restored to: its first row. Null when it is empty.</summary>
    public async Task<(DateTime CreatedAt, Guid Id)?> FirstAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT created_at, id FROM {_name} ORDER BY created_at, id LIMIT 1", _connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetDateTime(0), rows.GetGuid(1)) : null;
    }

    /// <summary>How many rows <see cref="RowsAsync"/> will give.</summary>
    public async Task<long> CountAsync(Bookmark? from, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {_name} WHERE {Start(from)}", _connection);
        AddStart(command, from);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// All rows, or those from a little before the bookmark on, in the order of <c>(created_at, id)</c>. The original gave its rows the time at
    /// which their transaction began: one that committed late lies before others that were read earlier.
    /// </summary>
    public async IAsyncEnumerable<OriginalRow> RowsAsync(
        Bookmark? from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"""
            SELECT id, CASE WHEN created_at BETWEEN '0001-01-02' AND '9999-12-30' THEN created_at END, coalesce(app_id, ''), coalesce(table_name, ''),
              coalesce(record_id, ''), coalesce(user_id, ''), coalesce(op, ''), data::json, {Meta()}::json, coalesce(client_id, ''),
              {Optional("schema_version")}::integer, {Optional("actor")}::json, {Optional("origin")}::text, {Optional("space_id")}::text,
              {(from is null ? "false" : "(created_at, id) <= ($1, $2)")},
              coalesce(created_at > now(), false)
            FROM {_name} WHERE {Start(from)} ORDER BY created_at, id
            """, _connection);
        AddStart(command, from);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            yield return Read(rows);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    async Task<string?> BeginAsync(CancellationToken cancellationToken)
    {
        await using (var begin = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0", _connection))
            await begin.ExecuteNonQueryAsync(cancellationToken);
        await using (var columns = new NpgsqlCommand("SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped", _connection))
        {
            columns.Parameters.Add(new() { Value = _name });
            await using var rows = await columns.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                _columns.Add(rows.GetString(0));
        }

        if (_columns.Count == 0)
            return $"The original database has no table {_name}.";
        if (Array.Find(Required, column => !_columns.Contains(column)) is { } missing)
            return $"{_name} has no column {missing}: it is not the table of an original.";
        await using var security = new NpgsqlCommand("SELECT row_security_active($1)", _connection) { Parameters = { new() { Value = _name } } };
        return await security.ExecuteScalarAsync(cancellationToken) is true
            ? $"Row-level security hides rows of {_name} from this role. Give it BYPASSRLS, or use the role that the original itself connects as."
            : null;
    }

    /// <summary>Both columns exist where somebody added the new one beside the old.</summary>
    string Meta() => (_columns.Contains("field_meta"), _columns.Contains("field_timestamps")) switch
    {
        (true, true) => "coalesce(nullif(field_meta::jsonb, '{}'), field_timestamps::jsonb)",
        (true, false) => "field_meta",
        (false, true) => "field_timestamps",
        (false, false) => "NULL",
    };

    string Optional(string column) => _columns.Contains(column) ? column : "NULL";

    static string Start(Bookmark? from) => from is null ? "true" : "created_at >= $1 - interval '1 hour'";

    static void AddStart(NpgsqlCommand command, Bookmark? from)
    {
        if (from is not { } bookmark)
            return;
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = bookmark.CreatedAt });
        if (command.CommandText.Contains("$2", StringComparison.Ordinal))
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = bookmark.Id });
    }

    static OriginalRow Read(NpgsqlDataReader rows) => new()
    {
        Id = rows.GetGuid(0),
        CreatedAt = rows.IsDBNull(1) ? null : (rows.GetDateTime(1).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        AppId = rows.GetString(2),
        Table = rows.GetString(3),
        RecordId = rows.GetString(4),
        UserId = rows.GetString(5),
        Op = rows.GetString(6),
        Data = Bytes(rows, 7),
        Meta = Bytes(rows, 8),
        ClientId = rows.GetString(9),
        SchemaVersion = rows.IsDBNull(10) ? null : rows.GetInt32(10),
        Actor = Bytes(rows, 11),
        Origin = Text(rows, 12),
        SpaceId = Text(rows, 13),
        Seen = rows.GetBoolean(14),
        IsAhead = rows.GetBoolean(15),
    };

    static byte[]? Bytes(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetFieldValue<byte[]>(column);

    static string? Text(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetString(column);

    static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}

/// <summary>The newest row of the original that has been dealt with.</summary>
internal readonly record struct Bookmark(DateTimeOffset CreatedAt, Guid Id);
