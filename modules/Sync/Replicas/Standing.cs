using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Replicas;

internal enum StandingKind
{
    /// <summary>It shows everything that lies before the fence.</summary>
    Ready,

    /// <summary>It has not replayed that far.</summary>
    Behind,

    /// <summary>The primary itself: whoever lets roles move between machines names all of them.</summary>
    Primary,

    /// <summary>No standby of this primary: of another cluster, or of a timeline before or beside its own.</summary>
    Foreign,
}

/// <summary>Where a standby stands, compared with a fence.</summary>
/// <param name="MissingBytes">Of the primary's log of writes.</param>
internal readonly record struct Standing(StandingKind Kind, long MissingBytes)
{
    /// <summary>Looks of a request, 5 ms apart: a commit travels for a millisecond or so, and somebody has always just pushed.</summary>
    public const int FewTries = 4;

    // After a failover the control file names the new timeline from the first restart point on it; until then the primary answers.
    const string Compare = """
        SELECT s.system_identifier = $3 AND (c.timeline_id = $2 OR NOT pg_is_in_recovery()), pg_is_in_recovery(), coalesce(pg_wal_lsn_diff($1, pg_last_wal_replay_lsn()), 1)::bigint
        FROM pg_control_checkpoint() AS c, pg_control_system() AS s
        """;

    const string Wait = "SELECT pg_sleep(0.005)";

    /// <summary>Asks inside the transaction that will read: through a pooler another one may meet another server.</summary>
    public static async Task<Standing> OfAsync(NpgsqlConnection standby, Fence fence, NpgsqlBatchCommand first, int tries, CancellationToken cancellationToken)
    {
        for (var left = tries; ; left--)
        {
            await using var batch = new NpgsqlBatch(standby) { Timeout = 2 };
            batch.BatchCommands.Add(left == tries ? first : new NpgsqlBatchCommand(Wait));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Compare)
            {
                Parameters =
                {
                    new NpgsqlParameter<NpgsqlLogSequenceNumber> { TypedValue = fence.Place, NpgsqlDbType = NpgsqlDbType.PgLsn },
                    new NpgsqlParameter<int> { TypedValue = fence.Timeline }, new NpgsqlParameter<long> { TypedValue = fence.Cluster },
                },
            });
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            await rows.ReadAsync(cancellationToken);
            if (!rows.GetBoolean(0) || !rows.GetBoolean(1))
                return new Standing(rows.GetBoolean(0) ? StandingKind.Primary : StandingKind.Foreign, 0);
            var missing = rows.GetInt64(2);
            if (missing <= 0 || left == 1)
                return new Standing(missing <= 0 ? StandingKind.Ready : StandingKind.Behind, missing);
        }
    }
}
