using Mana.Credits.Contracts;
using Mana.Credits.Prices;

namespace Mana.Credits.SyncBilling;

/// <summary>What a month of Cloud Sync costs now; no discount for longer intervals (commerce.md 4.5).</summary>
internal readonly record struct SyncPrice(CreditAmount Month)
{
    public CreditAmount Of(string interval) => new(checked(Month.Milli * BillingCalendar.MonthsOf(interval)));
}

/// <summary>
/// Asks the catalogue, the one authority about prices (commerce.md 3.9). Ask before a transaction begins: the answer may need a connection of its own.
/// </summary>
internal sealed class SyncPrices(PriceList prices)
{
    const string Operation = "cloud_sync";

    public async ValueTask<SyncPrice> CurrentAsync(CancellationToken cancellationToken) =>
        (await prices.CurrentAsync(cancellationToken)).TryGetValue(Operation, out var price)
            ? new(price.Cost)
            : throw new InvalidOperationException($"The catalogue has no price of {Operation}.");
}
