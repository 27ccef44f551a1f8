using Mana.Credits.Contracts;
using Mana.Credits.Wire;

namespace Mana.Credits.Prices;

/// <summary>An operation of the catalogue, as a request named it.</summary>
/// <param name="Request">Operation and quantity.</param>
internal sealed record PricedOperation(string App, string Request);

/// <summary>What a request wants to take: an operation of the catalogue, whose price decides, or an amount of the caller's own.</summary>
internal sealed class Charge(PriceList prices, CreditsOptions options)
{
    public const int LargestQuantity = 10_000;

    /// <summary>The amount, and the operation when one was named; what is wrong is told to the fields.</summary>
    /// <param name="limited">A service's own amount has a ceiling; people spend what is theirs.</param>
    public async ValueTask<(CreditAmount Amount, PricedOperation? Priced)> ReadAsync(RequestFields fields, bool limited, bool whole, CancellationToken cancellationToken)
    {
        if (fields.OptionalText("operation", 64, shortest: 1) is not { } operation)
            return (fields.Amount("amount", whole, limited ? CreditAmount.OfCredits(options.CallerMaxAmount) : null), null);
        var quantity = fields.OptionalWhole("quantity", 1, LargestQuantity) ?? 1;
        if (!(await prices.CurrentAsync(cancellationToken)).TryGetValue(operation, out var price))
            fields.Fail("operation", "is not in the catalogue");
        else if (price.For(quantity) is not { MayMove: true } amount)
            fields.Fail("quantity", price.Cost.Milli == 0 ? "cannot be charged: this operation is free" : "costs more than can be moved at once");
        else if (fields.OptionalAmount("amount") is { } stated && stated != amount)
            fields.Fail("amount", $"differs from the catalogue, which says {amount}");
        else
            return (amount, new(price.App, $"{operation}*{quantity}"));
        return (default, null);
    }
}
