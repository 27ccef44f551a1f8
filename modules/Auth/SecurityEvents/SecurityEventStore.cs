using Mana.Auth.Data;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Auth.SecurityEvents;

/// <summary>Appends events to the chains of their people: one transaction per batch, in which each chain is locked before its end is read.</summary>
internal sealed class SecurityEventStore(NpgsqlDataSource database, SecurityChain chain)
{
    const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('auth.security_events:' || subject, 0)) FROM unnest($1::text[]) WITH ORDINALITY AS s (subject, n) ORDER BY n";

    const string Ends = """
        SELECT s.subject, e.position, e.hash FROM unnest($1::text[]) AS s (subject) CROSS JOIN LATERAL (
          SELECT e.position, e.hash FROM auth.security_events e WHERE e.subject = s.subject ORDER BY e.position DESC LIMIT 1) e
        """;

    // An account may be gone by now; its event stays, under the pseudonym, and of an erased one without its content.
    const string Insert = """
        INSERT INTO auth.security_events (id, user_id, subject, position, event_type, ip_address, address_digest, user_agent, request_id, metadata, created_at, hash, content_digest)
        SELECT u.id, (SELECT a.id FROM auth.users a WHERE a.id = u.user_id AND e.id IS NULL), u.subject, u.position, u.event_type,
          CASE WHEN e.id IS NULL THEN u.ip_address END, u.address_digest, CASE WHEN e.id IS NULL THEN u.user_agent END, CASE WHEN e.id IS NULL THEN u.request_id END,
          CASE WHEN e.id IS NULL THEN u.metadata ELSE '{}' END, u.created_at, u.hash, CASE WHEN e.id IS NOT NULL THEN u.content_digest END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::text[], $9::text[], $10::json[], $11::timestamptz[], $12::bytea[], $13::bytea[])
          AS u (id, user_id, subject, position, event_type, ip_address, address_digest, user_agent, request_id, metadata, created_at, hash, content_digest)
        LEFT JOIN auth.erasures e ON e.subject = u.subject
        ON CONFLICT (id) DO NOTHING
        """;

    public async Task AppendAsync(IReadOnlyList<SecurityEvent> entries, CancellationToken cancellationToken)
    {
        var subjects = entries.Where(entry => entry.UserId is not null).Select(entry => chain.SubjectOf(entry.UserId!)).Distinct().Order(StringComparer.Ordinal).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ends = await LockAsync(connection, subjects, cancellationToken);
        var linked = new List<SecurityEvent>(entries.Count);
        foreach (var entry in entries)
            linked.Add(Link(entry, ends));
        await InsertAsync(connection, linked, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    SecurityEvent Link(SecurityEvent entry, Dictionary<string, (long Position, byte[] Hash)> ends)
    {
        var subject = entry.UserId is null ? null : chain.SubjectOf(entry.UserId);
        (long Position, byte[] Hash)? end = subject is not null && ends.TryGetValue(subject, out var found) ? found : null;
        var placed = With(entry, subject, subject is null ? null : (end?.Position ?? 0) + 1, chain.DigestOf(entry.IpAddress), null);
        if (subject is null)
            return placed;
        var hash = chain.HashOf(end?.Hash, placed);
        ends[subject] = (placed.Position!.Value, hash);
        return With(placed, subject, placed.Position, placed.AddressDigest, hash);
    }

    static SecurityEvent With(SecurityEvent entry, string? subject, long? position, byte[]? addressDigest, byte[]? hash) => new()
    {
        Id = entry.Id, UserId = entry.UserId, Subject = subject, Position = position, EventType = entry.EventType, IpAddress = entry.IpAddress,
        AddressDigest = addressDigest, UserAgent = entry.UserAgent, RequestId = entry.RequestId, Metadata = entry.Metadata, CreatedAt = entry.CreatedAt, Hash = hash,
    };

    static async Task<Dictionary<string, (long Position, byte[] Hash)>> LockAsync(NpgsqlConnection connection, string[] subjects, CancellationToken cancellationToken)
    {
        var ends = new Dictionary<string, (long, byte[])>(StringComparer.Ordinal);
        if (subjects.Length == 0)
            return ends;
        // Two statements: what the second one reads must have been committed by whoever held the locks before.
        await using (var command = new NpgsqlCommand(Lock, connection) { Parameters = { Many(subjects) } })
            await command.ExecuteNonQueryAsync(cancellationToken);
        await using var read = new NpgsqlCommand(Ends, connection) { Parameters = { Many(subjects) } };
        await using var rows = await read.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            ends[rows.GetString(0)] = (rows.GetInt64(1), rows.GetFieldValue<byte[]>(2));
        return ends;
    }

    async Task InsertAsync(NpgsqlConnection connection, List<SecurityEvent> entries, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                Column(entries, entry => entry.Id), Column(entries, entry => entry.UserId), Column(entries, entry => entry.Subject), Column(entries, entry => entry.Position),
                Column(entries, entry => entry.EventType), Column(entries, entry => entry.IpAddress), Column(entries, entry => entry.AddressDigest),
                Column(entries, entry => entry.UserAgent), Column(entries, entry => entry.RequestId),
                new NpgsqlParameter<string[]> { TypedValue = [.. entries.Select(entry => entry.Metadata)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json },
                Column(entries, entry => entry.CreatedAt), Column(entries, entry => entry.Hash),
                Column(entries, entry => entry.Subject is null ? null : chain.ContentOf(entry)),
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static NpgsqlParameter<T[]> Many<T>(T[] values) => new() { TypedValue = values };

    static NpgsqlParameter<T[]> Column<T>(List<SecurityEvent> entries, Func<SecurityEvent, T> column) => Many(entries.Select(column).ToArray());
}
