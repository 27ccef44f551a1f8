using System.Net.Sockets;
using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Replicas;

/// <summary>
/// Opens reads on a standby that shows everything the primary has shown (<see cref="Fence"/>), or none. Whose data may be read is never asked there:
/// the <see cref="Tenant"/> comes from the primary's directory, and the policies of the tables hold on a standby as well.
/// </summary>
internal sealed class ReplicaReads(ReplicaSet replicas, ReplicaMetrics metrics)
{
    public bool IsOff => replicas.IsOff;

    /// <summary>What a server, the way to it or its name may do; a name that is not found comes as it is.</summary>
    public static bool IsFault(Exception exception) => exception is NpgsqlException or TimeoutException or SocketException;

    /// <summary>Null: the primary must be read from, at once.</summary>
    public async Task<ReplicaRead?> OpenAsync(Tenant caller, Fence? fence, CancellationToken cancellationToken)
    {
        if (fence is null || replicas.Next() is not { } replica)
        {
            metrics.Read("none");
            return null;
        }

        NpgsqlConnection? connection = null;
        try
        {
            connection = await replica.Database.OpenConnectionAsync(cancellationToken);
            // One transaction, so that what was asked and what is read are the same server's.
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var standing = await Standing.OfAsync(connection, fence, caller.EnterReading(), Standing.FewTries, cancellationToken);
            replica.Met(standing);
            if (standing.Kind == StandingKind.Ready)
                return new ReplicaRead(replica, connection, transaction, metrics);
            metrics.Read(standing.Kind == StandingKind.Behind ? "behind" : "foreign");
        }
        catch (Exception exception) when (IsFault(exception))
        {
            replica.Failed();
            metrics.Read("failed");
        }
        catch
        {
            await ReplicaRead.CloseAsync(connection);
            throw;
        }

        await ReplicaRead.CloseAsync(connection);
        return null;
    }
}

/// <summary>A transaction on a standby, with the tenant's settings made.</summary>
internal sealed class ReplicaRead(Replica replica, NpgsqlConnection connection, NpgsqlTransaction transaction, ReplicaMetrics metrics) : IAsyncDisposable
{
    public NpgsqlConnection Connection => connection;

    public void Served() => metrics.Read("served");

    /// <summary>
    /// Whatever went wrong there, the primary may do better. A read that stood in the way of replay is cancelled by the standby (40001): that happens to healthy ones.
    /// </summary>
    public void Failed(Exception exception)
    {
        var isConflict = exception is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure };
        if (!isConflict)
            replica.Failed();
        metrics.Read(isConflict ? "conflict" : "failed");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await transaction.DisposeAsync();
        }
        catch (Exception exception) when (ReplicaReads.IsFault(exception))
        {
            // The connection is gone, and the transaction with it.
        }

        await CloseAsync(connection);
    }

    /// <summary>Closing rolls back what is open.</summary>
    public static async ValueTask CloseAsync(NpgsqlConnection? connection)
    {
        if (connection is not null)
            await connection.DisposeAsync();
    }
}
