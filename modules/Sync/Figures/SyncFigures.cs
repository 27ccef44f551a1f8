using Mana.Kernel.Figures;
using Mana.Sync.Compaction;
using Mana.Sync.Spaces;
using Npgsql;

namespace Mana.Sync.Figures;

/// <summary>Who was active, by app, and how much is stored. A device is remembered with when it was last seen, so this is good for the running day alone.</summary>
internal sealed class SyncFigures(NpgsqlDataSource database) : IDailyFigures, IPeopleOfPeriod
{
    const int MostApps = 100;

    const string Counts = """
        SELECT 'active_users', '', count(DISTINCT owner) FROM sync.devices WHERE seen_at >= $1 AND seen_at < $2
        UNION ALL (SELECT 'active_users', app_id, count(DISTINCT owner) FROM sync.devices WHERE seen_at >= $1 AND seen_at < $2 AND app_id <> '' GROUP BY app_id ORDER BY 3 DESC, 2 LIMIT $3)
        UNION ALL SELECT 'storage_bytes', '', pg_database_size(current_database())
        UNION ALL SELECT 'storage_bytes', 'sync', coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relnamespace = 'sync'::regnamespace AND relkind = 'r'
        """;

    const string People = "SELECT DISTINCT owner FROM sync.devices WHERE seen_at >= $1 AND seen_at < $2";

    public PeopleOf Kind => PeopleOf.Active;

    public bool IsOfNowOnly => true;

    public async Task<IReadOnlyList<DailyFigure>> OfDayAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var (from, until) = DailyFigure.Bounds(day);
        return await ReadAsync(Maintenance.Command(Counts, Maintenance.Value(from), Maintenance.Value(until), Maintenance.Value(MostApps)),
            row => new DailyFigure(row.GetString(0), row.GetString(1), row.GetInt64(2)), cancellationToken);
    }

    public async Task<IReadOnlyCollection<string>> BetweenAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(Maintenance.Command(People, Maintenance.Value(from), Maintenance.Value(until)), row => ScopeNames.UserIdOf(row.GetString(0)), cancellationToken)).OfType<string>()];

    async Task<List<T>> ReadAsync<T>(NpgsqlBatchCommand query, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter());
        batch.BatchCommands.Add(query);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
            found.Add(read(rows));
        return found;
    }
}
