using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Npgsql;

namespace Mana.Load.Reminders;

/// <summary>
/// How late reminders are: <c>--rate</c> of them due each second for <c>--seconds</c>, beside <c>--records</c> that wait for another day. Latencies are from
/// the time each was due until its push had arrived. The host needs VAPID keys and <c>NOTIFY_PRIVATE_HOSTS=127.0.0.1</c>.
/// </summary>
internal static class ReminderLoad
{
    static readonly TimeSpan Ahead = TimeSpan.FromSeconds(8);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    const string Fill = """
        WITH wanted AS (SELECT gen_random_uuid() AS id, (n - 1) % array_length($1::text[], 1) + 1 AS who,
            CASE WHEN n <= $3 THEN $4::timestamptz + (n - 1) * ($5 * interval '1 second') ELSE $4::timestamptz + interval '2 days' + n * interval '1 second' END AS at FROM generate_series(1, $3 + $6) n),
          rules AS (INSERT INTO apps.reminder_rules (id, user_id, app_id, collection, source_id, anchor, at_utc, channels, critical, created_at, updated_at)
            SELECT id, ($1::text[])[who], 'todo', 'tasks', ($2::text[])[who], 'absolute', at, '{push}', false, now(), now() FROM wanted)
        INSERT INTO apps.reminder_instances (id, rule_id, occurrence_key, anchor_at, scheduled_at, fire_at, state, firing, push_suppressed, write_back, created_at)
        SELECT gen_random_uuid(), id, '', at, at, at, 'pending', 0, false, false, now() FROM wanted
        """;

    const string Times = """
        SELECT left(d.idempotency_key, 32), i.fire_at FROM apps.reminder_deliveries d JOIN apps.reminder_instances i ON i.id = d.instance_id WHERE i.fire_at BETWEEN $1 AND $2
        """;

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        await using var sink = await PushSink.StartAsync();
        await using var database = NpgsqlDataSource.Create(options.Postgres ?? throw new LoadProblem("This scenario needs --postgres: it puts the reminders where they wait."));
        var (users, tasks) = await PeopleAsync(options, sink);
        var due = (int)(options.Rate * options.Duration.TotalSeconds);
        var start = TimeProvider.System.GetUtcNow() + Ahead;
        await ExecuteAsync(database, Fill, users, tasks, due, start, options.Rate >= due ? 0.0 : 1 / options.Rate, options.Records);
        await ExecuteAsync(database, "ANALYZE apps.reminder_instances, apps.reminder_rules");
        using var memory = await HostMemory.WatchAsync(options.Url);
        for (var began = Stopwatch.GetTimestamp(); sink.Arrivals.Count < due && Stopwatch.GetElapsedTime(began) < Ahead + options.Duration + Patience;)
            await Task.Delay(50);
        var worker = new Worker();
        var expected = await TimesAsync(database, start, start + options.Duration);
        foreach (var (topic, at) in expected)
            if (sink.Arrivals.TryGetValue(topic, out var arrival))
                worker.Latencies.Add((arrival - at).TotalMilliseconds);
        if (worker.Latencies.Count != due)
            worker.Fail($"{due} were due, {worker.Latencies.Count} arrived.");
        return RunResult.Of($"reminders, {due:n0} due at {options.Rate:n0}/s, {options.Records:n0} waiting", [worker], options.Duration) with { HostMemory = await memory.StopAsync(), RateIsGiven = true };
    }

    /// <summary>People with a browser each and tasks that synchronisation knows.</summary>
    static async Task<(string[] Users, string[] Tasks)> PeopleAsync(LoadOptions options, PushSink sink)
    {
        const int TasksEach = 20;
        var (users, tasks) = (new List<string>(), new List<string>());
        foreach (var person in await Accounts.OpenAsync(options, options.Users))
        {
            var own = Enumerable.Range(0, TasksEach).Select(i => $"{person.UserId}-{i}").ToArray();
            (await person.Http.PostAsJsonAsync("/sync/todo", new
            {
                clientId = "load", changes = own.Select(id => new { table = "tasks", id, op = "insert", data = new { id, title = "Milch", isCompleted = false } }),
            })).EnsureSuccessStatusCode();
            using var browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            var point = browser.ExportParameters(false).Q;
            (await person.Http.PostAsJsonAsync("/api/v1/push/subscriptions", new
            {
                endpoint = $"{sink.Address}/{person.UserId}",
                keys = new { p256dh = Base64Url.EncodeToString([4, .. point.X!, .. point.Y!]), auth = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)) },
            })).EnsureSuccessStatusCode();
            users.AddRange(own.Select(_ => person.UserId));
            tasks.AddRange(own);
        }

        return ([.. users], [.. tasks]);
    }

    static async Task<List<(string Topic, DateTimeOffset At)>> TimesAsync(NpgsqlDataSource database, DateTimeOffset from, DateTimeOffset to)
    {
        await using var command = database.CreateCommand(Times);
        command.Parameters.Add(new() { Value = from.AddSeconds(-1) });
        command.Parameters.Add(new() { Value = to.AddSeconds(1) });
        await using var row = await command.ExecuteReaderAsync();
        var times = new List<(string, DateTimeOffset)>();
        while (await row.ReadAsync())
            times.Add((row.GetString(0), row.GetFieldValue<DateTimeOffset>(1)));
        return times;
    }

    static async Task ExecuteAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 300;
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
