using System.Globalization;
using Mana.Credits.Contracts;
using Npgsql;

namespace Mana.Credits.Accounts;

internal sealed record UsageLine(string Key, CreditAmount Credits, int Uses);

internal sealed record UsageBody(DateOnly From, DateOnly To, string GroupBy, CreditAmount Total, IReadOnlyList<UsageLine> Usage);

/// <summary>What was spent, by day or by app. Days are UTC.</summary>
internal sealed class UsageReport(NpgsqlDataSource database, TimeProvider time)
{
    const int DefaultDays = 30;

    const string Sum = """
        SELECT CASE WHEN $4 = 'app' THEN u.app_id ELSE u.day::text END, sum(u.amount)::bigint, sum(u.uses)::int FROM credits.usage_stats u
        WHERE u.wallet = (SELECT a.id FROM credits.accounts a WHERE a.owner_id = $1 AND a.kind = 'available' AND a.owner_type = 'user') AND u.day BETWEEN $2 AND $3
        GROUP BY 1 ORDER BY 1
        """;

    public static bool TryDay(string? text, out DateOnly? day)
    {
        day = null;
        if (string.IsNullOrEmpty(text))
            return true;
        var valid = DateOnly.TryParseExact(text.Length > 10 ? text[..10] : text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed);
        day = parsed;
        // Report and database both know days around it.
        return valid && parsed.Year is >= 1970 and < 3000;
    }

    public async Task<UsageBody> OfAsync(string userId, DateOnly? from, DateOnly? to, string groupBy, CancellationToken cancellationToken)
    {
        var last = to ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var first = from ?? last.AddDays(1 - DefaultDays);
        await using var command = database.CreateCommand(Sum);
        foreach (var value in (object[])[userId, first, last, groupBy])
            command.Parameters.Add(new() { Value = value });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<UsageLine>();
        while (await row.ReadAsync(cancellationToken))
            lines.Add(new UsageLine(row.GetString(0), new(row.GetInt64(1)), row.GetInt32(2)));
        return new UsageBody(first, last, groupBy, new(lines.Sum(line => line.Credits.Milli)), lines);
    }
}
