using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Kernel.Database;

/// <summary>
/// One at a time over all hosts, for work that asks another system before it writes: a row lock would hold a transaction open during a network call. It ends
/// with its connection, so a host that dies holds nothing. Never take a second one while holding the first: turns are few, so that those who wait leave
/// connections for those who work.
/// </summary>
public sealed class NamedLocks([FromKeyedServices(DirectConnection.Key)] NpgsqlDataSource database) : IDisposable
{
    const int Turns = 4;
    readonly SemaphoreSlim _turns = new(Turns);

    /// <summary>Waits for its turn as long as the role's lock time-out allows; then a <see cref="PostgresException"/> says so.</summary>
    public async Task<IAsyncDisposable> TakeAsync(string name, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await database.OpenConnectionAsync(cancellationToken);
            await ExecuteAsync(connection, "SELECT pg_advisory_lock(hashtextextended($1, 0))", name, cancellationToken);
            return new Held(connection, name, _turns);
        }
        catch
        {
            if (connection is not null)
                await connection.DisposeAsync();
            _turns.Release();
            throw;
        }
    }

    public void Dispose() => _turns.Dispose();

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = name } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    sealed class Held(NpgsqlConnection connection, string name, SemaphoreSlim turns) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await ExecuteAsync(connection, "SELECT pg_advisory_unlock(hashtextextended($1, 0))", name, CancellationToken.None);
            }
            catch (NpgsqlException)
            {
                // The connection is gone, and the lock with it.
            }

            await connection.DisposeAsync();
            turns.Release();
        }
    }
}
