using Npgsql;

namespace Mana.Auth.Tests;

/// <summary>Somebody else's transaction, held open so that a race has the order that the test wants.</summary>
public sealed class Rival : IAsyncDisposable
{
    readonly NpgsqlConnection _connection;
    readonly NpgsqlTransaction _transaction;

    Rival(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    /// <summary>Executes a statement with one parameter and does not commit it.</summary>
    public static async Task<Rival> BeginAsync(string database, string sql, string value)
    {
        var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        var rival = new Rival(connection, await connection.BeginTransactionAsync());
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = value } } };
        await command.ExecuteNonQueryAsync();
        return rival;
    }

    /// <summary>Commits as soon as <paramref name="other"/> waits for this transaction, and returns what became of it.</summary>
    public async Task<Answer> CommitBeforeAsync(Task<Answer> other)
    {
        // Seen from inside this transaction: pg_locks is not a snapshot.
        const string Awaited = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid)";
        await using var look = new NpgsqlCommand(Awaited, _connection);
        while (await look.ExecuteScalarAsync() is not true)
            Assert.False(other.IsCompleted, "It did not wait.");
        await _transaction.CommitAsync();
        return await other;
    }

    public Task CommitAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
