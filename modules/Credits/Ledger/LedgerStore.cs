using Mana.Credits.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Credits.Ledger;

/// <summary>Makes a second call with the same key harmless, for one person and operation (commerce.md 3.7).</summary>
/// <param name="Request">SHA-256 of what was asked for.</param>
internal sealed record Repeatable(string Operation, string Key, byte[] Request);

/// <summary>
/// One business event of one person. The account on the other side gets what the person's two accounts give, and the other way round
/// (commerce.md 16.1).
/// </summary>
internal sealed record Booking(Guid Entry, string Kind, string UserId, long Available, long Reserved, string AppId, string Description)
{
    public string? Counter { get; init; }

    /// <summary>Gift or pool; null for system accounts, which are sharded by person.</summary>
    public string? CounterOwner { get; init; }

    /// <summary>What clients see it as.</summary>
    public string? Type { get; init; }

    public string? Metadata { get; init; }

    public string By { get; init; } = "system";

    public string? BusinessKey { get; init; }

    public Repeatable? Repeatable { get; init; }

    public Guid? RefundOf { get; init; }

    /// <summary>Null: now.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>What <c>credits.post</c> and its companions answer.</summary>
/// <param name="Outcome">As in the SQL.</param>
/// <param name="Result">The entry or reservation; of the first call when it was a repetition.</param>
internal readonly record struct Posted(string Outcome, Guid Result, long Line, BalanceView Balance, string? Note);

/// <summary>The SQL of the ledger: every method is one round trip and, without a transaction of the caller, one transaction.</summary>
internal static class LedgerStore
{
    const string Post = "SELECT * FROM credits.post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12, $13, $14, $15, $16, $17, $18)";

    /// <summary>In the order of owners, so that two batches never wait for each other in a circle.</summary>
    const string PostMany = """
        SELECT r.* FROM (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
            WITH ORDINALITY AS u (entry, kind, owner, amount, counter, type, app, description, metadata, key, place) ORDER BY u.owner, u.place) AS u
        CROSS JOIN LATERAL credits.post(u.entry, u.kind, u.owner, u.amount, 0, u.counter, NULL, u.type, u.app, u.description, u.metadata::jsonb, $11, 'system', u.key, NULL, NULL, NULL, NULL) AS r
        ORDER BY u.place
        """;

    const string Reserve = "SELECT * FROM credits.reserve($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    const string Settle = "SELECT * FROM credits.settle($1, $2, $3, $4, $5, $6, $7)";
    const string GrantReward = "SELECT * FROM credits.grant_reward($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10)";

    public static Task<Posted> PostAsync(NpgsqlCommand command, Booking booking, DateTimeOffset at, CancellationToken cancellationToken)
    {
        command.CommandText = Post;
        command.Id(booking.Entry).Text(booking.Kind).Text(booking.UserId).Number(booking.Available).Number(booking.Reserved)
            .Text(booking.Counter).Text(booking.CounterOwner).Text(booking.Type).Text(booking.AppId).Text(booking.Description).Text(booking.Metadata)
            .Instant(at).Text(booking.By).Text(booking.BusinessKey)
            .Text(booking.Repeatable?.Operation).Text(booking.Repeatable?.Key).Bytes(booking.Repeatable?.Request).Id(booking.RefundOf);
        return SingleAsync(command, cancellationToken);
    }

    public static async Task<List<Posted>> PostManyAsync(NpgsqlCommand command, IReadOnlyList<Booking> bookings, DateTimeOffset at, CancellationToken cancellationToken)
    {
        command.CommandText = PostMany;
        T[] Column<T>(Func<Booking, T> value) => [.. bookings.Select(value)];
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = Column(booking => booking.Entry) });
        Texts(command, Column<string?>(booking => booking.Kind), Column<string?>(booking => booking.UserId));
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = Column(booking => booking.Available) });
        Texts(command, Column(booking => booking.Counter), Column(booking => booking.Type), Column<string?>(booking => booking.AppId),
            Column<string?>(booking => booking.Description), Column(booking => booking.Metadata), Column(booking => booking.BusinessKey));
        command.Instant(at);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<Posted>(bookings.Count);
        while (await rows.ReadAsync(cancellationToken))
            all.Add(Read(rows));
        await CommittedAsync(rows);
        return all;
    }

    public static Task<Posted> ReserveAsync(
        NpgsqlCommand command, Guid reservation, Booking booking, DateTimeOffset at, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        command.CommandText = Reserve;
        command.Id(reservation).Id(booking.Entry).Text(booking.UserId).Number(booking.Reserved).Text(booking.Description).Text(booking.AppId)
            .Instant(at).Instant(expires).Text(booking.By).Text(booking.Repeatable?.Key).Bytes(booking.Repeatable?.Request);
        return SingleAsync(command, cancellationToken);
    }

    /// <summary>Ends a reservation.</summary>
    /// <param name="end"><c>committed</c>, <c>refunded</c> or <c>expired</c>.</param>
    public static Task<Posted> SettleAsync(
        NpgsqlCommand command, Guid reservation, string end, long? capture, Guid entry, string? description, DateTimeOffset at, string by, CancellationToken cancellationToken)
    {
        command.CommandText = Settle;
        command.Id(reservation).Text(end).Number(capture).Id(entry).Text(description).Instant(at).Text(by);
        return SingleAsync(command, cancellationToken);
    }

    /// <summary>Gives a reward, once per person and reference.</summary>
    /// <param name="budget">Of the month, in milli-credits; null: no end.</param>
    public static Task<Posted> GrantAsync(NpgsqlCommand command, Booking booking, string reference, long? budget, DateTimeOffset at, CancellationToken cancellationToken)
    {
        command.CommandText = GrantReward;
        command.Id(booking.Entry).Text(booking.UserId).Number(booking.Available).Text(booking.AppId).Text(booking.Description).Text(booking.Metadata)
            .Instant(at).Text(booking.By).Text(reference).Number(budget);
        return SingleAsync(command, cancellationToken);
    }

    static void Texts(NpgsqlCommand command, params string?[][] columns)
    {
        foreach (var column in columns)
            command.Parameters.Add(new NpgsqlParameter { Value = column, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
    }

    static async Task<Posted> SingleAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var posted = Read(rows);
        await CommittedAsync(rows);
        return posted;
    }

    /// <summary>
    /// Returns when the statement's own transaction has been committed: rows arrive before that. Disposing the reader is not enough, because it keeps a cancellation to itself that came after the
    /// row (the caller has hung up, the server has given the statement up), and the row would tell of something that never happened.
    /// </summary>
    static Task CommittedAsync(NpgsqlDataReader rows) => rows.NextResultAsync(CancellationToken.None);

    static Posted Read(NpgsqlDataReader row)
    {
        long At(int column) => row.IsDBNull(column) ? 0 : row.GetInt64(column);
        var balance = new BalanceView(new(At(4)), new(At(5)), new(At(6)), new(At(7)), At(8));
        return new Posted(row.GetString(0), row.IsDBNull(1) ? default : row.GetGuid(1), At(3), balance, row.IsDBNull(9) ? null : row.GetString(9));
    }
}

/// <summary>Positional parameters with their types, so that a null is one of the right type.</summary>
internal static class Parameters
{
    public static NpgsqlCommand Text(this NpgsqlCommand command, string? value) => Add(command, value, NpgsqlDbType.Text);

    public static NpgsqlCommand Number(this NpgsqlCommand command, long? value) => Add(command, value, NpgsqlDbType.Bigint);

    public static NpgsqlCommand Id(this NpgsqlCommand command, Guid? value) => Add(command, value, NpgsqlDbType.Uuid);

    public static NpgsqlCommand Bytes(this NpgsqlCommand command, byte[]? value) => Add(command, value, NpgsqlDbType.Bytea);

    public static NpgsqlCommand Instant(this NpgsqlCommand command, DateTimeOffset value) => Add(command, value.ToUniversalTime(), NpgsqlDbType.TimestampTz);

    static NpgsqlCommand Add(NpgsqlCommand command, object? value, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return command;
    }
}
