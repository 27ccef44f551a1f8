using Npgsql;

namespace Mana.Auth.Import;

/// <summary>
/// This database, as an import sees it: one connection, which also holds the lock that keeps two imports apart and ends with the process.
/// A dry run is one transaction that is never committed.
/// </summary>
internal sealed class ImportTarget : IAsyncDisposable
{
    const long Lock = 0x4D616E61_417574; // "ManaAut"
    readonly NpgsqlTransaction? _dry;

    ImportTarget(NpgsqlConnection connection, NpgsqlTransaction? dry) => (Connection, _dry) = (connection, dry);

    public NpgsqlConnection Connection { get; }

    /// <summary>Null when another import is running.</summary>
    public static async Task<ImportTarget?> TryOpenAsync(NpgsqlDataSource database, bool dryRun, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({Lock})", connection);
        if (await command.ExecuteScalarAsync(cancellationToken) is true)
            return new ImportTarget(connection, dryRun ? await connection.BeginTransactionAsync(cancellationToken) : null);
        await connection.DisposeAsync();
        return null;
    }

    /// <summary>One transaction; in a dry run, a part of the only one.</summary>
    public async Task RunAsync(Func<NpgsqlTransaction, Task> work, CancellationToken cancellationToken)
    {
        if (_dry is not null)
        {
            await work(_dry);
            return;
        }

        await using var transaction = await Connection.BeginTransactionAsync(cancellationToken);
        await work(transaction);
        await transaction.CommitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await using (Connection)
        {
            if (_dry is not null)
                await _dry.DisposeAsync();
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_unlock({Lock})", Connection);
            if (Connection.State == System.Data.ConnectionState.Open)
                await command.ExecuteNonQueryAsync();
        }
    }
}
