using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Credits.Wire;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Mana.Credits.Admin;

/// <summary>What administrators see and correct (commerce.md 3.5).</summary>
internal static class AdminHandlers
{
    const int LastTransactions = 100;

    public static async Task<IResult> AccountAsync(string userId, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (await LedgerQueries.AccountAsync(database, userId, cancellationToken) is not { } wallet)
            return CreditsRefusals.NotFound("User balance not found");
        return CreditsJson.Ok(new
        {
            userId,
            balance = wallet.Balance.Available,
            reserved = wallet.Balance.Reserved,
            wallet.Balance.TotalEarned,
            wallet.Balance.TotalSpent,
            wallet.Balance.Version,
            frozenAt = wallet.FrozenAt,
            openReservations = await LedgerQueries.OpenReservationsAsync(database, userId, cancellationToken),
            transactions = await LedgerQueries.TransactionsAsync(database, userId, LastTransactions, 0, withHolds: false, cancellationToken),
        });
    }

    public static async Task<IResult> AdjustAsync(string userId, HttpContext context, CurrentUser admin, Adjustments adjustments, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var amount = fields.OptionalAmount("amount", signed: true) ?? (fields.Has("amount") ? default : fields.Amount("amount"));
        var (reason, reference) = (fields.Text("reason", 500), fields.Text("referenceId", 128));
        if (fields.Problem is { } problem)
            return problem;
        var result = await adjustments.BookAsync(userId, amount, reason, reference, admin.UserId, cancellationToken);
        if (result is not PostingResult.Posted posted)
            return CreditsRefusals.Of(result);
        var transaction = await LedgerQueries.TransactionAsync(database, userId, posted.TransactionId, cancellationToken);
        return CreditsJson.Ok(new { success = true, transaction, newBalance = new { balance = posted.Balance.Available }, replayed = posted.Replayed });
    }

    public static async Task<IResult> UnfreezeAsync(string userId, CurrentUser admin, Adjustments adjustments, CancellationToken cancellationToken) =>
        await adjustments.UnfreezeAsync(userId, admin.UserId, cancellationToken) ? CreditsJson.Ok(new { success = true }) : CreditsRefusals.NotFound("User balance not found");
}
