using Mana.Credits.Accounts;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Credits.Prices;
using Mana.Credits.Privacy;
using Mana.Credits.Wire;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Mana.Credits.Internal;

/// <summary>The ledger over HTTP, for services that stay outside (commerce.md 3.6).</summary>
internal static class InternalHandlers
{
    const int LongestUser = 64;

    public static async Task<IResult> BalanceAsync(string userId, CreditsLedger ledger, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var wallet = await LedgerQueries.AccountAsync(database, userId, cancellationToken);
        if (wallet is null && !await ledger.OpenAsync(userId, cancellationToken))
            return CreditsRefusals.UnknownUser;
        var balance = wallet?.Balance ?? BalanceView.Empty;
        var count = wallet is null ? 0 : await LedgerQueries.TransactionsCountAsync(database, userId, cancellationToken);
        return CreditsJson.Ok(new InternalBalanceBody(balance.Available, balance.TotalEarned, balance.TotalSpent, balance.Reserved, count));
    }

    public static async Task<IResult> EraseAsync(string userId, CreditsPersonalData personal, CancellationToken cancellationToken) =>
        CreditsJson.Ok(new { deletedCount = await personal.EraseCountingAsync(userId, cancellationToken) });

    public static async Task<IResult> UseAsync(HttpContext context, Spending spending, CancellationToken cancellationToken) =>
        await spending.UseAsync(await RequestFields.ReadAsync(context), null, cancellationToken);

    public static async Task<IResult> RefundAsync(HttpContext context, Spending spending, CancellationToken cancellationToken) =>
        await spending.RefundAsync(await RequestFields.ReadAsync(context), cancellationToken);

    public static async Task<IResult> GrantAsync(HttpContext context, CreditsLedger ledger, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var grant = new GrantCommand(
            fields.Text("userId", LongestUser), fields.Amount("amount", whole: true), fields.Text("reason", 64), fields.Text("referenceId", 128), fields.OptionalText("description", 256));
        if (fields.Problem is { } problem)
            return problem;
        var result = await ledger.GrantAsync(grant, cancellationToken);
        if (result is not PostingResult.Posted posted)
            return CreditsRefusals.Of(result);
        // Of an old grant the original told the balance as it was right after it.
        var newBalance = posted.Replayed
            ? (await LedgerQueries.TransactionAsync(database, grant.UserId, posted.TransactionId, cancellationToken))!.BalanceAfter
            : posted.Balance.Available;
        return CreditsJson.Ok(new { ok = true, alreadyGranted = posted.Replayed, newBalance, transactionId = posted.TransactionId });
    }

    public static async Task<IResult> InitAsync(HttpContext context, CreditsLedger ledger, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var userId = fields.Text("userId", LongestUser);
        if (fields.Problem is { } problem)
            return problem;
        if (!await ledger.HasOrOpensAsync(userId, cancellationToken))
            return CreditsRefusals.UnknownUser;
        return CreditsJson.Ok(BalanceRowBody.Of((await LedgerQueries.AccountAsync(database, userId, cancellationToken))!));
    }

    public static async Task<IResult> ReserveAsync(HttpContext context, CreditsLedger ledger, Charge charge, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var userId = fields.Text("userId", LongestUser);
        var (amount, priced) = await charge.ReadAsync(fields, limited: true, whole: true, cancellationToken);
        var hold = new ReserveCommand(
            userId, amount, fields.Text("reason", 200), fields.IdempotencyKey(),
            fields.OptionalWhole("ttlSeconds", 60, 172_800) is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        if (fields.Problem is { } problem)
            return problem;
        return await ledger.ReserveAsync(hold, priced?.Request, cancellationToken) switch
        {
            ReservationResult.Reserved { Replayed: true } again => CreditsJson.Ok(new { reservationId = again.ReservationId, balance = again.Balance.Available, replayed = true }),
            ReservationResult.Reserved reserved => CreditsJson.Ok(new { reservationId = reserved.ReservationId, balance = reserved.Balance.Available }),
            ReservationResult.Refused refused => CreditsRefusals.Of(refused.Why),
            _ => throw new InvalidOperationException(),
        };
    }

    public static async Task<IResult> CommitAsync(HttpContext context, CreditsLedger ledger, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var (id, amount, description) = (fields.Id("reservationId"), fields.OptionalAmount("amount"), fields.OptionalText("description", 500, shortest: 1));
        if (fields.Problem is { } problem)
            return problem;
        return await ledger.CommitAsync(id, amount, description, cancellationToken) switch
        {
            SettlementResult.Settled { Replayed: true } again => CreditsJson.Ok(new { success = true, transactionId = again.TransactionId, replayed = true }),
            SettlementResult.Settled settled => CreditsJson.Ok(new { success = true, transactionId = settled.TransactionId }),
            var refused => Refusal(refused, "commit"),
        };
    }

    public static async Task<IResult> ReleaseAsync(HttpContext context, CreditsLedger ledger, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var id = fields.Id("reservationId");
        if (fields.Problem is { } problem)
            return problem;
        return await ledger.ReleaseAsync(id, cancellationToken) switch
        {
            SettlementResult.Settled { Replayed: true } again => CreditsJson.Ok(new { success = true, balance = again.Balance.Available, replayed = true }),
            SettlementResult.Settled settled => CreditsJson.Ok(new { success = true, balance = settled.Balance.Available }),
            var refused => Refusal(refused, "refund"),
        };
    }

    public static async Task<IResult> ReservationAsync(string id, NpgsqlDataSource database, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var known) && await LedgerQueries.ReservationAsync(database, known, cancellationToken) is { } reservation
            ? CreditsJson.Ok(reservation)
            : CreditsRefusals.ReservationNotFound;

    static Mana.Kernel.Errors.ApiError Refusal(SettlementResult result, string verb) => result switch
    {
        SettlementResult.NotFound => CreditsRefusals.ReservationNotFound,
        SettlementResult.WrongState wrong => CreditsRefusals.InvalidState($"Cannot {verb} reservation in status: {wrong.Status}"),
        SettlementResult.ExceedsReserved exceeds => CreditsRefusals.Validation("amount", $"exceeds the {exceeds.Reserved} that are reserved"),
        _ => CreditsRefusals.Contention,
    };
}
