using Npgsql;

namespace Mana.Load.Soak;

/// <summary>One look at the host and its database. Null: not shown, or not asked for.</summary>
internal sealed record SoakSample(
    double Minutes, double ResidentMb, double? ManagedMb, long? Connections, long? Locks, double? OutboxPending,
    int Operations, int Errors, int Sockets, int Streams, int Reconnects, long Hints, long Streamed)
{
    public const string Head = "minutes,resident_mb,managed_mb,pg_connections,pg_locks,outbox_pending,operations,errors,sockets,streams,reconnects,hints,streamed_changes";

    /// <summary>The asking connection itself is not counted, nor are other databases of the server.</summary>
    const string Counts = """
        SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()),
               (SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid())
        """;

    public string Line => FormattableString.Invariant(
        $"{Minutes:0.00},{ResidentMb:0.0},{ManagedMb:0.0},{Connections},{Locks},{OutboxPending:0},{Operations},{Errors},{Sockets},{Streams},{Reconnects},{Hints},{Streamed}");

    public static async Task<SoakSample> TakeAsync(HttpClient http, NpgsqlDataSource? postgres, TimeSpan since, SoakTally tally)
    {
        var page = await MetricsPage.ReadAsync(http);
        var (connections, locks) = postgres is null ? ((long?)null, (long?)null) : await CountAsync(postgres);
        return new SoakSample(
            since.TotalMinutes, page.ResidentMb, page.ManagedMb, connections, locks, page.Find("mana_outbox_pending"),
            tally.Operations, tally.Errors, tally.Sockets, tally.Streams, tally.Reconnects, tally.Hints, tally.Streamed);
    }

    static async Task<(long? Connections, long? Locks)> CountAsync(NpgsqlDataSource postgres)
    {
        await using var command = postgres.CreateCommand(Counts);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1));
    }
}
