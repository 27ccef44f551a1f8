using Mana.Credits.Contracts;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Credits.Ledger;

/// <summary>Ends reservations whose time is over and gives back what they hold (commerce.md 4.3). Safe on several hosts: a reservation ends once.</summary>
internal sealed class ReservationExpiry(NpgsqlDataSource database, CreditsLedger ledger, TimeProvider time, CreditsMetrics metrics, ILogger<ReservationExpiry> log) : IManaJob
{
    const int Batch = 500;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (ended, stuck) = (0, new List<Guid>());
        while (true)
        {
            var due = await DueAsync(stuck, cancellationToken);
            foreach (var id in due)
                if (await EndedAsync(id, cancellationToken))
                    ended++;
                else
                    stuck.Add(id);
            if (due.Count < Batch)
                break;
        }

        if (ended > 0)
            log.LogInformation("{Count} reservation(s) expired", ended);
    }

    /// <summary>False for one that does not end now: it must not keep the others from it, and waits for the next pass.</summary>
    async Task<bool> EndedAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            return await ledger.ExpireAsync(id, cancellationToken) is SettlementResult.Settled;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.Operation("expired", "reservation", "error");
            log.LogError(failure, "Reservation {Reservation} does not end", id);
            return false;
        }
    }

    async Task<List<Guid>> DueAsync(List<Guid> stuck, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT id FROM credits.reservations WHERE status = 'reserved' AND expires_at <= $1 AND id <> ALL ($3) ORDER BY expires_at LIMIT $2");
        command.Instant(time.GetUtcNow()).Number(Batch).Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. stuck] });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<Guid>();
        while (await row.ReadAsync(cancellationToken))
            due.Add(row.GetGuid(0));
        return due;
    }
}

/// <summary>Keys of callers are remembered for 30 days; business keys for ever.</summary>
internal sealed class ForgottenKeys(NpgsqlDataSource database, TimeProvider time) : IManaJob
{
    static readonly TimeSpan KeptFor = TimeSpan.FromDays(31);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM credits.idempotency WHERE created_at < $1");
        command.CommandTimeout = 600;
        await command.Instant(time.GetUtcNow() - KeptFor).ExecuteNonQueryAsync(cancellationToken);
    }
}
