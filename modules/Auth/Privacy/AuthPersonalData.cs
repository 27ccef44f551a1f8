using System.Text.Json;
using Mana.Auth.Privacy.Erasures;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Privacy;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Privacy;

/// <summary>What this module holds about a person (auth.md 19.2, 19.3; GDPR art. 15, 17, 20). It is erased last: the others need the account until then.</summary>
internal sealed class AuthPersonalData(NpgsqlDataSource database, IEnumerable<PersonalTable> tables, SecurityChain chain, IServiceScopeFactory scopes) : IPersonalData
{
    public const string Name = "auth";
    const int RowsPerFlush = 100;
    const int MostInShortLog = 200;

    const string Enter = "SELECT set_config('app.current_user_id', $1, true)";

    const string Log = """
        SELECT row_to_json(r)::text FROM (
          SELECT id, event_type AS "eventType", ip_address AS "ipAddress", user_agent AS "userAgent", request_id AS "requestId", metadata, created_at AS "createdAt"
          FROM auth.security_events WHERE user_id = $1 ORDER BY created_at DESC, position DESC) r
        """;

    static readonly string ShortLog = $"""
        SELECT row_to_json(r)::text FROM (
          SELECT event_type AS "eventType", ip_address AS "ipAddress", created_at AS "createdAt"
          FROM auth.security_events WHERE user_id = $1 ORDER BY created_at DESC, position DESC LIMIT {MostInShortLog}) r
        """;

    const string Untouched = "SELECT count(*) FROM auth.security_events WHERE user_id = $1 OR (subject = $2 AND content_digest IS NULL)";

    public string Module => Name;

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        await WriteAsync(json, userId, cancellationToken);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    /// <summary>The members of <c>details</c>, each an array; a few rows in memory at a time.</summary>
    public async Task WriteAsync(Utf8JsonWriter json, string userId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var address = await EnterAsync(connection, userId, cancellationToken);
        foreach (var table in tables)
            if (table.Key is not null)
                await WriteRowsAsync(json, table.Key, Command(connection, table.ExportSql, userId, address), cancellationToken);
        await WriteRowsAsync(json, "securityEvents", Command(connection, ShortLog, userId), cancellationToken);
        await WriteRowsAsync(json, "securityLog", Command(connection, Log, userId), cancellationToken);
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AccountRemoval>().RemoveAsync(userId, cancellationToken);
    }

    public async Task<long> CountAsync(string userId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await EnterAsync(connection, userId, cancellationToken);
        var held = await NumberAsync(Command(connection, Untouched, userId, chain.SubjectOf(userId)), cancellationToken);
        foreach (var table in tables)
            if (!table.ByAddress)
                held += await NumberAsync(Command(connection, table.CountSql, userId, ""), cancellationToken);
        return held;
    }

    /// <summary>Opens the tables that are bound by row-level security; returns the address, or nothing when the account is gone.</summary>
    static async Task<string> EnterAsync(NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        await using (var enter = Command(connection, Enter, userId))
            await enter.ExecuteNonQueryAsync(cancellationToken);
        await using var read = Command(connection, "SELECT email_normalized FROM auth.users WHERE id = $1", userId);
        return await read.ExecuteScalarAsync(cancellationToken) as string ?? "";
    }

    static async Task WriteRowsAsync(Utf8JsonWriter json, string key, NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var disposed = command;
        json.WriteStartArray(key);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        for (var written = 1; await rows.ReadAsync(cancellationToken); written++)
        {
            using (var row = JsonDocument.Parse(rows.GetString(0)))
                row.RootElement.WriteTo(json);
            if (written % RowsPerFlush == 0)
                await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
        await json.FlushAsync(cancellationToken);
    }

    static async Task<long> NumberAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var disposed = command;
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params IEnumerable<string> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        return command;
    }
}
