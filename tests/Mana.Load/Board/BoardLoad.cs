using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using Mana.Analytics;
using Mana.Analytics.Reactions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Load.Board;

/// <summary>
/// The board of ideas (issue 7). <c>--postgres</c> is the database of the host, as its owner or superuser: the board is filled there, and afterwards counted.
/// </summary>
internal static class BoardLoad
{
    const int Authors = 5_000;
    const int ReactionsPerItem = 10;

    const string Fill = """
        INSERT INTO feedback.profiles (user_id, display_hash, display_name, created_at)
          SELECT 'load-author-' || a, md5('a' || a) || md5('b' || a), 'Mutige Eule #' || lpad((a % 10000)::text, 4, '0'), now() FROM generate_series(1, $1) a ON CONFLICT DO NOTHING;
        """;

    const string Items = """
        INSERT INTO feedback.items (id, user_id, app_id, title, feedback_text, category, status, is_public, display_hash, display_name, created_at, updated_at)
          SELECT gen_random_uuid(), 'load-author-' || a, (ARRAY['mana','todo','chat','calendar'])[1 + i % 4], 'A wish of number ' || i, repeat('Something that should be better here. ', 6),
            (ARRAY['bug','feature','improvement','question'])[1 + i % 4], (ARRAY['submitted','planned','completed'])[1 + i % 3], true, md5('a' || a) || md5('b' || a),
            'Mutige Eule #' || lpad((a % 10000)::text, 4, '0'), now() - interval '1 minute' * i, now()
          FROM generate_series(1, $1) i, LATERAL (SELECT 1 + i % $2 AS a) o;
        """;

    const string Reactions = """
        INSERT INTO feedback.reactions (feedback_id, user_id, emoji, rewarded, created_at)
          SELECT i.id, 'load-author-' || u, '👍', true, now() - interval '2 days' FROM (SELECT id, row_number() OVER (ORDER BY created_at) AS n FROM feedback.items) i, generate_series(1, (i.n % (2 * $1 + 1))::int) u
        ON CONFLICT DO NOTHING;
        """;

    const string Counts = """
        UPDATE feedback.items i SET score = c.n, reactions = jsonb_build_object('👍', c.n) FROM (SELECT feedback_id, count(*)::int AS n FROM feedback.reactions GROUP BY feedback_id) c WHERE c.feedback_id = i.id;
        """;

    const string Wrong = """
        SELECT count(*) FROM feedback.items i LEFT JOIN (SELECT feedback_id, count(*) AS n FROM feedback.reactions GROUP BY feedback_id) c ON c.feedback_id = i.id
        WHERE coalesce(c.n, 0) <> coalesce((SELECT sum(value::int) FROM jsonb_each_text(i.reactions)), 0)
        """;

    /// <summary>The public feed on a schedule, all pages of the first thousand ideas and every filter in turn.</summary>
    public static async Task<RunResult> FeedAsync(LoadOptions options)
    {
        var (items, reactions) = await FillAsync(options);
        string[] queries = ["", "&sort=recent", "&appId=todo", "&status=planned", "&category=bug", "&appId=chat&status=completed"];
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = new Uri(options.Url) };
        var workers = Enumerable.Range(0, options.Clients).Select(_ => new Worker()).ToList();
        var start = Stopwatch.GetTimestamp();
        await Pace.SpreadAsync(workers.Count, options.Rate, options.Duration, async (client, turn, due) =>
        {
            turn += client;
            using var answer = await http.GetAsync($"/api/v1/public/feedback/feed?limit=50&offset={turn % 20 * 50}{queries[turn % queries.Length]}");
            await answer.Content.ReadAsByteArrayAsync();
            workers[client].Latencies.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
            if (!answer.IsSuccessStatusCode)
                workers[client].Fail($"feed: {(int)answer.StatusCode}");
        });
        return RunResult.Of($"public feed, {options.Rate:n0}/s, {items:n0} items, {reactions:n0} reactions", workers, Stopwatch.GetElapsedTime(start)) with { RateIsGiven = true };
    }

    /// <summary>Reactions in a closed loop; afterwards every count is compared with the rows. <c>--by user</c> goes over HTTP, <c>--by service</c> straight to the module.</summary>
    public static async Task<RunResult> ReactAsync(LoadOptions options)
    {
        await FillAsync(options);
        await using var database = Source(options);
        var ids = new List<Guid>();
        await using (var command = database.CreateCommand("SELECT id FROM feedback.items ORDER BY score DESC LIMIT 500"))
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                ids.Add(reader.GetGuid(0));
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var toggle = new ReactionToggle(database, TimeProvider.System, new FeedbackMetrics(services.GetRequiredService<IMeterFactory>()));
        var people = options.By == "user" ? await Accounts.ReuseAsync(options, options.Clients) : [];
        var workers = Enumerable.Range(0, options.Clients).Select(_ => new Worker()).ToList();
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(workers.Select((worker, number) => Task.Run(async () =>
        {
            for (var turn = number; Stopwatch.GetElapsedTime(start) < options.Duration; turn++)
            {
                var (id, sent) = (ids[turn * 7 % ids.Count], Stopwatch.GetTimestamp());
                if (people.Count == 0)
                    _ = await toggle.ToggleAsync(id, $"load-reader-{number}", "🚀", seesAll: false, CancellationToken.None) ?? throw new LoadProblem("The item is gone.");
                else
                    using (var answer = await people[number].Http.PostAsJsonAsync($"/api/v1/feedback/{id}/react", new { emoji = "🚀" }))
                        if (!answer.IsSuccessStatusCode)
                            worker.Fail($"react: {(int)answer.StatusCode}");
                worker.Latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        })));
        var took = Stopwatch.GetElapsedTime(start);
        await using var check = database.CreateCommand(Wrong);
        var wrong = (long)(await check.ExecuteScalarAsync())!;
        return RunResult.Of($"reactions by {options.By}, {options.Clients} connections", workers, took) with { Broken = wrong, Figures = new() { ["items counted wrong"] = wrong } };
    }

    static async Task<(long Items, long Reactions)> FillAsync(LoadOptions options)
    {
        await using var database = Source(options);
        if (await NumberAsync(database, "SELECT count(*) FROM feedback.items") < options.Changes)
        {
            await RunAsync(database, Fill, Authors);
            await RunAsync(database, Items, options.Changes, Authors);
            await RunAsync(database, Reactions, ReactionsPerItem);
            await RunAsync(database, Counts);
            await RunAsync(database, "VACUUM ANALYZE feedback.items");
            await RunAsync(database, "ANALYZE feedback.reactions");
        }

        return (await NumberAsync(database, "SELECT count(*) FROM feedback.items"), await NumberAsync(database, "SELECT count(*) FROM feedback.reactions"));
    }

    static NpgsqlDataSource Source(LoadOptions options) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(options.Postgres ?? throw new LoadProblem("This scenario needs --postgres."))
    {
        MaxAutoPrepare = 20, AutoPrepareMinUsages = 2, CommandTimeout = 600,
    }.ConnectionString);

    static async Task RunAsync(NpgsqlDataSource database, string sql, params int[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    static async Task<long> NumberAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
