using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Apps.Reminders.Api;
using Mana.Apps.Reminders.Delivery;
using Mana.Apps.Reminders.Firing;
using Mana.Apps.Reminders.Rules;
using Mana.Apps.Reminders.Sources;
using Mana.Kernel.Ids;
using Mana.Kernel.Privacy;
using Mana.Auth.Contracts;
using Mana.Sync.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Apps.Tests.Reminders;

/// <summary>Many at once, clients that go, and people who are erased: what was found by the review of compute.md 8.</summary>
[Collection(ReminderWorld.Name)]
public sealed class IsolationScenarios(ReminderFixture world)
{
    [Fact]
    public async Task Forty_requests_at_once_need_no_forty_connections()
    {
        world.MoveTo("2026-09-01T00:00:00Z");
        // The listeners of a host hold some of these.
        var host = await world.StartHostAsync(("Database:MaxPoolSize", "8"));
        var work = new List<Task<Answer>>();
        for (var i = 0; i < 4; i++)
        {
            var person = await world.NewPersonAsync();
            var caller = new Caller(await new TokenForge(host).ClientForAsync(person.UserId), person.UserId);
            var task = await person.TaskAsync("2027-01-01T10:00:00.000Z");
            work.AddRange(Enumerable.Range(1, 10).Select(minutes => caller.PostAsync($"todo/tasks/{task}/reminders", new { minutesBefore = minutes })));
        }

        foreach (var answer in await Task.WhenAll(work).WaitAsync(TimeSpan.FromSeconds(60)))
            answer.Ok(201);
    }

    [Fact]
    public async Task Whoever_waits_too_long_for_their_turn_is_told_so()
    {
        world.MoveTo("2026-09-01T00:00:00Z");
        var person = await world.NewPersonAsync();
        var task = await person.TaskAsync("2027-01-01T10:00:00.000Z");
        await using var other = new NpgsqlConnection(world.Database);
        await other.OpenAsync();
        await using var holding = await other.BeginTransactionAsync();
        await LockAsync(other, 8, person.UserId);
        Assert.True((await person.PostAsync($"todo/tasks/{task}/reminders", new { minutesBefore = 5 })).Refused(429, "RATE_LIMITED").Message.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        await holding.RollbackAsync();
        (await person.PostAsync($"todo/tasks/{task}/reminders", new { minutesBefore = 5 })).Ok(201);
    }

    [Fact]
    public async Task A_change_of_zone_is_not_the_client_s_to_wait_for()
    {
        world.MoveTo("2026-03-20T08:00:00Z");
        var person = await world.NewPersonAsync();
        var task = await person.TaskAsync("2026-07-01");
        await person.RemindAsync(task, new { minutesBefore = 0 });
        await using var other = new NpgsqlConnection(world.Database);
        await other.OpenAsync();
        await using var holding = await other.BeginTransactionAsync();
        // Somebody is at work on the record: the answer comes nevertheless, and so does the change.
        await LockAsync(other, 7, $"u:{person.UserId}/todo/tasks/{task}");
        var put = Caller.Message(HttpMethod.Put, "notifications/preferences", new { timezone = "America/New_York" });
        (await (await person.ClientAsync()).SendAsync(put).WaitAsync(TimeSpan.FromSeconds(30))).Ok();
        await holding.RollbackAsync();
        await world.SettleAsync();
        Assert.Equal("2026-07-01T13:00:00.000Z", (await person.GetAsync("reminders")).Ok()["reminders"][0].GetProperty("reminderTime").GetString());
    }

    [Fact]
    public async Task Of_the_time_blocks_of_a_person_only_those_of_the_series_are_read()
    {
        var person = await world.NewPersonAsync();
        var block = person.UserId + "-series";
        await person.StoreAsync("timeblocks", "timeBlocks", block, new { startDate = "2026-09-01T08:00:00.000Z", timezone = "UTC", recurrenceRule = "FREQ=DAILY" });
        for (var i = 0; i < 20; i++)
            await person.StoreAsync("timeblocks", "timeBlocks", $"{person.UserId}-other-{i}", new { startDate = "2026-09-01T08:00:00.000Z", timezone = "UTC" });
        await person.StoreAsync("timeblocks", "timeBlocks", person.UserId + "-child", new { startDate = "2026-09-02T15:00:00.000Z", timezone = "UTC", parentBlockId = block, recurrenceDate = "2026-09-02" });
        // As another client may write the same name.
        var escaped = Caller.Message(HttpMethod.Post, "", $$$"""{"clientId":"d","changes":[{"table":"timeBlocks","id":"{{{person.UserId}}}-escaped","op":"insert","data":{"id":"{{{person.UserId}}}-escaped","parentBlockId":"{{{block.Replace("-", "\\u002d", StringComparison.Ordinal)}}}","recurrenceDate":"2026-09-03","startDate":"2026-09-03T16:00:00.000Z"}}]}""");
        escaped.RequestUri = new Uri("/sync/timeblocks", UriKind.Relative);
        (await (await person.ClientAsync()).SendAsync(escaped)).Ok();
        await world.SettleAsync();

        var records = new Counting(world.Records());
        var facts = await new SourceReader(records).ReadAsync(new SourceKey(person.UserId, null, "timeblocks", "timeBlocks", block), default);
        Assert.Equal(2, Assert.IsType<Anchor.Series>(facts.Anchor).Exceptions.Count);
        Assert.Equal(2, records.Read);
    }

    [Fact]
    public async Task A_private_record_of_a_space_makes_reminders_of_its_author_only()
    {
        var (author, member) = (await world.NewPersonAsync(), await world.NewPersonAsync());
        var services = world.Host.Services;
        var space = "space-" + author.UserId;
        var fields = JsonNode.Parse("""{"title":"secret","startDate":"2027-07-01T10:00:00.000Z","reminders":[5]}""")!.AsObject();
        var records = new Fixed(new SyncRecord("calendar", "events", "e1", fields, 2, false, true) { PrivateTo = author.UserId });
        var refresh = new RuleRefresh(
            services.GetRequiredService<NpgsqlDataSource>(), records, new SourceReader(records), services.GetRequiredService<Scheduler>(), services.GetRequiredService<RuleLimits>(), world.Erased, world.Clock);
        // Whoever seems to have changed it.
        await refresh.RefreshAsync(new SourceKey("", space, "calendar", "events", "e1"), member.UserId, default);
        Assert.Equal((1L, author.UserId), (
            await world.ScalarAsync<long>("SELECT count(*) FROM apps.reminder_rules WHERE space_id = $1", space), await world.ScalarAsync<string>("SELECT user_id FROM apps.reminder_rules WHERE space_id = $1", space)));
        Assert.Equal("2027-07-01T09:55:00.000Z", (await author.GetAsync("reminders")).Ok()["reminders"][0].GetProperty("reminderTime").GetString());
    }

    [Fact]
    public async Task What_is_in_hand_when_its_person_is_erased_is_neither_sent_nor_written_back()
    {
        world.MoveTo("2026-09-10T08:00:00Z");
        var services = world.Host.Services;
        var (first, second) = (await world.NewPersonAsync(), await world.NewPersonAsync());
        using var browser = await first.SubscribeAsync();
        await first.RemindAsync(await first.TaskAsync("2026-09-10T09:00:00.000Z"), new { minutesBefore = 0 });
        using var other = await second.SubscribeAsync();
        var record = await second.SyncedAsync(await second.TaskAsync("2026-09-10T09:00:00.000Z"), 0);
        world.MoveTo("2026-09-10T09:00:00Z");
        await services.GetRequiredService<ReminderClaims>().ClaimAsync(default);
        world.Erased.Add(first.UserId);
        await services.GetRequiredService<ReminderDispatcher>().DrainAsync(default);
        Assert.Empty(browser.Requests);
        Assert.Equal("erased", await world.DeliveryAsync(first, "last_error"));

        Assert.Single(other.Requests);
        world.Erased.Add(second.UserId);
        await services.GetRequiredService<WriteBack>().RunAsync(default);
        var stored = await world.Records().ReadAsync(RecordOwner.OfUser(second.UserId), "todo", "reminders", record, default);
        Assert.Equal("pending", (string?)stored!.Fields["status"]);
        Assert.Equal("false", await world.InstanceAsync(second, "write_back"));
    }

    [Fact]
    public async Task A_claim_under_way_leaves_nothing_of_whoever_is_erased_meanwhile()
    {
        world.MoveTo("2026-09-11T08:00:00Z");
        var person = await world.NewPersonAsync();
        await person.RemindAsync(await person.TaskAsync("2026-09-11T09:00:00.000Z"), new { minutesBefore = 0 });
        await using var claim = new NpgsqlConnection(world.Database);
        await claim.OpenAsync();
        await using var transaction = await claim.BeginTransactionAsync();
        await ExecuteAsync(claim, "SELECT 1 FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id WHERE r.user_id = $1 FOR UPDATE OF i", person.UserId);
        var held = world.Host.Services.GetServices<IPersonalData>().Single(part => part.Module == "reminders");
        var erasing = held.EraseAsync(person.UserId, default);
        // Until it waits for the claim.
        var patience = Stopwatch.StartNew();
        while (patience.Elapsed < TimeSpan.FromSeconds(30) && !await world.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"))
            await Task.Yield();
        await ExecuteAsync(claim, """
            INSERT INTO apps.reminder_deliveries (id, user_id, app_id, channel, idempotency_key, state, attempt, next_attempt_at, first_attempt_at, payload, anchor_at, critical, overdue, firing, created_at)
            VALUES (gen_random_uuid(), $1, 'todo', 'push', $1, 'pending', 0, now(), now(), '{}', now(), false, false, 0, now())
            """, person.UserId);
        await transaction.CommitAsync();
        await erasing;
        Assert.Equal(0, await held.CountAsync(person.UserId, default));
    }

    [Fact]
    public async Task A_reminder_stays_as_long_as_its_record_could_not_be_deleted()
    {
        var person = await world.NewPersonAsync();
        var record = await person.SyncedAsync(await person.TaskAsync("2027-04-05T10:00:00.000Z"), 0);
        var services = world.Host.Services;
        var broken = new ReminderService(
            services.GetRequiredService<NpgsqlDataSource>(), new Fixed(null), services.GetRequiredService<ISpaceDirectory>(), services.GetRequiredService<SourceReader>(), services.GetRequiredService<Scheduler>(),
            services.GetRequiredService<RuleLimits>(), services.GetRequiredService<RuleRefresh>(), services.GetRequiredService<IIdSource>(), world.Clock);
        await Assert.ThrowsAsync<NotSupportedException>(() => broken.DeleteAsync(person.UserId, Guid.Parse(record), default));
        Assert.Equal(1, (await person.GetAsync("reminders")).Ok()["reminders"].GetArrayLength());
        (await person.DeleteAsync($"reminders/{record}")).Ok();
    }

    [Fact]
    public async Task Export_tells_the_words_of_reminders_and_what_was_told()
    {
        world.MoveTo("2026-09-12T08:00:00Z");
        var person = await world.NewPersonAsync();
        await person.RemindAsync(await person.TaskAsync("2026-09-12T09:00:00.000Z"), new { minutesBefore = 0, title = "Titel", titleHintEnc = "opaque", body = "Rumpf", url = "/todo/9", channels = (string[])["inapp"] });
        await world.TickAtAsync("2026-09-12T09:00:00Z");
        using var output = new MemoryStream();
        await world.Host.Services.GetServices<IPersonalData>().Single(part => part.Module == "reminders").ExportAsync(person.UserId, output, default);
        var json = JsonDocument.Parse(output.ToArray()).RootElement;
        var words = json.GetProperty("words").EnumerateArray().Single();
        Assert.Equal(("Titel", "opaque", "Rumpf", "/todo/9"), (
            words.GetProperty("titleHint").GetString(), words.GetProperty("titleHintEnc").GetString(), words.GetProperty("bodyHint").GetString(), words.GetProperty("url").GetString()));
        Assert.Equal("Rumpf", json.GetProperty("deliveries").EnumerateArray().Single().GetProperty("notification").GetProperty("body").GetString());
    }

    static Task LockAsync(NpgsqlConnection connection, int seed, string name) => ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock(hashtextextended($1, {seed}))", name);

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, string value)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = value } } };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Counts what is read of tables.</summary>
    sealed class Counting(ISyncRecords records) : ISyncRecords
    {
        public int Read { get; private set; }

        public Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SyncRecord?> ReadAsync(RecordOwner owner, string appId, string table, string id, CancellationToken cancellationToken) => records.ReadAsync(owner, appId, table, id, cancellationToken);

        public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, CancellationToken cancellationToken) => CountAsync(records.QueryAsync(owner, appId, table, cancellationToken));

        public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, string mentioned, CancellationToken cancellationToken) =>
            CountAsync(records.QueryAsync(owner, appId, table, mentioned, cancellationToken));

        public IAsyncEnumerable<OwnedRecord> QueryAllAsync(string appId, string table, string? bookmark, CancellationToken cancellationToken) => throw new NotSupportedException();

        async IAsyncEnumerable<SyncRecord> CountAsync(IAsyncEnumerable<SyncRecord> found)
        {
            await foreach (var record in found)
            {
                Read++;
                yield return record;
            }
        }
    }

    /// <summary>One record, or none that anything can be done with.</summary>
    sealed class Fixed(SyncRecord? record) : ISyncRecords
    {
        public Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SyncRecord?> ReadAsync(RecordOwner owner, string appId, string table, string id, CancellationToken cancellationToken) => Task.FromResult(record);

        public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<SyncRecord> QueryAsync(RecordOwner owner, string appId, string table, string mentioned, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<OwnedRecord> QueryAllAsync(string appId, string table, string? bookmark, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
