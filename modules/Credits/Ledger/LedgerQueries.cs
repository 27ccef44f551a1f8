using Mana.Credits.Contracts;
using Npgsql;

namespace Mana.Credits.Ledger;

/// <summary>A person's account as it is stored.</summary>
/// <param name="Lines">Entries so far, the invisible ones included.</param>
internal sealed record WalletView(
    long AccountId, string UserId, BalanceView Balance, long Lines, DateTimeOffset? FrozenAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A ledger entry as clients see it (commerce.md 3.1).</summary>
internal sealed record TransactionView(
    Guid Id, string UserId, string Type, string Status, CreditAmount Amount, CreditAmount BalanceBefore, CreditAmount BalanceAfter, string AppId, string Description,
    RawJson? Metadata, string? IdempotencyKey, DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt);

internal sealed record ReservationView(
    Guid Id, string UserId, CreditAmount Amount, CreditAmount? Captured, string Reason, string Status, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? ResolvedAt,
    Guid? TransactionId);

internal static class LedgerQueries
{
    const string Account = """
        SELECT id, balance, held, total_earned, total_spent, last_seq, lines, frozen_at, created_at, updated_at
        FROM credits.accounts WHERE owner_id = $1 AND kind = 'available' AND owner_type = 'user'
        """;

    const string Unopened = """
        SELECT u FROM unnest($1::text[]) AS u WHERE NOT EXISTS (SELECT FROM credits.accounts a WHERE a.owner_id = u AND a.kind = 'available' AND a.owner_type = 'user')
        """;

    const string Columns = "e.id, e.type, e.amount, e.total_after, e.app_id, e.description, e.metadata::text, e.idempotency_key, e.occurred_at";

    const string Wallet = "(SELECT a.id FROM credits.accounts a WHERE a.owner_id = $1 AND a.kind = 'available' AND a.owner_type = 'user')";

    const string Page = $"SELECT {Columns} FROM credits.entries e WHERE e.wallet = {Wallet} AND e.type IS NOT NULL ORDER BY e.line DESC LIMIT $2 OFFSET $3";

    /// <summary>With the moments at which reservations took and gave back, seen from what can be spent.</summary>
    const string PageWithHolds = $"""
        SELECT e.id, CASE WHEN p.amount < 0 THEN 'usage' ELSE 'refund' END, p.amount, p.balance_after, e.app_id, e.description, e.metadata::text, e.idempotency_key, e.occurred_at
        FROM credits.postings p JOIN credits.entries e ON e.id = p.entry_id WHERE p.account_id = {Wallet} AND (e.kind IN ('reserve', 'release', 'expire') OR e.type IS NOT NULL)
        ORDER BY p.seq DESC LIMIT $2 OFFSET $3
        """;

    const string One = $"SELECT {Columns} FROM credits.entries e WHERE e.wallet = {Wallet} AND e.id = $2";

    const string Former = $"""
        SELECT f.id, f.type, f.status, f.amount, f.balance_before, f.balance_after, f.app_id, f.description, f.metadata::text, f.created_at, f.completed_at
        FROM credits.former_transactions f WHERE f.wallet = {Wallet} ORDER BY f.created_at DESC, f.id DESC LIMIT $2 OFFSET $3
        """;

    const string Visible = $"SELECT count(*) FROM credits.entries e WHERE e.wallet = {Wallet} AND e.type IS NOT NULL";

    const string VisibleWithHolds = $"""
        SELECT count(*) FROM credits.postings p JOIN credits.entries e ON e.id = p.entry_id WHERE p.account_id = {Wallet} AND (e.kind IN ('reserve', 'release', 'expire') OR e.type IS NOT NULL)
        """;

    const string Reserved = """
        SELECT r.id, a.owner_id, r.amount, r.captured, r.reason, r.status, r.created_at, r.expires_at, r.resolved_at, r.entry_id
        FROM credits.reservations r JOIN credits.accounts a ON a.id = r.wallet
        """;

    public static async Task<WalletView?> AccountAsync(NpgsqlDataSource database, string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Account);
        await using var row = await command.Text(userId).ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        CreditAmount At(int column) => new(row.GetInt64(column));
        return new WalletView(
            row.GetInt64(0), userId, new BalanceView(At(1), At(2), At(3), At(4), row.GetInt64(5)), row.GetInt64(6), Instant(row, 7),
            row.GetFieldValue<DateTimeOffset>(8), row.GetFieldValue<DateTimeOffset>(9));
    }

    /// <summary>Those of these people that have no account.</summary>
    public static async Task<List<string>> UnopenedAsync(NpgsqlDataSource database, string[] userIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Unopened);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = userIds });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<string>();
        while (await row.ReadAsync(cancellationToken))
            all.Add(row.GetString(0));
        return all;
    }

    /// <summary>Newest first; behind the last line of the ledger come those that the original had written.</summary>
    public static async Task<List<TransactionView>> TransactionsAsync(
        NpgsqlDataSource database, string userId, int limit, int offset, bool withHolds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(withHolds ? PageWithHolds : Page);
        var page = await ReadAsync(command.Text(userId).Number(limit).Number(offset), userId, cancellationToken);
        if (page.Count == limit)
            return page;
        var own = page.Count > 0 || offset == 0 ? offset + page.Count : await CountAsync(database, withHolds ? VisibleWithHolds : Visible, userId, cancellationToken);
        await using var former = database.CreateCommand(Former);
        await using var row = await former.Text(userId).Number(limit - page.Count).Number(Math.Max(0, offset - own)).ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            page.Add(new TransactionView(
                row.GetGuid(0), userId, row.GetString(1), row.GetString(2), new(row.GetInt64(3)), new(row.GetInt64(4)), new(row.GetInt64(5)), row.GetString(6), row.GetString(7),
                RawJson.Of(row.IsDBNull(8) ? null : row.GetString(8)), null, row.GetFieldValue<DateTimeOffset>(9), Instant(row, 10)));
        return page;
    }

    /// <summary>Null when it is not this person's.</summary>
    public static async Task<TransactionView?> TransactionAsync(NpgsqlDataSource database, string userId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(One);
        return (await ReadAsync(command.Text(userId).Id(id), userId, cancellationToken)).SingleOrDefault();
    }

    public static Task<long> TransactionsCountAsync(NpgsqlDataSource database, string userId, CancellationToken cancellationToken) => CountAsync(database, Visible, userId, cancellationToken);

    static async Task<long> CountAsync(NpgsqlDataSource database, string query, string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(query);
        return (long)(await command.Text(userId).ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Accounts that an audit has frozen.</summary>
    public static async Task<long> FrozenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM credits.accounts WHERE frozen_at IS NOT NULL");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static async Task<ReservationView?> ReservationAsync(NpgsqlDataSource database, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Reserved + " WHERE r.id = $1");
        return (await ReservationsAsync(command.Id(id), cancellationToken)).SingleOrDefault();
    }

    public static async Task<List<ReservationView>> OpenReservationsAsync(NpgsqlDataSource database, string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Reserved + $" WHERE r.wallet = {Wallet} AND r.status = 'reserved' ORDER BY r.created_at");
        return await ReservationsAsync(command.Text(userId), cancellationToken);
    }

    static async Task<List<ReservationView>> ReservationsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<ReservationView>();
        while (await row.ReadAsync(cancellationToken))
            all.Add(new ReservationView(
                row.GetGuid(0), row.GetString(1), new(row.GetInt64(2)), row.IsDBNull(3) ? null : new CreditAmount(row.GetInt64(3)), row.GetString(4), row.GetString(5),
                row.GetFieldValue<DateTimeOffset>(6), row.GetFieldValue<DateTimeOffset>(7), Instant(row, 8), row.IsDBNull(9) ? null : row.GetGuid(9)));
        return all;
    }

    static async Task<List<TransactionView>> ReadAsync(NpgsqlCommand command, string userId, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<TransactionView>();
        while (await row.ReadAsync(cancellationToken))
        {
            var (amount, after) = (new CreditAmount(row.GetInt64(2)), new CreditAmount(row.GetInt64(3)));
            var at = row.GetFieldValue<DateTimeOffset>(8);
            all.Add(new TransactionView(
                row.GetGuid(0), userId, row.IsDBNull(1) ? "usage" : row.GetString(1), "completed", amount, after - amount, after, row.GetString(4), row.GetString(5),
                RawJson.Of(row.IsDBNull(6) ? null : row.GetString(6)), row.IsDBNull(7) ? null : row.GetString(7), at, at));
        }

        return all;
    }

    static DateTimeOffset? Instant(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
