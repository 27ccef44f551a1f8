using Mana.Credits.Contracts;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Credits.Ledger;

/// <summary>Ends reservations whose time is over and gives back what they hold (commerce.md 4.3). Safe on several hosts: a reservation ends once.</summary>
internal sealed class ReservationExpiry(NpgsqlDataSource database, CreditsLedger ledger, TimeProvider time, ILogger<ReservationExpiry> log) : IManaJob
{
    const int Batch = 500;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var ended = 0;
        while (true)
        {
            var due = await DueAsync(cancellationToken);
            foreach (var id in due)
                if (await ledger.ExpireAsync(id, cancellationToken) is SettlementResult.Settled { Replayed: false })
                    ended++;
            if (due.Count < Batch)
                break;
        }

        if (ended > 0)
            log.LogInformation("{Count} reservation(s) expired", ended);
    }

    async Task<List<Guid>> DueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id FROM credits.reservations WHERE status = 'reserved' AND expires_at <= $1 ORDER BY expires_at LIMIT $2");
        await using var row = await command.Instant(time.GetUtcNow()).Number(Batch).ExecuteReaderAsync(cancellationToken);
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
