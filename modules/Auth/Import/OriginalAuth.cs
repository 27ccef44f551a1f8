using System.Runtime.CompilerServices;
using Npgsql;

namespace Mana.Auth.Import;

/// <summary>The original database, read in one snapshot: what a live original writes meanwhile belongs to the next run. Needs nothing but <c>SELECT</c>.</summary>
internal sealed class OriginalAuth : IAsyncDisposable
{
    const string Begin = """
        SET TIME ZONE 'UTC'; SET DateStyle = 'ISO'; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
        SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0
        """;

    const string Columns = """
        SELECT c.relname::text, a.attname::text, row_security_active(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') ORDER BY c.relname, a.attnum
        """;

    readonly NpgsqlConnection _connection;
    readonly string _schema;
    readonly SortedDictionary<string, List<string>> _tables = new(StringComparer.Ordinal);

    OriginalAuth(NpgsqlConnection connection, string schema) => (_connection, _schema) = (connection, schema);

    public IEnumerable<string> Tables => _tables.Keys;

    /// <summary>Exactly one of the two is null.</summary>
    public static async Task<(OriginalAuth? Original, string? Problem)> OpenAsync(
        string address, string schema, IReadOnlyCollection<SourceTable> wanted, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(address) { Pooling = false, CommandTimeout = 0, ApplicationName = "mana-import" };
        var opened = new OriginalAuth(new NpgsqlConnection(settings.ConnectionString), schema);
        string? problem;
        try
        {
            await opened._connection.OpenAsync(cancellationToken);
            problem = await opened.BeginAsync(wanted, cancellationToken);
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

    public bool Has(string table) => _tables.ContainsKey(table);

    public async Task<long> CountAsync(string table, CancellationToken cancellationToken)
    {
        if (!Has(table))
            return 0;
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {Name(table)}", _connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async IAsyncEnumerable<OriginalRow> RowsAsync(SourceTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!Has(table.Name))
            yield break;
        var there = table.Required.Concat(table.Optional.Where(_tables[table.Name].Contains)).ToList();
        var names = there.Concat(table.Computed.Select(value => value.Name)).Select((name, at) => (name, at)).ToDictionary(pair => pair.name, pair => pair.at, StringComparer.Ordinal);
        var values = there.Select(column => $"{Quote(column)}::text").Concat(table.Computed.Select(value => $"({value.Sql})::text"));
        await using var command = new NpgsqlCommand($"SELECT {string.Join(", ", values)} FROM {Name(table.Name)} ORDER BY {table.OrderBy}", _connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var row = new string?[names.Count];
            for (var at = 0; at < row.Length; at++)
                row[at] = rows.IsDBNull(at) ? null : rows.GetString(at);
            yield return new OriginalRow(names, row);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    async Task<string?> BeginAsync(IReadOnlyCollection<SourceTable> wanted, CancellationToken cancellationToken)
    {
        await using (var begin = new NpgsqlCommand(Begin, _connection))
            await begin.ExecuteNonQueryAsync(cancellationToken);
        var hidden = new HashSet<string>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand(Columns, _connection) { Parameters = { new() { Value = _schema } } })
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken))
            {
                var table = rows.GetString(0);
                if (!_tables.TryGetValue(table, out var columns))
                    _tables[table] = columns = [];
                columns.Add(rows.GetString(1));
                if (rows.GetBoolean(2))
                    hidden.Add(table);
            }

        foreach (var table in wanted.Where(table => Has(table.Name)))
            if (Array.Find(table.Required, column => !_tables[table.Name].Contains(column)) is { } missing)
                return $"{_schema}.{table.Name} has no column {missing}: it is not the table of an original.";
        if (wanted.FirstOrDefault(table => hidden.Contains(table.Name)) is { } unreadable)
            return $"Row-level security hides rows of {_schema}.{unreadable.Name} from this role. Give it BYPASSRLS, or use a superuser.";
        return Has("users") ? null : $"The original database has no table {_schema}.users.";
    }

    string Name(string table) => Quote(_schema) + "." + Quote(table);

    static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
