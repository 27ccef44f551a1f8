using Mana.Sync.Compaction;
using Mana.Sync.Cursors;
using Mana.Sync.Pull;
using Mana.Sync.Replicas;
using Mana.Sync.Spaces;
using Mana.Sync.Tests.Live;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Sync.Tests.Replicas;

/// <summary>First reads from a real streaming standby: what it serves, what it must not, and that nobody notices when it cannot.</summary>
public sealed class ReplicaTests(ReplicaFixture fixture) : IClassFixture<ReplicaFixture>
{
    SyncFixture Sync => fixture.Inner;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_first_read_is_the_standbys_and_its_cursor_goes_on_at_the_primary(bool opaque)
    {
        var a = (await Sync.PersonAsync()).As("a", $"first-{opaque}");
        await a.StoreAsync(Change.Many(25, i => Change.Insert($"t{i}")));
        var served = await fixture.ReadsAsync("served");
        await fixture.OnlyStandbyAsync(a.App);
        Answer? last = null;
        var ids = new List<string>();
        do
        {
            last = (last is null ? await a.As("b").PullAsync(limit: 10) : opaque ? await a.As("b").PullAsync(cursor: last.Cursor, limit: 10) : await a.As("b").PullAsync(since: last.SyncedUntil, limit: 10)).Ok();
            ids.AddRange(last.Ids);
        }
        while (last.HasMore);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"t{i}"), ids);
        Assert.Equal(served + 3, await fixture.ReadsAsync("served"));

        await fixture.GateAsync("");
        await a.StoreAsync(Change.Insert("later"));
        Assert.Equal(["later"], (opaque ? await a.As("b").PullAsync(cursor: last.Cursor) : await a.As("b").PullAsync(since: last.SyncedUntil)).Ok().Ids);
        // Whoever knows something already is not the standby's.
        Assert.Equal(served + 3, await fixture.ReadsAsync("served"));
    }

    [Fact]
    public async Task A_state_view_is_the_standbys_and_goes_on_at_the_primary()
    {
        var a = (await Sync.PersonAsync()).As("a", "views");
        await a.StoreAsync(Change.Many(7, i => Change.Insert($"t{i}")));
        await fixture.OnlyStandbyAsync(a.App);
        var first = (await a.As("b").GetAsync("collection=tasks&view=state&limit=5")).Ok();
        var second = (await a.As("b").GetAsync($"collection=tasks&view=state&limit=5&cursor={first.Cursor}")).Ok();
        Assert.Equal(["t0", "t1", "t2", "t3", "t4", "t5", "t6"], first.Ids.Concat(second.Ids));
        Assert.Equal((true, false), (first.HasMore, second.HasMore));
        await fixture.GateAsync("");
        await a.StoreAsync(Change.Insert("later"));
        Assert.Equal(["later"], (await a.As("b").PullAsync(cursor: second.Cursor)).Ok().Ids);
    }

    [Fact]
    public async Task The_backlog_of_a_stream_is_the_standbys()
    {
        var a = (await Sync.PersonAsync()).As("a", "streams");
        await a.StoreAsync(Change.Many(25, i => Change.Insert($"t{i}")));
        await fixture.OnlyStandbyAsync(a.App);
        var (feed, tenant) = (fixture.Host.Services.GetRequiredService<Feed>(), new Tenant(a.UserId));
        var heads = new ScopeHeads([await Sync.NewestAsync(a)], 0);
        var request = new DeltaRequest(tenant, Selection.Of(a.App), "b", default, 10);
        var (after, rows, pages) = (ReadVector.Start, 0, 0);
        for (var more = true; more; pages++)
        {
            var page = await feed.ReadAsync(request, after, heads, TestContext.Current.CancellationToken);
            (after, rows, more) = (page.End.Vector, rows + page.Rows.Count, page.End.HasMore);
        }

        Assert.Equal((25, 3, heads.Newest[0]), (rows, pages, after.Own));
        await fixture.GateAsync("");
    }

    [Fact]
    public async Task A_standby_that_has_not_replayed_enough_is_not_read_from_and_nothing_is_lost()
    {
        var a = await Sync.PersonAsync();
        await a.StoreAsync(Change.Insert("before"));
        await fixture.PauseAsync();
        var served = await fixture.ReadsAsync("served");
        // The device itself, another of the same person, and a view: all read what was just written.
        await a.StoreAsync(Change.Insert("after"));
        Assert.Equal(["before", "after"], (await a.PullAsync()).Ok().Ids);
        var b = (await a.As("b").PullAsync()).Ok();
        Assert.Equal(["before", "after"], b.Ids);
        Assert.Equal(["after", "before"], (await a.As("c").GetAsync("collection=tasks&view=state")).Ok().Ids);
        Assert.Equal(served, await fixture.ReadsAsync("served"));
        Assert.Equal(0, fixture.Replicas.Used);
        Assert.Contains("\"readReplicas\":\"unused\"", await fixture.Host.CreateClient().GetStringAsync("/health/ready", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await fixture.ResumeAsync();
        Assert.Equal(["before", "after"], (await a.As("d").PullAsync()).Ok().Ids);
        Assert.Equal(served + 1, await fixture.ReadsAsync("served"));
        Assert.Empty((await a.As("b").PullAsync(cursor: b.Cursor)).Ok().Changes);
        Assert.Contains("\"readReplicas\":\"up\"", await fixture.Host.CreateClient().GetStringAsync("/health/ready", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_was_removed_and_what_was_hidden_a_moment_ago_cannot_be_read(bool paused)
    {
        var (owner, member, other) = (await Sync.MemberAsync(), await Sync.MemberAsync(), await Sync.MemberAsync());
        var space = await Sync.SpaceAsync(owner, member, other);
        await owner.StoreAsync(Shared(space, "t1") + "," + Shared(space, "t2"));
        await fixture.UsedAsync();
        Assert.Equal(["t1", "t2"], (await member.As("new").PullAsync()).Ok().Ids);
        if (paused)
            await fixture.PauseAsync();
        await Sync.LeaveAsync(space, member);
        await owner.StoreAsync(Change.Update("t2", $$$"""{"visibility":{"value":"private","at":"{{{Change.At(9)}}}"}}""", $"\"spaceId\":\"{space}\""));
        Assert.Empty((await member.As("newer").PullAsync()).Ok().Changes);
        Assert.Empty((await member.As("newest").GetAsync("collection=tasks&view=state")).Ok().Changes);
        var seen = (await other.As("new").PullAsync()).Ok();
        Assert.Equal(["t1"], seen.Changes.Where(change => (string)change!["op"]! != "delete").Select(change => (string)change!["id"]!));
        Assert.Equal(["t1"], (await other.As("newer").GetAsync("collection=tasks&view=state")).Ok().Ids);
        if (paused)
            await fixture.ResumeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_reader_ends_in_the_same_state_whatever_was_compacted_and_whoever_lagged(int seed)
    {
        var random = new Random(seed);
        var a = await Sync.PersonAsync();
        await a.StoreAsync(Change.Insert("stays"));
        var (readers, isPaused) = (new List<Compaction.Reader>(), false);
        for (var round = 0; round < 14; round++)
        {
            readers.Add(new Compaction.Reader(a.As($"reader-{round}")));
            await a.StoreAsync(string.Join(',', Enumerable.Range(0, 8).Select(_ => Compaction.CompactionTests.RandomChange(random))));
            if (random.Next(2) == 0)
                await fixture.CompactAsync();
            if (random.Next(2) == 0)
                await ((isPaused = !isPaused) ? fixture.PauseAsync() : fixture.ResumeAsync());
            else if (!isPaused)
                await fixture.UsedAsync();
            // Each reads a little further, from wherever that comes this time.
            foreach (var reader in readers)
                await reader.ReadAsync(random.Next(1, 4), random.Next(0, 3));
        }

        if (isPaused)
            await fixture.ResumeAsync();
        foreach (var reader in readers)
            await reader.ReadAsync(7, int.MaxValue);
        var (fresh, view) = (new Compaction.Reader(a.As("fresh")), new Compaction.Reader(a.As("view")));
        await fresh.ReadAsync(1000, int.MaxValue);
        await view.ReadStateAsync(3);
        Assert.Contains("stays", fresh.Store.Visible(), StringComparison.Ordinal);
        Assert.All(readers.Append(view), reader => Assert.Equal(fresh.Store.Visible(), reader.Store.Visible()));
    }

    /// <summary>A standby replays what the primary's own session still waits to be confirmed: with a synchronous one that is the usual order.</summary>
    [Fact]
    public async Task A_place_in_the_log_is_told_only_when_the_primary_shows_what_the_standby_showed()
    {
        var a = await Sync.PersonAsync();
        await a.StoreAsync(Change.Insert("old", "first") + "," + Change.Many(10, i => Change.Insert($"t{i}")) + "," + Change.Update("old", "note", "\"n\"", 5));
        var scopeId = await ReplicaFixture.ScalarAsync<long>(fixture.Primary, $"SELECT id FROM sync.scopes WHERE name = '{SyncFixture.Scope(a)}'");
        await fixture.UsedAsync();
        await ReplicaFixture.RunAsync(fixture.Primary, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        await ReplicaFixture.RunAsync(fixture.Primary, "SELECT pg_reload_conf()");
        var compaction = new ScopeCompaction(fixture.Host.Services.GetRequiredService<NpgsqlDataSource>(), scopeId, SyncFixture.Scope(a))
            .RunAsync(await Sync.NewestAsync(a), 0, TestContext.Current.CancellationToken);
        var reader = new Compaction.Reader(a.As("b"));
        Task page;
        try
        {
            await Soon.TrueAsync("The standby shows what was compacted", async () => await StandbyRowsAsync(a) == 11);
            Assert.Equal(12, await Sync.RowsAsync(a));
            page = reader.ReadAsync(4, 1);
            await Soon.TrueAsync("The reader waits for the compaction", async () => page.IsCompleted || await ReplicaFixture.ScalarAsync<long>(
                fixture.Primary, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'") > 0);
            Assert.False(page.IsCompleted);
        }
        finally
        {
            await ReplicaFixture.RunAsync(fixture.Primary, "ALTER SYSTEM RESET synchronous_standby_names");
            await ReplicaFixture.RunAsync(fixture.Primary, "SELECT pg_reload_conf()");
        }

        await Task.WhenAll(page, compaction);
        await reader.ReadAsync(4, int.MaxValue);
        Assert.Contains("first", reader.Store.Visible(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(4000, true)]
    public async Task A_read_that_the_standby_cancels_goes_on_without_a_gap(int titleLength, bool cut)
    {
        var a = (await Sync.PersonAsync()).As("a", $"conflict-{titleLength}");
        await a.StoreAsync(Change.Many(40, i => Change.Insert($"t{i}", new string('x', titleLength))));
        var slow = await ReplicaFixture.ScalarAsync<long>(fixture.Primary, $"SELECT seq FROM sync.changes WHERE app_id = '{a.App}' AND record_id = 't30'");
        await fixture.GateAsync($"IF pg_is_in_recovery() AND app = '{a.App}' AND seq = {slow} THEN PERFORM pg_sleep(30); END IF;");
        await ReplicaFixture.RunAsync(fixture.Standby, "ALTER SYSTEM SET max_standby_streaming_delay = 0");
        await ReplicaFixture.RunAsync(fixture.Standby, "SELECT pg_reload_conf()");
        await fixture.UsedAsync();
        var conflicts = await fixture.ReadsAsync("conflict");
        var reading = a.As("b").PullAsync();
        await Soon.TrueAsync("The standby reads", async () =>
            await ReplicaFixture.ScalarAsync<long>(fixture.Standby, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND usename = 'mana_app'") == 1);
        await ReplicaFixture.RunAsync(fixture.Primary, "BEGIN; LOCK TABLE sync.changes IN ACCESS EXCLUSIVE MODE; COMMIT");

        var first = (await reading).Ok();
        Assert.Equal(conflicts + 1, await fixture.ReadsAsync("conflict"));
        await fixture.GateAsync("");
        await ReplicaFixture.RunAsync(fixture.Standby, "ALTER SYSTEM SET max_standby_streaming_delay = -1");
        await ReplicaFixture.RunAsync(fixture.Standby, "SELECT pg_reload_conf()");
        Assert.Equal(cut, first.HasMore);
        var ids = first.Ids.ToList();
        if (cut)
        {
            // What came after the last whole position comes with the next page; a row may come twice.
            Assert.InRange(ids.Count, 12, 30);
            ids.AddRange((await a.As("b").PullAsync(cursor: first.Cursor)).Ok().Ids);
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"t{i}"), ids.Distinct(StringComparer.Ordinal));
        Assert.Equal(1, fixture.Replicas.Used);
    }

    [Fact]
    public async Task A_standby_that_dies_is_ruled_out_and_the_others_and_the_primary_go_on()
    {
        var doomed = await fixture.StandbyAsync();
        await using var host = await new TestHost(fixture.Primary).With("Database:ReadUrl", Hosts(fixture.Standby, doomed, fixture.Primary)).StartAsync();
        var a = (await Sync.PersonAsync(host)).As("a", "dying");
        await a.StoreAsync(Change.Many(3, i => Change.Insert($"t{i}")));
        var (watch, replicas) = (host.Services.GetRequiredService<ReplicaWatch>(), host.Services.GetRequiredService<ReplicaSet>());
        await Soon.TrueAsync("Both are used", async () =>
        {
            await watch.LookAsync(TestContext.Current.CancellationToken);
            return replicas.Used == 2;
        });
        for (var i = 0; i < 4; i++)
            Assert.Equal(3, (await a.As($"before-{i}").PullAsync()).Ok().Changes.Count);
        await ReplicaFixture.KillAsync(doomed);
        for (var i = 0; i < 4; i++)
            Assert.Equal(3, (await a.As($"after-{i}").PullAsync()).Ok().Changes.Count);
        Assert.Equal(1, replicas.Used);
        Assert.InRange(await fixture.ReadsAsync("failed", host), 0, 1);
        await watch.LookAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, replicas.Used);
        var page = await host.CreateClient().GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("mana_sync_replica_used{replica=\"1\"} 1", page, StringComparison.Ordinal);
        Assert.Contains("mana_sync_replica_used{replica=\"2\"} 0", page, StringComparison.Ordinal);
        // The primary is in the list, because roles move; it is not missed.
        Assert.Equal((2, true), (replicas.Configured, replicas.All[2].IsPrimary));
        Assert.DoesNotContain("replica=\"3\"", page, StringComparison.Ordinal);
        Assert.Contains("\"readReplicas\":\"partly\"", await host.CreateClient().GetStringAsync("/health/ready", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_a_standby_of_this_primary_on_this_timeline_is_read_from()
    {
        await using var primary = NpgsqlDataSource.Create(fixture.Primary);
        var fence = (await Fence.TakeAsync(primary, TestContext.Current.CancellationToken))!;
        await fixture.UsedAsync();
        Assert.Equal(StandingKind.Ready, await KindAsync(fixture.Standby, fence));
        Assert.Equal(StandingKind.Primary, await KindAsync(fixture.Primary, fence));
        Assert.Equal(StandingKind.Foreign, await KindAsync(fixture.Primary, fence with { Cluster = fence.Cluster + 1 }));
        Assert.Equal(StandingKind.Foreign, await KindAsync(fixture.Standby, fence with { Timeline = fence.Timeline + 1 }));
        Assert.Equal(StandingKind.Foreign, await KindAsync(fixture.Standby, fence with { Cluster = fence.Cluster + 1 }));
        Assert.Equal(StandingKind.Behind, await KindAsync(fixture.Standby, fence with { Place = new NpgsqlTypes.NpgsqlLogSequenceNumber((ulong)fence.Place + 1_000_000) }));
        // A host whose own address leads to a standby has no fence to offer.
        await using var standby = NpgsqlDataSource.Create(fixture.Standby);
        Assert.Null(await Fence.TakeAsync(standby, TestContext.Current.CancellationToken));
    }

    static async Task<StandingKind> KindAsync(string server, Fence fence)
    {
        await using var connection = await ReplicaFixture.OpenAsync(server);
        return (await Standing.OfAsync(connection, fence, new Tenant("").EnterReading(), Standing.FewTries, TestContext.Current.CancellationToken)).Kind;
    }

    Task<long> StandbyRowsAsync(SyncClient person) => ReplicaFixture.ScalarAsync<long>(
        fixture.Standby, $"SELECT count(*) FROM sync.changes c JOIN sync.scopes s ON s.id = c.scope_id WHERE s.name = '{SyncFixture.Scope(person)}'");

    static string Hosts(params string[] servers) =>
        new NpgsqlConnectionStringBuilder(servers[0]) { Host = string.Join(',', servers.Select(server => new NpgsqlConnectionStringBuilder(server).Host)) }.ConnectionString;

    static string Shared(string space, string id) => Change.InsertData(id, $$"""{"id":"{{id}}","title":"Milk","createdAt":"{{Change.At(0)}}"}""", more: $"\"spaceId\":\"{space}\"");
}
