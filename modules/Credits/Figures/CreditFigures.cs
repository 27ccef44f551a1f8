using Mana.Kernel.Database;
using Mana.Kernel.Figures;
using Npgsql;

namespace Mana.Credits.Figures;

/// <summary>Credits that came to people and went from them, in whole credits, by what clients see the entries as.</summary>
internal sealed class CreditFigures(NpgsqlDataSource database) : IDailyFigures
{
    // Ids begin with the moment at which they were made: the day's entries are found by their key, whatever the ledger's size. An hour on either side
    // covers hosts whose clocks differ.
    const string Flows = """
        SELECT CASE WHEN amount > 0 THEN 'credits_in' ELSE 'credits_out' END, type, sum(abs(amount)) / 1000 FROM credits.entries
        WHERE id >= $1 AND id < $2 AND occurred_at >= $3 AND occurred_at < $4 AND type IS NOT NULL AND amount <> 0 GROUP BY 1, 2
        """;

    public async Task<IReadOnlyList<DailyFigure>> OfDayAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var (from, until) = DailyFigure.Bounds(day);
        var flows = await database.Sql(Flows, First(from.AddHours(-1)), First(until.AddHours(1)), from, until)
            .RowsAsync(row => new DailyFigure(row.GetString(0), row.GetString(1), (long)row.GetDecimal(2)), cancellationToken);
        return [.. flows, .. flows.GroupBy(flow => flow.Name, StringComparer.Ordinal).Select(direction => new DailyFigure(direction.Key, "", direction.Sum(flow => flow.Value)))];
    }

    /// <summary>The smallest id of a moment (RFC 9562 5.7).</summary>
    static Guid First(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var milliseconds = at.ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++)
            bytes[i] = (byte)(milliseconds >> (8 * (5 - i)));
        return new Guid(bytes, bigEndian: true);
    }
}
