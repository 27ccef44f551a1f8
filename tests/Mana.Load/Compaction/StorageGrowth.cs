using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Mana.Load.Compaction;

/// <summary>
/// What the log and the records occupy after very many edits of few records, while compaction keeps up: beside what the current state and
/// the changes within the retention window need. Nothing is measured in a tidied table but the live state itself. Wants a fresh database.
/// </summary>
internal static class StorageGrowth
{
    const int Batch = 500;
    const string Occupied = "SELECT pg_total_relation_size('sync.changes') + pg_total_relation_size('sync.records')";

    const string Log = """
        SELECT count(*), count(*) FILTER (WHERE seq > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - $1),
               pg_total_relation_size('sync.changes')::float8 FROM sync.changes
        """;

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var postgres = options.Postgres ?? throw new LoadProblem("storage needs --postgres with the database of the host.");
        await using var database = NpgsqlDataSource.Create(postgres);
        var connections = await SyncConnection.OpenAsync(options, options.Clients);
        await Scenarios.StoreAsync(connections, options.Records, 0);
        await using var compaction = new CompactionLoop(postgres);
        compaction.Start(options.Window);
        var workers = connections.ConvertAll(_ => new Worker());
        using var memory = await HostMemory.WatchAsync(options.Url);
        var (start, left) = (Stopwatch.GetTimestamp(), options.Changes);
        await Task.WhenAll(connections.Zip(workers, async (connection, worker) =>
        {
            while (Interlocked.Add(ref left, -Batch) + Batch > 0)
                await connection.PushAsync(Batch, worker, edits: 100);
        }));
        var took = Stopwatch.GetElapsedTime(start);
        await compaction.StopAsync();
        await compaction.OnceAsync(options.Window);
        var (rows, recent, logBytes) = await LogAsync(database, options.Window);
        var occupied = await ScalarAsync(database, Occupied);
        await compaction.OnceAsync(TimeSpan.Zero);
        await ExecuteAsync(database, "VACUUM FULL sync.changes; VACUUM FULL sync.records");
        var live = await ScalarAsync(database, Occupied);
        var window = recent == 0 ? 0 : logBytes / Math.Max(rows, 1) * recent;
        return RunResult.Of($"{options.Changes:n0} edits of {options.Records:n0} records, window {options.Window.TotalSeconds:0} s", workers, took) with
        {
            HostMemory = await memory.StopAsync(),
            Figures = new()
            {
                ["compactions"] = compaction.Runs, ["rows removed"] = compaction.Removed, ["rows left"] = rows, ["of them within the window"] = recent,
                ["occupied MB"] = occupied / 1e6, ["live state MB"] = live / 1e6, ["window MB"] = window / 1e6, ["(occupied - window) / live"] = (occupied - window) / live,
            },
        };
    }

    static async Task<(long Rows, long Recent, double Bytes)> LogAsync(NpgsqlDataSource database, TimeSpan window)
    {
        await using var command = database.CreateCommand(Log);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = window.Ticks / TimeSpan.TicksPerMicrosecond });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetDouble(2));
    }

    static async Task<double> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return Convert.ToDouble(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        foreach (var statement in sql.Split(';'))
        {
            await using var command = database.CreateCommand(statement);
            await command.ExecuteNonQueryAsync();
        }
    }
}
