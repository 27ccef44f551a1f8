using Npgsql;

namespace Mana.Credits.Ledger;

/// <summary>
/// Repeats what the database gave up so that others could go on: deadlock, serialisation, and the loser of a race for a unique key, who finds the
/// winner's row the second time. Everything else is not repeated here: nobody knows whether it happened (commerce.md 16.3).
/// </summary>
internal sealed class LedgerRetry(CreditsMetrics metrics)
{
    const int Attempts = 5;

    /// <summary>Null when the account stayed busy.</summary>
    public async Task<T?> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable
                || (busy.SqlState == PostgresErrorCodes.UniqueViolation && attempt < Attempts))
            {
                if (attempt == Attempts || busy.SqlState == PostgresErrorCodes.LockNotAvailable)
                    return null;
                metrics.Retried();
            }

            // Who collided starts again at slightly different moments.
            await Task.Delay(TimeSpan.FromMilliseconds((5 << attempt) + (Environment.CurrentManagedThreadId % 8)), cancellationToken);
        }
    }
}
