using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Auth.Import;

/// <summary>The rows of <c>auth.imported_rows</c> and <c>auth.import_runs</c>, written in the transaction of what they tell of.</summary>
internal static class ImportBook
{
    /// <summary>SQL for <see cref="Digest"/>.</summary>
    public static string DigestSql(string table, string id) => $"sha256(convert_to('{table}/' || {id}, 'UTF8'))";

    public static byte[] Digest(string table, string id) => SHA256.HashData(Encoding.UTF8.GetBytes($"{table}/{id}"));

    /// <summary>The run that was interrupted, or the next one.</summary>
    public static async Task<long> BeginAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            WITH open AS (SELECT run FROM auth.import_runs WHERE finished_at IS NULL ORDER BY run DESC LIMIT 1),
              begun AS (INSERT INTO auth.import_runs (run, started_at)
                SELECT coalesce((SELECT max(run) FROM auth.import_runs), 0) + 1, $1 WHERE NOT EXISTS (SELECT 1 FROM open) RETURNING run)
            SELECT run FROM open UNION ALL SELECT run FROM begun
            """, connection);
        command.Parameters.Add(new() { Value = now });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static async Task FinishAsync(NpgsqlConnection connection, long run, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("UPDATE auth.import_runs SET finished_at = $2 WHERE run = $1", connection);
        command.Parameters.Add(new() { Value = run });
        command.Parameters.Add(new() { Value = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>In which run the rows were imported, by id; those that were not are not in it.</summary>
    public static async Task<Dictionary<string, long>> RunsOfAsync(
        NpgsqlConnection connection, string table, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var byDigest = ids.ToDictionary(id => Convert.ToHexString(Digest(table, id)), id => id, StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("SELECT row_digest, run FROM auth.imported_rows WHERE table_name = $1 AND row_digest = ANY ($2)", connection);
        command.Parameters.Add(new() { Value = table });
        command.Parameters.Add(new() { Value = ids.Select(id => Digest(table, id)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        var runs = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            runs[byDigest[Convert.ToHexString(rows.GetFieldValue<byte[]>(0))]] = rows.GetInt64(1);
        return runs;
    }

    public static async Task AddAsync(NpgsqlConnection connection, string table, IReadOnlyCollection<string> ids, long run, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return;
        await using var command = new NpgsqlCommand("INSERT INTO auth.imported_rows (table_name, row_digest, run) SELECT $1, unnest($2), $3", connection);
        command.Parameters.Add(new() { Value = table });
        command.Parameters.Add(new() { Value = ids.Select(id => Digest(table, id)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = run });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
