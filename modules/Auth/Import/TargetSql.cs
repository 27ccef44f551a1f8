using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Auth.Import;

/// <summary>The statements that store and compare rows of any table; a parameter holds them as a JSON array.</summary>
internal static class TargetSql
{
    const string Enter = "SELECT set_config('app.current_user_id', $1, true)";

    /// <summary>Keys of the rows that were stored.</summary>
    public static Task<HashSet<string>> StoreAsync(NpgsqlConnection connection, TargetTable target, IEnumerable<JsonObject> rows, CancellationToken cancellationToken)
    {
        var columns = target.Compared.Concat(target.Made).Append(target.Key).Distinct(StringComparer.Ordinal).ToList();
        return KeysAsync(connection, rows, target.Update is { } update
            ? $"UPDATE auth.{target.Name} AS t SET {update} FROM {Wanted(target)} WHERE t.{target.Key} = w.{target.Key} AND ({target.Condition}) RETURNING t.{target.Key}"
            : $"INSERT INTO auth.{target.Name} ({string.Join(", ", columns)}) SELECT {Of("w", columns)} FROM {Wanted(target)} WHERE {target.Condition} ON CONFLICT DO NOTHING RETURNING {target.Key}",
            cancellationToken);
    }

    /// <summary>Keys of the rows that are here as they are wanted.</summary>
    public static Task<HashSet<string>> EqualAsync(NpgsqlConnection connection, TargetTable target, IEnumerable<JsonObject> rows, CancellationToken cancellationToken) => KeysAsync(
        connection, rows, $"""
            SELECT t.{target.Key} FROM {Wanted(target)} JOIN auth.{target.Name} t ON t.{target.Key} = w.{target.Key}
            WHERE ROW({Of("t", target.Compared)}) IS NOT DISTINCT FROM ROW({Of("w", target.Compared)})
            """, cancellationToken);

    /// <summary>Row-level security shows and takes the rows of this person from here to the end of the transaction.</summary>
    public static async Task EnterAsync(NpgsqlConnection connection, string owner, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Enter, connection) { Parameters = { new() { Value = owner } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task<HashSet<string>> KeysAsync(NpgsqlConnection connection, IEnumerable<JsonObject> rows, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        var json = new JsonArray([.. rows.Select(row => row.DeepClone())]).ToJsonString();
        command.Parameters.Add(new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb });
        var keys = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            keys.Add(reader.GetString(0));
        return keys;
    }

    static string Wanted(TargetTable target) => $"jsonb_populate_recordset(null::auth.{target.Name}, $1) AS w";

    static string Of(string alias, IEnumerable<string> columns) => string.Join(", ", columns.Select(column => $"{alias}.{column}"));
}
