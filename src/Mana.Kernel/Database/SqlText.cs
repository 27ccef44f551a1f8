using Npgsql;

namespace Mana.Kernel.Database;

/// <summary>Hand-written SQL with positional parameters. A null needs its type in the SQL: <c>$2::uuid</c>.</summary>
public static class SqlText
{
    public static NpgsqlCommand Sql(this NpgsqlDataSource database, string sql, params ReadOnlySpan<object?> values) => Bind(database.CreateCommand(sql), values);

    public static NpgsqlCommand Sql(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values) => Bind(new NpgsqlCommand(sql, connection), values);

    /// <summary>Every row; disposes the command.</summary>
    public static async Task<List<T>> RowsAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using (command)
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken))
                rows.Add(read(reader));
            return rows;
        }
    }

    /// <summary>The first row; disposes the command.</summary>
    public static async Task<T?> RowAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        await using (command)
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            return await reader.ReadAsync(cancellationToken) ? read(reader) : null;
    }

    /// <summary>How many rows it changed; disposes the command.</summary>
    public static async Task<int> RunAsync(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
            return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first value; default when there is none. Disposes the command.</summary>
    public static async Task<T?> ValueAsync<T>(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
            return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : default;
    }

    /// <summary>Null where the column is.</summary>
    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    static NpgsqlCommand Bind(NpgsqlCommand command, ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        return command;
    }
}
