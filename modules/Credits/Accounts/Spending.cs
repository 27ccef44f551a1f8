using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Credits.Prices;
using Mana.Credits.Wire;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Mana.Credits.Accounts;

/// <summary>A debit as a request asks for it, for people and services alike (commerce.md 3.2, 3.6).</summary>
internal sealed class Spending(CreditsLedger ledger, Charge charge, NpgsqlDataSource database, TimeProvider time)
{
    const int LongestApp = 64;
    const int LongestDescription = 500;

    /// <summary>Debits, and answers with the transaction.</summary>
    /// <param name="userId">Null: the body names the person, as services do.</param>
    public async Task<IResult> UseAsync(RequestFields fields, string? userId, CancellationToken cancellationToken)
    {
        var byUser = userId is not null;
        userId ??= fields.Text("userId", 64);
        var (amount, priced) = await charge.ReadAsync(fields, limited: !byUser, whole: false, cancellationToken);
        var app = priced is null ? fields.Text("appId", LongestApp) : fields.OptionalText("appId", LongestApp, shortest: 1) ?? priced.App;
        var description = fields.Text("description", LongestDescription);
        var metadata = fields.OptionalObject("metadata");
        var key = fields.IdempotencyKey();
        if (fields.Problem is { } problem)
            return problem;
        var debit = new DebitCommand(userId, amount, app, description, key, byUser ? Stamped(metadata) : metadata);
        var at = time.GetUtcNow();
        var result = await ledger.DebitAsync(debit, byUser ? "user" : "service", at, cancellationToken, priced?.Request);
        if (result is not PostingResult.Posted posted)
            return CreditsRefusals.Of(result);
        var balance = new SpentBalance(posted.Balance.Available, posted.Balance.TotalSpent);
        if (!posted.Replayed)
            return CreditsJson.Ok(new UseBody(true, Made(debit, posted, at), balance));
        var transaction = (await LedgerQueries.TransactionAsync(database, userId, posted.TransactionId, cancellationToken))!;
        return CreditsJson.Ok(new UseReplayBody(true, transaction, balance, "Transaction already processed", true));
    }

    /// <summary>The entry that was just made, without asking for it: a debit is one round trip.</summary>
    static TransactionView Made(DebitCommand debit, PostingResult.Posted posted, DateTimeOffset at)
    {
        var after = posted.Balance.Available + posted.Balance.Reserved;
        return new TransactionView(
            posted.TransactionId, debit.UserId, "usage", "completed", -debit.Amount, after + debit.Amount, after, debit.AppId, debit.Description, RawJson.Of(debit.Metadata),
            debit.IdempotencyKey, at, at);
    }

    public async Task<IResult> RefundAsync(RequestFields fields, CancellationToken cancellationToken)
    {
        var refund = new RefundCommand(
            fields.Text("userId", 64), fields.Amount("amount"), fields.OptionalText("appId", LongestApp, shortest: 1) ?? "system", fields.Text("description", LongestDescription),
            fields.IdempotencyKey(), fields.OptionalId("originalTransactionId"), fields.OptionalObject("metadata"));
        if (fields.Problem is { } problem)
            return problem;
        var result = await ledger.RefundAsync(refund, "service", cancellationToken);
        if (result is not PostingResult.Posted posted)
            return CreditsRefusals.Of(result);
        var transaction = (await LedgerQueries.TransactionAsync(database, refund.UserId, posted.TransactionId, cancellationToken))!;
        return CreditsJson.Ok(new RefundBody(true, transaction, new PlainBalance(posted.Balance.Available), posted.Replayed));
    }

    /// <summary>So that a debit that somebody made with their own token can be told from one of a service.</summary>
    static string Stamped(string? metadata)
    {
        var stamped = metadata is null ? [] : JsonNode.Parse(metadata)!.AsObject();
        stamped["source"] = "user";
        return stamped.ToJsonString(JsonSerializerOptions.Web);
    }
}
