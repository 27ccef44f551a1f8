using System.Text.Json.Nodes;
using Npgsql;

namespace Mana.EndToEnd.Tests.Hosting;

/// <summary>What the devices of these tests have in the database, read past row-level security; a new account also gets its profile, some time later.</summary>
internal static class Stored
{
    public static async Task<T?> ScalarAsync<T>(string database, string sql, params object[] values)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync() is T result ? result : default;
    }

    public static Task<long> ChangesOfAsync(string database, string userId) => ScalarAsync<long>(
        database, "SELECT count(*) FROM sync.changes c JOIN sync.scopes s ON s.id = c.scope_id WHERE s.name = 'user:' || $1 AND c.app_id = 'todo'", userId);

    /// <summary>Live records and their fields, in the words of <c>LocalStore.Visible</c>.</summary>
    public static async Task<string> VisibleAsync(string database, string userId) => string.Join('\n', (await RecordsAsync(database, userId))
        .Where(record => !record.Deleted)
        .Select(record => $"{record.Key} {string.Join(' ', Fields(record.State).Where(field => field.Name != "deletedAt").Select(field => $"{field.Name}={field.Value}"))}"));

    /// <summary>The same for every record, deleted ones included, with the time of every field.</summary>
    public static async Task<string> ExactAsync(string database, string userId) => string.Join('\n', (await RecordsAsync(database, userId))
        .Select(record => $"{record.Key} deleted={record.Deleted} {string.Join(' ', Fields(record.State).Select(field => $"{field.Name}={field.Value}@{field.At}"))}"));

    static async Task<List<(string Key, bool Deleted, string State)>> RecordsAsync(string database, string userId)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand("""
            SELECT r.table_name || '/' || r.record_id, r.deleted, r.state::text FROM sync.records r JOIN sync.scopes s ON s.id = r.scope_id
            WHERE s.name = 'user:' || $1 AND r.app_id = 'todo' ORDER BY (r.table_name || '/' || r.record_id) COLLATE "C"
            """, connection) { Parameters = { new() { Value = userId } } };
        await using var reader = await command.ExecuteReaderAsync();
        var records = new List<(string, bool, string)>();
        while (await reader.ReadAsync())
            records.Add((reader.GetString(0), reader.GetBoolean(1), reader.GetString(2)));
        return records;
    }

    /// <summary>Stored as <c>{"f":{"title":["Milk","2026-…Z",position]}}</c>.</summary>
    static IEnumerable<(string Name, string Value, string At)> Fields(string state) =>
        from field in JsonNode.Parse(state)!["f"]!.AsObject().OrderBy(field => field.Key, StringComparer.Ordinal)
        select (field.Key, field.Value![0]?.ToJsonString() ?? "null", (string)field.Value[1]!);

    static async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
