using System.Text.Json;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Kernel.Ids;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Credits.Admin;

/// <summary>Corrections by hand, once per person and reference. The entry names who made it; nobody adjusts without a reason.</summary>
internal sealed class Adjustments(CreditsLedger ledger, NpgsqlDataSource database, IIdSource ids, ILogger<Adjustments> log)
{
    public async Task<PostingResult> BookAsync(string userId, CreditAmount amount, string reason, string reference, string adminId, CancellationToken cancellationToken)
    {
        await ledger.EnsureAccountAsync(userId, cancellationToken);
        var wallet = (await LedgerQueries.AccountAsync(database, userId, cancellationToken))!;
        var result = await ledger.PostAsync("adjust", new Booking(ids.NewGuid(), "adjustment", userId, amount.Milli, 0, "system", reason)
        {
            Counter = "adjustment",
            Type = "adjustment",
            Metadata = JsonSerializer.Serialize(new { reason, referenceId = reference }),
            By = "admin:" + adminId,
            BusinessKey = $"adjust:{wallet.AccountId}:{reference}",
        }, cancellationToken);
        log.LogInformation("A balance was adjusted by an administrator: {Outcome}", LedgerOutcome.Of(result));
        return result;
    }

    /// <summary>After somebody has looked at what the audit found. False when there is no such account.</summary>
    public async Task<bool> UnfreezeAsync(string userId, CancellationToken cancellationToken)
    {
        if (await LedgerQueries.AccountAsync(database, userId, cancellationToken) is not { } wallet)
            return false;
        await using var command = database.CreateCommand("SELECT credits.set_frozen($1, NULL)");
        await command.Number(wallet.AccountId).ExecuteNonQueryAsync(cancellationToken);
        return true;
    }
}
