using Mana.Kernel.Database;
using Npgsql;

namespace Mana.Credits.Import;

/// <summary>Lines of the original's history, copied as they are (commerce.md 16.4). What is here already stays.</summary>
internal sealed class FormerHistory(NpgsqlDataSource database)
{
    const int Batch = 2000;

    const string Read = """
        SELECT id, user_id, type::text, status::text, amount::bigint * 1000, balance_before::bigint * 1000, balance_after::bigint * 1000, app_id, description, metadata::text,
          created_at::timestamptz, completed_at::timestamptz FROM credits.transactions ORDER BY id
        """;

    const string Write = """
        INSERT INTO credits.former_transactions (id, wallet, type, status, amount, balance_before, balance_after, app_id, description, metadata, created_at, completed_at)
        SELECT u.id, a.id, u.type, u.status, u.amount, u.before, u.after, u.app, u.description, u.metadata::jsonb, u.created, u.completed
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[])
          AS u (id, user_id, type, status, amount, before, after, app, description, metadata, created, completed)
        JOIN credits.accounts a ON a.owner_id = u.user_id AND a.kind = 'available' AND a.owner_type = 'user' ON CONFLICT DO NOTHING
        """;

    /// <summary>Returns how many lines there are and what they add up to in milli-credits, in the original and of the same lines here.</summary>
    public async Task<(HistorySum There, HistorySum Here)> CopyAsync(NpgsqlConnection original, bool verifyOnly, CancellationToken cancellationToken)
    {
        var (there, here) = (default(HistorySum), default(HistorySum));
        await using var command = original.Sql(Read);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var batch = new List<Line>(Batch);
        while (await row.ReadAsync(cancellationToken))
        {
            batch.Add(new(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetString(7), row.GetString(8), row.TextOrNull(9),
                row.GetFieldValue<DateTimeOffset>(10), row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11)));
            if (batch.Count == Batch)
                await TakeAsync();
        }

        await TakeAsync();
        return (there, here);

        async Task TakeAsync()
        {
            if (!verifyOnly)
                await WriteAsync(batch, cancellationToken);
            there += new HistorySum(batch.Count, batch.Sum(line => line.Amount));
            here += (await database.Sql("SELECT count(*), coalesce(sum(amount), 0)::bigint FROM credits.former_transactions WHERE id = ANY ($1)", batch.Select(line => line.Id).ToArray())
                .RowsAsync(found => new HistorySum(found.GetInt64(0), found.GetInt64(1)), cancellationToken))[0];
            batch.Clear();
        }
    }

    async Task WriteAsync(List<Line> batch, CancellationToken cancellationToken)
    {
        T[] All<T>(Func<Line, T> column) => [.. batch.Select(column)];
        await database.Sql(
            Write, All(line => line.Id), All(line => line.UserId), All(line => line.Type), All(line => line.Status), All(line => line.Amount), All(line => line.Before), All(line => line.After), All(line => line.App),
            All(line => line.Description), All(line => line.Metadata), All(line => line.Created), All(line => line.Completed)).RunAsync(cancellationToken);
    }

    sealed record Line(
        Guid Id, string UserId, string Type, string Status, long Amount, long Before, long After, string App, string Description, string? Metadata, DateTimeOffset Created, DateTimeOffset? Completed);
}

/// <summary>Lines and what they add up to.</summary>
/// <param name="Sum">Milli-credits.</param>
internal readonly record struct HistorySum(long Lines, long Sum)
{
    public static HistorySum operator +(HistorySum left, HistorySum right) => new(left.Lines + right.Lines, left.Sum + right.Sum);
}
