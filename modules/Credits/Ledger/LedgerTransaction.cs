using System.Runtime.ExceptionServices;
using Mana.Credits.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Credits.Ledger;

/// <summary>A transaction in which a booking and the rows that go with it commit together (commerce.md 16.3).</summary>
internal sealed class LedgerTransaction(CreditsDbContext database, IDbContextTransaction transaction) : IAsyncDisposable
{
    public CreditsDbContext Database => database;

    public NpgsqlConnection Connection => (NpgsqlConnection)database.Database.GetDbConnection();

    /// <summary>Writes what EF tracks, and commits.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}

/// <summary>Runs work in a transaction of its own, again when it lost a collision; a fresh context every time, so nothing of a failed try is left.</summary>
internal sealed class LedgerTransactions(IServiceScopeFactory scopes, LedgerRetry retry)
{
    /// <summary>Null when the rows stayed busy. What the work does not commit did not happen.</summary>
    public Task<T?> RunAsync<T>(Func<LedgerTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        where T : class => retry.RunAsync(async token =>
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<CreditsDbContext>();
        try
        {
            await using var transaction = new LedgerTransaction(database, await database.Database.BeginTransactionAsync(token));
            return await work(transaction, token);
        }
        catch (Exception wrapped) when (wrapped is not NpgsqlException && Cause(wrapped) is { } cause)
        {
            // EF wraps once or twice; what decides about another try is what the database said.
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }, cancellationToken);

    static NpgsqlException? Cause(Exception exception) => exception as NpgsqlException ?? (exception.InnerException is { } inner ? Cause(inner) : null);
}
