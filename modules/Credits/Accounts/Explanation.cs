using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Npgsql;

namespace Mana.Credits.Accounts;

/// <summary>One posting of an account.</summary>
/// <param name="Hash">SHA-256 over the hash before it and what this posting says, hexadecimal.</param>
internal sealed record PostingView(
    long Seq, Guid EntryId, string Kind, string? Type, CreditAmount Amount, CreditAmount BalanceAfter, string AppId, string Description, DateTimeOffset OccurredAt, string Hash);

/// <summary>An account against its postings.</summary>
/// <param name="Sum">Of all postings of the account, added up now.</param>
/// <param name="Matches">They add up to the balance, and each continues the one before it.</param>
internal sealed record AccountExplanation(CreditAmount Balance, CreditAmount Sum, long PostingsCount, bool Matches, IReadOnlyList<PostingView> Postings, long? NextAfter);

internal sealed record ExplanationBody(BalanceView Balance, bool Adds, AccountExplanation Available, AccountExplanation Reserved);

/// <summary>Every posting behind a balance, oldest first, in pages; what they add up to is computed, not read (issue 6).</summary>
internal sealed class Explanation(NpgsqlDataSource database)
{
    public const int LargestPage = 1000;

    // One statement is one snapshot: sums and balances are of the same moment.
    const string Sums = """
        SELECT a.kind, a.balance, coalesce(s.total, 0)::bigint, coalesce(s.count, 0), coalesce(s.chained, true) AND coalesce(s.total, 0) = a.balance AND coalesce(s.count, 0) = a.last_seq
        FROM credits.accounts a LEFT JOIN LATERAL (
          SELECT sum(w.amount) AS total, count(*) AS count, bool_and(w.good) AS chained FROM (
            SELECT p.amount, p.seq = row_number() OVER o AND p.balance_after = sum(p.amount) OVER o
              AND p.hash = credits.link(coalesce(lag(p.hash) OVER o, '\x'), p.account_id, p.seq, p.amount, p.balance_after, p.entry_id, e.occurred_at, e.kind) AS good
            FROM credits.postings p JOIN credits.entries e ON e.id = p.entry_id WHERE p.account_id = a.id WINDOW o AS (ORDER BY p.seq)) w) s ON true
        WHERE a.owner_id = $1 AND a.owner_type = 'user' AND a.kind IN ('available', 'reserved')
        """;

    const string Page = """
        SELECT p.seq, e.id, e.kind, e.type, p.amount, p.balance_after, e.app_id, e.description, e.occurred_at, encode(p.hash, 'hex')
        FROM credits.postings p JOIN credits.entries e ON e.id = p.entry_id
        WHERE p.account_id = (SELECT a.id FROM credits.accounts a WHERE a.owner_id = $1 AND a.owner_type = 'user' AND a.kind = $2) AND p.seq > $3 ORDER BY p.seq LIMIT $4
        """;

    public async Task<ExplanationBody> OfAsync(string userId, long after, int limit, CancellationToken cancellationToken)
    {
        var accounts = new Dictionary<string, AccountExplanation>(StringComparer.Ordinal);
        await using (var command = database.CreateCommand(Sums))
        {
            await using var row = await command.Text(userId).ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                accounts[row.GetString(0)] = new AccountExplanation(new(row.GetInt64(1)), new(row.GetInt64(2)), row.GetInt64(3), row.GetBoolean(4), [], null);
        }

        var balance = (await LedgerQueries.AccountAsync(database, userId, cancellationToken))?.Balance ?? BalanceView.Empty;
        var (available, reserved) = (await WithPageAsync("available"), await WithPageAsync("reserved"));
        return new ExplanationBody(balance, available.Matches && reserved.Matches, available, reserved);

        async Task<AccountExplanation> WithPageAsync(string kind)
        {
            if (!accounts.TryGetValue(kind, out var account))
                return new AccountExplanation(default, default, 0, true, [], null);
            var postings = await PageAsync(userId, kind, after, limit, cancellationToken);
            return account with { Postings = postings, NextAfter = postings.Count == limit ? postings[^1].Seq : null };
        }
    }

    async Task<List<PostingView>> PageAsync(string userId, string kind, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Page);
        await using var row = await command.Text(userId).Text(kind).Number(after).Number(limit).ExecuteReaderAsync(cancellationToken);
        var page = new List<PostingView>();
        while (await row.ReadAsync(cancellationToken))
            page.Add(new PostingView(
                row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), new(row.GetInt64(4)), new(row.GetInt64(5)),
                row.GetString(6), row.GetString(7), row.GetFieldValue<DateTimeOffset>(8), row.GetString(9)));
        return page;
    }
}
