using Mana.Kernel.Stopping;
using Mana.Sync.Compaction;
using Mana.Sync.Spaces;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Devices;

/// <summary>Writes the notes about devices down, twice a minute, many devices in one statement; and samples the size of the log for its gauge.</summary>
internal sealed class DeviceLog(NpgsqlDataSource database, DeviceNotes notes, SyncMetrics metrics, TimeProvider time, ILogger<DeviceLog> log) : Worker
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    // Only of people who have a scope: nobody who was erased comes back through a note that another host still held.
    const string Upsert = """
        INSERT INTO sync.devices AS d (owner, client_id, app_id, seen_at, cursor, clock_ahead_ms, last_error, last_error_at)
        SELECT u.owner, u.client, u.app, u.seen, coalesce(u.cursor, 0), u.ahead, u.error, u.error_at
        FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::text[], $8::timestamptz[])
          AS u (owner, client, app, seen, cursor, ahead, error, error_at)
        WHERE EXISTS (SELECT FROM sync.scopes s WHERE s.name = u.owner)
        ON CONFLICT (owner, client_id, app_id) DO UPDATE SET
          seen_at = greatest(d.seen_at, excluded.seen_at), cursor = greatest(d.cursor, excluded.cursor),
          clock_ahead_ms = coalesce(excluded.clock_ahead_ms, d.clock_ahead_ms),
          last_error = coalesce(excluded.last_error, d.last_error), last_error_at = coalesce(excluded.last_error_at, d.last_error_at)
        """;

    /// <summary>A person's devices, times their apps; whoever makes up names loses the oldest.</summary>
    internal const string MostPerPerson = "1000";

    const string Trim = $"""
        DELETE FROM sync.devices d USING unnest($1::text[]) AS u (owner) WHERE d.owner = u.owner AND (d.client_id, d.app_id) IN (
          SELECT o.client_id, o.app_id FROM sync.devices o WHERE o.owner = u.owner ORDER BY o.seen_at DESC, o.client_id, o.app_id OFFSET {MostPerPerson})
        """;

    const string LogRows = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'sync.changes'::regclass";

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is noted since the last tick is diagnosis only.
        }
    }

    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        var taken = notes.Take().OrderBy(note => note.UserId, StringComparer.Ordinal).ThenBy(note => note.ClientId, StringComparer.Ordinal)
            .ThenBy(note => note.AppId, StringComparer.Ordinal).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter());
        if (taken.Count > 0)
        {
            batch.BatchCommands.Add(Write(taken));
            batch.BatchCommands.Add(Maintenance.Command(Trim, new NpgsqlParameter<string[]> { TypedValue = [.. taken.Select(note => ScopeNames.OfUser(note.UserId)).Distinct(StringComparer.Ordinal)] }));
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand(LogRows));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        if (await rows.ReadAsync(cancellationToken))
            metrics.LogRows = rows.GetInt64(0);
    }

    async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            log.LogWarning("Notes about devices could not be written ({Kind}); they are dropped", exception.GetType().Name);
        }
    }

    static NpgsqlBatchCommand Write(List<DeviceNote> notes) => Maintenance.Command(
        Upsert,
        Column(notes, note => ScopeNames.OfUser(note.UserId)), Column(notes, note => note.ClientId), Column(notes, note => note.AppId),
        Column(notes, note => note.SeenAt), Column(notes, note => note.Cursor), Column(notes, note => note.ClockAheadMs),
        new NpgsqlParameter<string?[]> { TypedValue = [.. notes.Select(note => note.Error)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        Column(notes, note => note.ErrorAt));

    static NpgsqlParameter<T[]> Column<T>(List<DeviceNote> notes, Func<DeviceNote, T> column) => new() { TypedValue = [.. notes.Select(column)] };
}
