using Npgsql;
using Mana.Sync.Cursors;

namespace Mana.Sync.Pull;

/// <summary>What a delta read wants.</summary>
/// <param name="Collection">Null: all collections of the app.</param>
/// <param name="ClientId">Whose own rows are left out; empty: nobody's.</param>
internal sealed record DeltaRequest(Tenant Caller, string AppId, string? Collection, string ClientId, ReadPosition Position, int PageSize)
{
    /// <summary>Positions that this very request has written: never part of its own answer (sync.md 6.4), not even of an initial one.</summary>
    public (long From, long To) JustPushed { get; init; }
}

/// <summary>
/// The delta read, appended to any batch. Answered from the scope row alone when nothing is newer: the planner turns the comparison
/// with <c>last_seq</c> into a one-time filter, and the log is not touched.
/// </summary>
internal static class DeltaQuery
{
    const string Head = """
        SELECT c.seq, c.event_id, c.schema_version, c.table_name, c.record_id, c.op, c.body FROM sync.changes c
        WHERE c.scope_id = (SELECT id FROM sync.scopes WHERE name = $1) AND c.app_id = $2 AND c.seq > $3
          AND $3 < (SELECT last_seq FROM sync.scopes WHERE name = $1) AND c.body IS NOT NULL
          AND (c.echo OR c.seq NOT BETWEEN $6 AND $7)
          AND (c.echo OR $4 = '' OR c.client_id <> $4 OR c.author_id <> (SELECT id FROM sync.scopes WHERE name = $1))
        """;

    const string Whole = Head + " ORDER BY c.seq LIMIT $5";
    const string OneCollection = Head + " AND c.table_name = $8 ORDER BY c.seq LIMIT $5";

    /// <summary>Two statements: the scope's newest position with the database's clock, then the rows (one more than the page holds).</summary>
    public static void Append(NpgsqlBatch batch, DeltaRequest request)
    {
        batch.BatchCommands.Add(request.Caller.Enter());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "SELECT coalesce((SELECT last_seq FROM sync.scopes WHERE name = $1), 0), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = request.Caller.OwnScope } },
        });
        var rows = new NpgsqlBatchCommand(request.Collection is null ? Whole : OneCollection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = request.Caller.OwnScope },
                new NpgsqlParameter<string> { TypedValue = request.AppId },
                new NpgsqlParameter<long> { TypedValue = request.Position.After },
                new NpgsqlParameter<string> { TypedValue = request.Position.IsInitial ? "" : request.ClientId },
                new NpgsqlParameter<int> { TypedValue = request.PageSize + 1 },
                new NpgsqlParameter<long> { TypedValue = request.JustPushed.From },
                new NpgsqlParameter<long> { TypedValue = request.JustPushed.To },
            },
        };
        if (request.Collection is { } collection)
            rows.Parameters.Add(new NpgsqlParameter<string> { TypedValue = collection });
        batch.BatchCommands.Add(rows);
    }
}
