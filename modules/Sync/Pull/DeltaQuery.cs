using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Mana.Sync.Cursors;
using Mana.Sync.Spaces;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Pull;

/// <summary>
/// The statements of a delta read. One branch per scope, merged by position: each is an index range of its own, and PostgreSQL stops all of
/// them as soon as the page is full. A scope in which nothing is newer is answered from its row alone: the planner turns the comparison
/// with <c>last_seq</c> into a one-time filter, and the log is not touched.
/// </summary>
internal static class DeltaQuery
{
    const string Branch = """
        SELECT c.seq, c.event_id, c.schema_version, c.table_name, c.record_id, c.op, c.body FROM sync.changes c
        WHERE c.scope_id = (SELECT id FROM sync.scopes WHERE name = ${0}) AND c.app_id = $1 AND c.seq > ${1}
          AND ${1} < (SELECT last_seq FROM sync.scopes WHERE name = ${0}) AND c.seq <= $4 AND c.body IS NOT NULL
          AND (c.echo OR c.seq NOT BETWEEN ${3} AND ${4})
          AND (c.echo OR ${2} = '' OR c.client_id <> ${2} OR c.author_id IS DISTINCT FROM (SELECT id FROM sync.scopes WHERE name = $2)){5}
        ORDER BY c.seq LIMIT $3
        """;

    static readonly CompositeFormat BranchFormat = CompositeFormat.Parse(Branch);

    static readonly ConcurrentDictionary<(int Scopes, Filter Filter), string> Texts = new();

    enum Filter
    {
        WholeApp,
        OneCollection,
        SomeCollections,
    }

    /// <summary>The newest position of every scope, with the database's clock.</summary>
    public static NpgsqlBatchCommand Heads(Tenant caller) => new(
        "SELECT coalesce(s.last_seq, 0), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint FROM unnest($1) WITH ORDINALITY AS n (name, i) LEFT JOIN sync.scopes s ON s.name = n.name ORDER BY n.i")
    {
        Parameters = { new NpgsqlParameter<string[]> { TypedValue = [.. caller.Scopes.Select(scope => scope.Name)] } },
    };

    public static async Task<ScopeHeads> ReadHeadsAsync(NpgsqlDataReader rows, Tenant caller, CancellationToken cancellationToken)
    {
        var (newest, now) = (new long[caller.Scopes.Count], 0L);
        for (var i = 0; await rows.ReadAsync(cancellationToken); i++)
            (newest[i], now) = (rows.GetInt64(0), rows.GetInt64(1));
        return new ScopeHeads(newest, now);
    }

    /// <summary>One row more than the page holds, and as many again as there are scopes: rows of one position belong to one page.</summary>
    public static NpgsqlBatchCommand Rows(DeltaRequest request, ReadVector start, long until)
    {
        var (caller, selection) = (request.Caller, request.Selection);
        var filter = selection.Collections.Count switch { 0 => Filter.WholeApp, 1 => Filter.OneCollection, _ => Filter.SomeCollections };
        var command = new NpgsqlBatchCommand(Texts.GetOrAdd((caller.Scopes.Count, filter), Compose))
        {
            Parameters =
            {
                Text(selection.Apps[0]), Text(caller.Own.Name), new NpgsqlParameter<int> { TypedValue = request.PageSize + caller.Scopes.Count }, Number(until),
            },
        };
        if (filter == Filter.OneCollection)
            command.Parameters.Add(Text(selection.Collections[0]));
        else if (filter == Filter.SomeCollections)
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. selection.Collections] });
        foreach (var scope in caller.Scopes)
        {
            var (after, pushed) = (start.At(scope), request.JustPushed.GetValueOrDefault(scope.Name));
            command.Parameters.Add(Text(scope.Name));
            command.Parameters.Add(Number(after));
            command.Parameters.Add(Text(Position.IsInitial(after) ? "" : request.ClientId));
            command.Parameters.Add(Number(pushed.From));
            command.Parameters.Add(Number(pushed.To));
        }

        return command;
    }

    static string Compose((int Scopes, Filter Filter) shape)
    {
        var (filter, shared) = shape.Filter switch
        {
            Filter.WholeApp => ("", 4),
            Filter.OneCollection => (" AND c.table_name = $5", 5),
            Filter.SomeCollections => (" AND c.table_name = ANY ($5)", 5),
        };
        var branches = Enumerable.Range(0, shape.Scopes).Select(branch =>
        {
            var first = shared + (branch * 5) + 1;
            return string.Format(CultureInfo.InvariantCulture, BranchFormat, first, first + 1, first + 2, first + 3, first + 4, filter);
        }).ToList();
        return branches.Count == 1 ? branches[0] : "(" + string.Join(")\nUNION ALL\n(", branches) + ")\nORDER BY seq LIMIT $3";
    }

    static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value };
}
