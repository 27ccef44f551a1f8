using System.Globalization;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Credits.Prices;
using Mana.Credits.Wire;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Mana.Credits.Accounts;

/// <summary>What people do with their own credits (commerce.md 3.2).</summary>
internal static class AccountHandlers
{
    /// <summary>The first read makes the account, so that registering and reading may come in any order (commerce.md 2.5).</summary>
    public static async Task<IResult> BalanceAsync(CurrentUser user, CreditsLedger ledger, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var wallet = await LedgerQueries.AccountAsync(database, user.UserId, cancellationToken);
        if (wallet is null)
            await ledger.EnsureAccountAsync(user.UserId, cancellationToken);
        var balance = wallet?.Balance ?? BalanceView.Empty;
        return CreditsJson.Ok(new BalanceBody(balance.Available, balance.TotalEarned, balance.TotalSpent));
    }

    public static async Task<IResult> UseAsync(HttpContext context, CurrentUser user, Spending spending, CancellationToken cancellationToken) =>
        await spending.UseAsync(await RequestFields.ReadAsync(context), user.UserId, cancellationToken);

    public static async Task<IResult> TransactionsAsync(
        CurrentUser user, NpgsqlDataSource database, string? limit, string? offset, string? include, CancellationToken cancellationToken) =>
        Query.TryPage(limit, offset, 50, out var rows, out var skip)
            ? CreditsJson.Ok(await LedgerQueries.TransactionsAsync(database, user.UserId, rows, skip, include == "holds", cancellationToken))
            : CreditsRefusals.Validation("limit", "and offset must be whole numbers");

    public static async Task<IResult> ExplainAsync(CurrentUser user, Explanation explanation, string? after, string? limit, CancellationToken cancellationToken) =>
        Query.TryNumber(limit, Explanation.LargestPage, out var rows) && long.TryParse(after ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
            ? CreditsJson.Ok(await explanation.OfAsync(user.UserId, seen, Math.Clamp(rows, 1, Explanation.LargestPage), cancellationToken))
            : CreditsRefusals.Validation("after", "and limit must be whole numbers");

    public static async Task<IResult> UsageAsync(CurrentUser user, UsageReport usage, string? from, string? to, string? groupBy, CancellationToken cancellationToken)
    {
        if (!UsageReport.TryDay(from, out var first) || !UsageReport.TryDay(to, out var last))
            return CreditsRefusals.Validation("from", "and to must be dates, YYYY-MM-DD");
        return groupBy is null or "day" or "app"
            ? CreditsJson.Ok(await usage.OfAsync(user.UserId, first, last, groupBy ?? "day", cancellationToken))
            : CreditsRefusals.Validation("groupBy", "must be day or app");
    }

    public static async Task<IResult> CostsAsync(PriceList prices, CancellationToken cancellationToken)
    {
        var current = await prices.CurrentAsync(cancellationToken);
        return CreditsJson.Ok(new { currency = "credits", costs = current.Values });
    }
}
