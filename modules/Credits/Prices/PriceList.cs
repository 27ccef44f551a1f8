using Mana.Credits.Contracts;
using Npgsql;

namespace Mana.Credits.Prices;

/// <summary>What an operation costs now.</summary>
/// <param name="Unit"><c>call</c>, <c>item-batch</c> (per started ten) or <c>month</c>.</param>
internal sealed record PriceView(string Operation, CreditAmount Cost, string Unit, string Category, string App, DateTimeOffset ValidFrom)
{
    /// <summary>Null when that many cost more than one command may move.</summary>
    public CreditAmount? For(int quantity)
    {
        var times = Unit == PriceSeed.PerTen ? (quantity + 9) / 10 : quantity;
        var milli = Cost.Milli * (decimal)times;
        return milli <= CreditAmount.Largest.Milli ? new CreditAmount((long)milli) : null;
    }
}

/// <summary>The one authority about what things cost (commerce.md 3.9). Remembered for half a minute.</summary>
internal sealed class PriceList(NpgsqlDataSource database, TimeProvider time)
{
    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);

    const string Current = """
        SELECT DISTINCT ON (operation) operation, cost, unit, category, app, valid_from FROM credits.prices WHERE valid_from <= $1 ORDER BY operation, valid_from DESC
        """;

    Known? _known;

    public async ValueTask<IReadOnlyDictionary<string, PriceView>> CurrentAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_known is { } known && now - known.ReadAt < FreshFor)
            return known.Prices;
        var prices = new SortedDictionary<string, PriceView>(StringComparer.Ordinal);
        await using var command = database.CreateCommand(Current);
        command.Parameters.Add(new() { Value = now });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            prices[row.GetString(0)] = new PriceView(row.GetString(0), new(row.GetInt64(1)), row.GetString(2), row.GetString(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5));
        _known = new Known(now, prices);
        return prices;
    }

    sealed record Known(DateTimeOffset ReadAt, IReadOnlyDictionary<string, PriceView> Prices);
}
