using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Mana.Kernel.Outbox;
using Mana.Sync.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Internal;

/// <summary>sync.md 16.2: what other modules may do with synchronised records.</summary>
public sealed class SyncRecordsTests(SyncRecordsTests.Watching watching) : IClassFixture<SyncRecordsTests.Watching>
{
    SyncFixture Fixture => watching.Inner;

    ISyncRecords Records => watching.Host.Services.GetRequiredService<ISyncRecords>();

    [Fact]
    public async Task What_a_module_writes_reaches_the_devices_and_what_they_write_is_read_merged()
    {
        var a = await watching.PersonAsync();
        await StoreAsync(a, new RecordWrite(RecordOp.Insert, "tasks", "t1", new JsonObject { ["title"] = "from the server" }));
        Assert.Equal("from the server", (string?)(await a.PullAsync()).Ok().Only["data"]!["title"]);

        await a.StoreAsync(Change.Update("t1", "done", "true", 0));
        var record = await Records.ReadAsync(RecordOwner.OfUser(a.UserId), "todo", "tasks", "t1", default);
        Assert.Equal(("from the server", true, false), ((string?)record!.Fields["title"], (bool?)record.Fields["done"], record.IsDeleted));
        Assert.Null(await Records.ReadAsync(RecordOwner.OfUser("somebody-else"), "todo", "tasks", "t1", default));
    }

    [Fact]
    public async Task Compare_and_set_refuses_what_was_decided_on_an_older_record()
    {
        var a = await watching.PersonAsync();
        await StoreAsync(a, new RecordWrite(RecordOp.Insert, "tasks", "t1", new JsonObject { ["n"] = 1 }, ExpectedPosition: 0));
        Assert.IsType<AppendResult.Changed>(await AppendAsync(a, new RecordWrite(RecordOp.Insert, "tasks", "t1", new JsonObject { ["n"] = 2 }, ExpectedPosition: 0)));
        var read = (await Records.ReadAsync(RecordOwner.OfUser(a.UserId), "todo", "tasks", "t1", default))!;
        await a.StoreAsync(Change.Update("t1", "title", "\"meanwhile\"", 5));

        var changed = Assert.IsType<AppendResult.Changed>(await AppendAsync(a, new RecordWrite(RecordOp.Update, "tasks", "t1", new JsonObject { ["n"] = 3 }, ExpectedPosition: read.Position)));
        Assert.True(changed.Position > read.Position);
        await StoreAsync(a, new RecordWrite(RecordOp.Update, "tasks", "t1", new JsonObject { ["n"] = 3 }, ExpectedPosition: changed.Position));
        Assert.Equal(2, await Fixture.RowsAsync(a) - 1);
    }

    [Fact]
    public async Task Compare_and_set_beats_what_it_was_decided_on_also_of_a_clock_that_runs_ahead()
    {
        var a = await watching.PersonAsync();
        var ahead = Math.Round((TimeProvider.System.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds + 240);
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Update("t1", "n", "1", ahead));
        var read = (await Records.ReadAsync(RecordOwner.OfUser(a.UserId), "todo", "tasks", "t1", default))!;

        await StoreAsync(a, new RecordWrite(RecordOp.Update, "tasks", "t1", new JsonObject { ["n"] = 2 }, ExpectedPosition: read.Position));

        var now = (await Records.ReadAsync(RecordOwner.OfUser(a.UserId), "todo", "tasks", "t1", default))!;
        Assert.Equal(2, (int)now.Fields["n"]!);
        // Who names a time is taken at their word.
        await StoreAsync(a, new RecordWrite(RecordOp.Update, "tasks", "t1", new JsonObject { ["n"] = 3 }, At: DateTimeOffset.UnixEpoch, ExpectedPosition: now.Position));
        Assert.Equal(2, (int)(await Records.ReadAsync(RecordOwner.OfUser(a.UserId), "todo", "tasks", "t1", default))!.Fields["n"]!);
        Assert.Equal(Change.At(ahead + 0.001), (string?)(await a.As("b").PullAsync()).Ok().Changes[2]!["fields"]!["n"]!["at"]);
    }

    [Fact]
    public async Task Of_many_who_count_up_by_compare_and_set_none_is_lost()
    {
        var a = await watching.PersonAsync();
        await StoreAsync(a, new RecordWrite(RecordOp.Insert, "tasks", "counter", new JsonObject { ["n"] = 0 }));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            for (var done = 0; done < 5;)
            {
                var read = (await Records.ReadAsync(RecordOwner.OfUser(a.UserId), "todo", "tasks", "counter", default))!;
                var write = new RecordWrite(RecordOp.Update, "tasks", "counter", new JsonObject { ["n"] = (int)read.Fields["n"]! + 1 }, ExpectedPosition: read.Position);
                done += await AppendAsync(a, write) is AppendResult.Stored ? 1 : 0;
            }
        }));
        Assert.Equal(30, (int)(await Records.ReadAsync(RecordOwner.OfUser(a.UserId), "todo", "tasks", "counter", default))!.Fields["n"]!);
    }

    [Fact]
    public async Task A_repeated_event_id_is_stored_once_and_expects_nothing_any_more()
    {
        var a = await watching.PersonAsync();
        var write = new RecordWrite(RecordOp.Insert, "tasks", "t1", new JsonObject { ["n"] = 1 }, EventId: new Guid("7a1b7a53-9d0c-4a0e-8f5e-000000000001"), ExpectedPosition: 0);
        Assert.Equal(0, Assert.IsType<AppendResult.Stored>(await AppendAsync(a, write)).Duplicates);
        Assert.Equal(1, Assert.IsType<AppendResult.Stored>(await AppendAsync(a, write)).Duplicates);
    }

    [Fact]
    public async Task The_rules_of_a_push_hold_for_modules_too()
    {
        var a = await watching.PersonAsync();
        Assert.Equal("space_forbidden", Assert.IsType<AppendResult.Refused>(await AppendAsync(a, new RecordWrite(RecordOp.Insert, "tasks", "t1", [], SpaceId: "org-1"))).Error);
        Assert.Equal("missing_table_or_id", Assert.IsType<AppendResult.Refused>(await AppendAsync(a, new RecordWrite(RecordOp.Insert, "", "t1", []))).Error);
        Assert.Equal("limit_exceeded", Assert.IsType<AppendResult.Refused>(await AppendAsync(a, new RecordWrite(RecordOp.Insert, new string('t', 129), "t1", []))).Error);
        Assert.Equal(0, await Fixture.RowsAsync(a));
    }

    [Fact]
    public async Task A_table_is_read_whole_and_over_everybody_from_any_bookmark()
    {
        var (a, b) = (await watching.PersonAsync(), await watching.PersonAsync());
        await a.StoreAsync(Change.Many(1000, i => Change.Insert($"t{i:0000}", table: "many")));
        await b.StoreAsync(Change.Many(3, i => Change.Insert($"u{i}", table: "many")) + "," + Change.Insert("gone", table: "many"));
        Assert.Equal(1000, await Records.QueryAsync(RecordOwner.OfUser(a.UserId), "todo", "many", default).CountAsync());

        var all = await Records.QueryAllAsync("todo", "many", null, default).ToListAsync();
        Assert.Equal(1004, all.Count);
        Assert.Equal([a.UserId, b.UserId], all.Select(owned => owned.Owner.UserId).Distinct(StringComparer.Ordinal));
        var rest = await Records.QueryAllAsync("todo", "many", all[700].Bookmark, default).ToListAsync();
        Assert.Equal(all.Skip(701).Select(owned => owned.Record.Id), rest.Select(owned => owned.Record.Id));
    }

    [Fact]
    public async Task Of_a_table_those_records_come_that_mention_a_text_however_it_is_written()
    {
        var a = await watching.PersonAsync();
        await a.StoreAsync(Change.Many(600, i => Change.Insert($"t{i:0000}", table: "mention")));
        await a.StoreAsync(Change.InsertData("u1", """{"parent":"p-1"}""", table: "mention") + "," + Change.InsertData("u2", """{"parent":"p\u002d1"}""", table: "mention"));
        var found = await Records.QueryAsync(RecordOwner.OfUser(a.UserId), "todo", "mention", "p-1", default).ToListAsync();
        Assert.Equal(["p-1", "p-1"], found.Select(record => (string?)record.Fields["parent"]));
    }

    [Fact]
    public async Task Watchers_hear_of_every_change_of_their_table_and_of_no_other()
    {
        var a = await watching.PersonAsync();
        await a.StoreAsync(Change.Insert("w1", table: "watched") + "," + Change.Insert("w2", table: "watched") + "," + Change.Insert("x", table: "other"));
        await StoreAsync(a, new RecordWrite(RecordOp.Update, "watched", "w1", new JsonObject { ["n"] = 1 }));
        await watching.DrainAsync();
        var heard = watching.Heard.Where(happened => happened.AuthorId == a.UserId).ToList();
        Assert.Equal(["w1", "w2", "w1"], heard.OrderBy(happened => happened.Position).SelectMany(happened => happened.RecordIds));
        Assert.All(heard, happened => Assert.Equal(("watched", a.UserId, (string?)null), (happened.Table, happened.OwnerUserId, happened.SpaceId)));
    }

    /// <summary>A NOTIFY in every push's transaction would make them commit one after the other.</summary>
    [Fact]
    public async Task A_push_is_heard_of_at_once_without_a_notification()
    {
        Assert.Equal(0, await watching.Inner.CountAsync("pg_trigger WHERE tgrelid = 'sync.outbox'::regclass AND NOT tgisinternal"));
        var a = await watching.PersonAsync();
        await a.StoreAsync(Change.Insert("bell", table: "watched"));
        // The host's clock stands still: no poll will come.
        await watching.DrainAsync();
        Assert.Contains(watching.Heard, happened => happened.AuthorId == a.UserId && happened.RecordIds is ["bell"]);
    }

    Task<AppendResult> AppendAsync(SyncClient person, RecordWrite write) =>
        Records.AppendAsync(new AppendRequest(person.UserId, "todo", [write], "system:test", Origin: "system"), default);

    async Task StoreAsync(SyncClient person, RecordWrite write) => Assert.IsType<AppendResult.Stored>(await AppendAsync(person, write));

    public sealed class Watching : IAsyncLifetime
    {
        readonly ConcurrentQueue<RecordChanged> _heard = new();

        internal SyncFixture Inner { get; } = new();

        internal TestHost Host { get; private set; } = null!;

        internal IEnumerable<RecordChanged> Heard => _heard;

        public async ValueTask InitializeAsync()
        {
            await Inner.InitializeAsync();
            // A host without the watcher would take events for handled.
            await Inner.Host.DisposeAsync();
            Host = await new TestHost(Inner.Database).With(new FakeClock(TimeProvider.System.GetUtcNow())).With(services => services
                .AddSingleton(_heard).AddRecordFeed("todo", "watched").AddManaEventHandler<RecordChanged, Listener>("test.watching")).StartAsync();
        }

        internal Task<SyncClient> PersonAsync() => Inner.PersonAsync(Host);

        /// <summary>Until the outbox is empty: the host's own dispatcher may be delivering as well.</summary>
        internal async Task DrainAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await Inner.CountAsync("sync.outbox") > 0)
                await Task.Delay(20, patience.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await Inner.DisposeAsync();
        }
    }

    internal sealed class Listener(ConcurrentQueue<RecordChanged> heard) : IManaEventHandler<RecordChanged>
    {
        public Task HandleAsync(RecordChanged happened, EventContext context, CancellationToken cancellationToken)
        {
            heard.Enqueue(happened);
            return Task.CompletedTask;
        }
    }
}
