using Mana.Testing;
using Npgsql;

namespace Mana.Sync.Tests.Import;

/// <summary>One row of an original, as SQL literals would give it; what is not named has the original's default.</summary>
internal sealed record OriginalChange(string Record, string Op, string? Data, string? Meta)
{
    static int _last;

    public Guid Id { get; init; } = new(Interlocked.Increment(ref _last), 0, 0, new byte[8]);

    public string App { get; init; } = "todo";

    public string Table { get; init; } = "tasks";

    public string User { get; init; } = "";

    public string Client { get; init; } = "old-device";

    /// <summary>Seconds after the start of 2026; µs matter.</summary>
    public double At { get; init; }

    public int? SchemaVersion { get; init; } = 1;

    public string? Actor { get; init; }

    public string? Origin { get; init; }

    public string? Space { get; init; }

    public DateTime CreatedAt => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks((long)Math.Round(At * 1_000_000) * TimeSpan.TicksPerMicrosecond);
}

/// <summary>A database of the original service (sync.md 15.1), with its forced row-level security.</summary>
internal sealed class OriginalDatabase(string connectionString) : IAsyncDisposable
{
    public string ConnectionString => connectionString;

    /// <summary>Early: before 2026-04-14, with <c>field_timestamps</c> and without the columns that came later.</summary>
    public static async Task<OriginalDatabase> CreateAsync(bool early = false)
    {
        var original = new OriginalDatabase(await TestCluster.CreateDatabaseAsync(migrated: false));
        await original.ExecuteAsync($"""
            CREATE TABLE sync_changes (
              id UUID PRIMARY KEY DEFAULT gen_random_uuid(), app_id TEXT NOT NULL, table_name TEXT NOT NULL, record_id TEXT NOT NULL, user_id TEXT NOT NULL,
              op TEXT NOT NULL CHECK (op IN ('insert', 'update', 'delete')), data JSONB, {(early ? "field_timestamps" : "field_meta")} JSONB DEFAULT '{"{}"}',
              client_id TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now()
              {(early ? "" : ", schema_version INT DEFAULT 1, actor JSONB, origin TEXT, space_id TEXT")});
            ALTER TABLE sync_changes ENABLE ROW LEVEL SECURITY;
            ALTER TABLE sync_changes FORCE ROW LEVEL SECURITY;
            CREATE POLICY sync_changes_user ON sync_changes USING (user_id = current_setting('app.current_user_id', true));
            """);
        return early ? new OriginalDatabase(original.ConnectionString) { Early = true } : original;
    }

    bool Early { get; init; }

    public async Task AddAsync(params IEnumerable<OriginalChange> changes)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var batch = connection.CreateBatch();
        foreach (var change in changes)
        {
            var command = new NpgsqlBatchCommand(Early
                ? "INSERT INTO sync_changes (id, app_id, table_name, record_id, user_id, op, data, field_timestamps, client_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10)"
                : "INSERT INTO sync_changes VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10, $11, $12::jsonb, $13, $14)");
            object?[] values = [change.Id, change.App, change.Table, change.Record, change.User, change.Op, change.Data, change.Meta, change.Client, change.CreatedAt];
            if (!Early)
                values = [.. values, change.SchemaVersion, change.Actor, change.Origin, change.Space];
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value ?? DBNull.Value });
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The same database, as somebody else.</summary>
    public string As(string role) => new NpgsqlConnectionStringBuilder(connectionString) { Username = role }.ConnectionString;

    public async ValueTask DisposeAsync() => await TestCluster.DropDatabaseAsync(connectionString);
}
