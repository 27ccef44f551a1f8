using System.Globalization;
using Mana.Kernel.Database;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Mana.Analytics.Metrics;

internal sealed record MetricsDay(string Day, IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Figures);

/// <summary>Reads what <see cref="DailyMetrics"/> wrote.</summary>
internal sealed class MetricsReport(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The last days, newest first; of each figure what it is by label, <c>""</c> where it is of everything.</summary>
    public async Task<IReadOnlyList<MetricsDay>> LastAsync(int days, CancellationToken cancellationToken)
    {
        var first = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(1 - days);
        var rows = await database.Sql("SELECT day, name, label, value FROM feedback.daily_metrics WHERE day >= $1 ORDER BY day DESC, name, label", first)
            .RowsAsync(row => (Day: row.GetFieldValue<DateOnly>(0), Name: row.GetString(1), Label: row.GetString(2), Value: row.GetInt64(3)), cancellationToken);
        return [.. rows.GroupBy(row => row.Day).Select(day => new MetricsDay(day.Key.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            day.GroupBy(row => row.Name).ToDictionary(
                figure => figure.Key, IReadOnlyDictionary<string, long> (figure) => figure.ToDictionary(row => row.Label, row => row.Value, StringComparer.Ordinal), StringComparer.Ordinal)))];
    }
}

internal static class MetricsHandler
{
    const int MostDays = 366;

    public static async Task<IResult> GetAsync(string? days, MetricsReport report, CancellationToken cancellationToken) =>
        PageQuery.TryNumber(days, 30, out var wanted)
            ? PlatformJson.Ok(new { days = await report.LastAsync(Math.Clamp(wanted, 1, MostDays), cancellationToken) })
            : ValidationFailed.With("days", "must be a number");
}
