using System.Diagnostics.Metrics;
using Mana.Kernel.Stopping;
using Mana.Kernel.Telemetry;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Kernel.Database;

/// <summary>The database server as the host sees it. What belongs to other roles than the host's own is not visible to it.</summary>
/// <param name="Connections">Of everybody, to every database of the server.</param>
/// <param name="OldestTransactionSeconds">Of the platform's own connections.</param>
/// <param name="ReplicationLagSeconds">Of the slowest replica; 0 without one, and while the role may not see it.</param>
internal sealed record DatabaseSample(
    DateTimeOffset At, string Version, int MostConnections, long Connections, long OwnConnections, long Bytes, double OldestTransactionSeconds, long Waiting, long LiveRows, long DeadRows,
    long Replicas, double ReplicationLagSeconds, long Commits, long Rollbacks, long Deadlocks, long BlocksHit, long BlocksRead);

/// <summary>Figures of PostgreSQL for operators who run no exporter beside it: one cheap query, twice a minute; a scrape never asks the database.</summary>
internal sealed class DatabaseFigures : Worker
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    const string Sql = """
        SELECT current_setting('server_version'), current_setting('max_connections')::int,
          (SELECT count(datname) FROM pg_stat_activity), (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND datname = current_database()),
          pg_database_size(current_database()),
          (SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0)::float8 FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()),
          (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND wait_event_type = 'Lock'),
          (SELECT coalesce(sum(n_live_tup), 0)::bigint FROM pg_stat_user_tables), (SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables),
          (SELECT count(*) FROM pg_stat_replication), (SELECT coalesce(extract(epoch FROM max(replay_lag)), 0)::float8 FROM pg_stat_replication),
          xact_commit, xact_rollback, deadlocks, blks_hit, blks_read
        FROM pg_stat_database WHERE datname = current_database()
        """;

    readonly NpgsqlDataSource _database;
    readonly TimeProvider _time;
    readonly ILogger<DatabaseFigures> _log;
    volatile DatabaseSample? _last;
    volatile bool _isUp;

    public DatabaseFigures(NpgsqlDataSource database, TimeProvider time, IMeterFactory meters, ILogger<DatabaseFigures> log)
    {
        (_database, _time, _log) = (database, time, log);
        var meter = meters.ForModule("Database");
        meter.CreateObservableGauge("mana_postgres_up", () => _isUp ? 1 : 0, description: "Whether the database answered the last question for its figures");
        void Gauge(string name, Func<DatabaseSample, double> value, string description) => meter.CreateObservableGauge(name, () => Read(value), description: description);
        void Counter(string name, Func<DatabaseSample, double> value, string description) => meter.CreateObservableCounter(name, () => Read(value), description: description);
        Gauge("mana_postgres_connections", sample => sample.Connections, "Connections to the server, of everybody");
        Gauge("mana_postgres_connections_own", sample => sample.OwnConnections, "Connections of the platform, of all its hosts");
        Gauge("mana_postgres_connections_limit", sample => sample.MostConnections, "max_connections of the server");
        Gauge("mana_postgres_database_bytes", sample => sample.Bytes, "Size of the database on disk");
        Gauge("mana_postgres_oldest_transaction_seconds", sample => sample.OldestTransactionSeconds, "Age of the platform's oldest open transaction");
        Gauge("mana_postgres_waiting", sample => sample.Waiting, "Connections of the platform that wait for a lock");
        Gauge("mana_postgres_live_rows", sample => sample.LiveRows, "Rows, as the statistics estimate them");
        Gauge("mana_postgres_dead_rows", sample => sample.DeadRows, "Rows that vacuum has not yet removed, as the statistics estimate them");
        Gauge("mana_postgres_replicas", sample => sample.Replicas, "Replicas that are connected");
        Gauge("mana_postgres_replication_lag_seconds", sample => sample.ReplicationLagSeconds, "How far the slowest replica is behind");
        Counter("mana_postgres_commits_total", sample => sample.Commits, "Transactions committed");
        Counter("mana_postgres_rollbacks_total", sample => sample.Rollbacks, "Transactions rolled back");
        Counter("mana_postgres_deadlocks_total", sample => sample.Deadlocks, "Deadlocks that the server resolved");
        Counter("mana_postgres_blocks_hit_total", sample => sample.BlocksHit, "Blocks found in the server's cache");
        Counter("mana_postgres_blocks_read_total", sample => sample.BlocksRead, "Blocks read from disk");
    }

    /// <summary>Null until the database has answered once; not older than a minute while it answers.</summary>
    public DatabaseSample? Last => _last;

    public bool IsUp => _isUp;

    internal async Task<DatabaseSample> SampleAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(Sql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var sample = new DatabaseSample(
            _time.GetUtcNow(), row.GetString(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetDouble(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8),
            row.GetInt64(9), row.GetDouble(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(13), row.GetInt64(14), row.GetInt64(15));
        (_last, _isUp) = (sample, true);
        return sample;
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
                await TryAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; the next one begins with a sample of its own.
        }
    }

    internal async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SampleAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            if (_isUp)
                _log.LogWarning("The database gives no figures ({Kind})", exception.GetType().Name);
            _isUp = false;
        }
    }

    IEnumerable<Measurement<double>> Read(Func<DatabaseSample, double> value) => _last is { } sample && _isUp ? [new(value(sample))] : [];
}
