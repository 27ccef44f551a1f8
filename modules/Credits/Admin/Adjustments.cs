using System.Security.Cryptography;
using System.Text;
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
        var wallet = await LedgerQueries.AccountAsync(database, userId, cancellationToken);
        if (wallet is null && !await ledger.OpenAsync(userId, cancellationToken))
            return new PostingResult.UnknownUser();
        wallet ??= (await LedgerQueries.AccountAsync(database, userId, cancellationToken))!;
        var result = await ledger.PostAsync("adjust", new Booking(ids.NewGuid(), "adjustment", userId, amount.Milli, 0, "system", reason)
        {
            Counter = "adjustment",
            Type = "adjustment",
            Metadata = JsonSerializer.Serialize(new { reason, referenceId = reference }),
            By = "admin:" + adminId,
            // A digest, as of rewards: the key outlives the person, whom the reference may name.
            BusinessKey = $"adjust:{wallet.AccountId}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(reference)))}",
        }, cancellationToken);
        log.LogInformation("A balance was adjusted by an administrator: {Outcome}", LedgerOutcome.Of(result));
        return result;
    }

    /// <summary>After somebody has looked at what the audit found. False when there is no such account.</summary>
    public async Task<bool> UnfreezeAsync(string userId, string adminId, CancellationToken cancellationToken)
    {
        if (await LedgerQueries.AccountAsync(database, userId, cancellationToken) is not { } wallet)
            return false;
        await using var command = database.CreateCommand("SELECT credits.set_frozen($1, NULL)");
        await command.Number(wallet.AccountId).ExecuteNonQueryAsync(cancellationToken);
        log.LogWarning("Administrator {Admin} let account {Account} spend again", adminId, wallet.AccountId);
        return true;
    }
}
