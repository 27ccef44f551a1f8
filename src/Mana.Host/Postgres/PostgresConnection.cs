using System.Globalization;
using Npgsql;

namespace Mana.Host.Postgres;

/// <summary>How the host reaches its own server, and the one database it keeps there.</summary>
internal static class PostgresConnection
{
    public const string Database = "mana";

    public static string To(string sockets, string database, bool pooling = true)
    {
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = sockets,
            Port = int.Parse(PostgresSocket.Port, CultureInfo.InvariantCulture),
            Username = "postgres",
            Database = database,
        };
        if (!pooling)
        {
            connection.Pooling = false;
            connection.Timeout = 5;
        }

        return connection.ConnectionString;
    }

    /// <summary>Creates the database when it is missing; call under the host lock.</summary>
    public static async Task EnsureDatabaseAsync(string sockets, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(To(sockets, "postgres", pooling: false));
        await connection.OpenAsync(cancel);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        exists.Parameters.Add(new NpgsqlParameter { Value = Database });
        if (await exists.ExecuteScalarAsync(cancel) is not null)
            return;
        await using var create = new NpgsqlCommand($"CREATE DATABASE {Database}", connection);
        await create.ExecuteNonQueryAsync(cancel);
    }
}
