using Mana.Kernel.Database;
using Npgsql;

namespace Mana.Credits.Import;

/// <summary>Somebody in the original. Amounts are whole credits.</summary>
internal sealed record OriginalPerson(string UserId, long Balance, long Reserved, IReadOnlyList<OriginalGift> Gifts, OriginalSync? Sync)
{
    /// <summary>What they begin with here, before their gifts are wrapped again.</summary>
    public long Opening => Balance + Reserved + Gifts.Sum(gift => gift.Credits);
}

internal sealed record OriginalGift(Guid Id, string Code, string? CreatorName, int Credits, string Type, string? TargetEmail, string? Message, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt);

internal sealed record OriginalSync(bool Active, string Interval, DateTimeOffset? ActivatedAt, DateTimeOffset? NextChargeAt, DateTimeOffset? PausedAt, bool IsGifted, string? GiftedBy, DateTimeOffset? GiftedAt);

/// <summary>Reads the former credits service's tables (commerce.md 11.1, 11.2) at one moment.</summary>
internal sealed class OriginalCommerce(NpgsqlConnection connection)
{
    /// <summary>Null when they are there; else what is missing.</summary>
    public async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        foreach (var table in (string[])["credits.balances", "credits.reservations", "credits.sync_subscriptions", "gifts.gift_codes"])
            if (!await HasAsync(table, cancellationToken))
                return $"There is no table {table}.";
        return null;
    }

    public Task<bool> HasAsync(string table, CancellationToken cancellationToken) => connection.Sql("SELECT to_regclass($1) IS NOT NULL", table).ValueAsync<bool>(cancellationToken);

    public async Task<List<OriginalPerson>> PeopleAsync(CancellationToken cancellationToken)
    {
        var reserved = new Dictionary<string, long>(StringComparer.Ordinal);
        await EachAsync("SELECT user_id, sum(amount)::bigint FROM credits.reservations WHERE status = 'reserved' GROUP BY user_id", row => reserved[row.GetString(0)] = row.GetInt64(1), cancellationToken);
        var gifts = new List<(string Creator, OriginalGift Gift)>();
        await EachAsync("""
            SELECT creator_id, id, code, NULL::text, total_credits, type::text, target_email, message, expires_at::timestamptz, created_at::timestamptz FROM gifts.gift_codes
            WHERE status::text = 'active' AND redeemed = 0 ORDER BY creator_id, id
            """, row => gifts.Add((row.GetString(0), new(row.GetGuid(1), row.GetString(2), Text(row, 3), row.GetInt32(4), row.GetString(5), Text(row, 6), Text(row, 7), Instant(row, 8), row.GetFieldValue<DateTimeOffset>(9)))), cancellationToken);
        var sync = new Dictionary<string, OriginalSync>(StringComparer.Ordinal);
        await EachAsync("""
            SELECT user_id, active, billing_interval::text, activated_at::timestamptz, next_charge_at::timestamptz, paused_at::timestamptz, is_gifted, gifted_by, gifted_at::timestamptz FROM credits.sync_subscriptions
            """, row => sync[row.GetString(0)] = new(row.GetBoolean(1), row.GetString(2), Instant(row, 3), Instant(row, 4), Instant(row, 5), row.GetBoolean(6), Text(row, 7), Instant(row, 8)), cancellationToken);
        var balances = new Dictionary<string, long>(StringComparer.Ordinal);
        await EachAsync("SELECT user_id, balance::bigint FROM credits.balances", row => balances[row.GetString(0)] = row.GetInt64(1), cancellationToken);
        // Somebody without a balance may still have a history.
        var former = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in (string[])["credits.transactions", "credits.purchases"])
            if (await HasAsync(table, cancellationToken))
                await EachAsync("SELECT DISTINCT user_id FROM " + table, row => former.Add(row.GetString(0)), cancellationToken);

        var byCreator = gifts.ToLookup(gift => gift.Creator, gift => gift.Gift, StringComparer.Ordinal);
        return [.. balances.Keys.Concat(reserved.Keys).Concat(sync.Keys).Concat(byCreator.Select(group => group.Key)).Concat(former).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(user => new OriginalPerson(user, balances.GetValueOrDefault(user), reserved.GetValueOrDefault(user), [.. byCreator[user]], sync.GetValueOrDefault(user)))];
    }

    async Task EachAsync(string sql, Action<NpgsqlDataReader> take, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            take(row);
    }

    static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    static DateTimeOffset? Instant(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
