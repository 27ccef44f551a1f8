using System.Text.Json;
using Mana.Kernel.Ids;
using Mana.Sync.Contracts;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Internal;

/// <summary>Writes <see cref="RecordChanged"/> into the outbox, in the transaction of the change itself, for the tables that are watched. Whoever commits it rings <see cref="Mana.Kernel.Outbox.OutboxBell"/>.</summary>
internal sealed class RecordFeedWriter(IEnumerable<WatchedTable> watched, IIdSource ids, TimeProvider time)
{
    const string Insert = """
        INSERT INTO sync.outbox (id, type, payload, occurred_at, next_attempt_at) SELECT u.id, $1, u.payload, $2, $2 FROM unnest($3::uuid[], $4::jsonb[]) AS u (id, payload)
        """;

    readonly HashSet<WatchedTable> _watched = [.. watched];

    /// <summary>No statement when nobody watches, which is the usual case.</summary>
    public IEnumerable<NpgsqlBatchCommand> Events(string authorId, string appId, IEnumerable<PushSession> sessions)
    {
        if (_watched.Count == 0)
            return [];
        return Write([.. sessions.SelectMany(session => Events(authorId, appId, session.Scope.Name, session.Rows))]);
    }

    public IEnumerable<NpgsqlBatchCommand> Write(List<RecordChanged> events)
    {
        if (events.Count == 0)
            yield break;
        yield return new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = RecordChanged.Name },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() },
                new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(_ => ids.NewGuid())] },
                new NpgsqlParameter<string[]>
                {
                    TypedValue = [.. events.Select(happened => JsonSerializer.Serialize(happened, JsonSerializerOptions.Web))],
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
                },
            },
        };
    }

    public IEnumerable<RecordChanged> Events(string authorId, string appId, string scope, IEnumerable<LogRow> rows) =>
        from row in rows
        where _watched.Contains(new WatchedTable(appId, row.Change.Key.Table))
        group row by row.Change.Key.Table into table
        select new RecordChanged(
            authorId, ScopeNames.UserIdOf(scope), ScopeNames.SpaceIdOf(scope), appId, table.Key,
            [.. table.Select(row => row.Change.Key.Id).Distinct(StringComparer.Ordinal)], table.Max(row => row.Seq));
}
