using Mana.Sync.Compaction;
using Mana.Sync.Tests.Live;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Sync.Tests.Compaction;

/// <summary>sync.md 15.5: what compaction removes leaves the disk, too, and nothing but that.</summary>
public sealed class ReclaimTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task After_many_edits_of_few_records_the_files_shrink_and_everything_that_stayed_can_be_read()
    {
        var a = await fixture.PersonAsync();
        var removed = await EditAndCompactAsync(a);
        var before = await SizeAsync();

        var freed = await ReclaimAsync(removed, before / 10);

        Assert.True(freed > 1_000_000, $"{freed} bytes");
        var reader = new Reader(a.As("b"));
        await reader.ReadAsync(3, int.MaxValue);
        Assert.All(Enumerable.Range(0, 4), i => Assert.Contains($"19-{396 + i} ", reader.Store.Visible(), StringComparison.Ordinal));
        await a.StoreAsync(Change.Update("t0", "title", "\"after\"", 9000));
        await reader.ReadAsync(3, int.MaxValue);
        Assert.Contains("after", reader.Store.Visible(), StringComparison.Ordinal);
    }

    /// <summary>A dump, say, that began before: what it can still see is carried over, and given back by the next run.</summary>
    [Fact]
    public async Task What_an_older_snapshot_still_sees_is_given_back_when_it_has_ended()
    {
        var reclaim = ActivatorUtilities.CreateInstance<Reclaim>(fixture.Host.Services);
        await using var connection = await fixture.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, TestContext.Current.CancellationToken);
        await using (var look = new NpgsqlCommand("SELECT 1 FROM pg_class", connection, transaction))
            await look.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await EditAndCompactAsync(await fixture.PersonAsync());

        Assert.InRange(await reclaim.AfterAsync(50_000, default), 0, 1_000_000);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);

        var compacted = await CurrentTransactionAsync();
        await Soon.TrueAsync("everybody sees what compaction did", () => AllSeeAsync(compacted));
        Assert.True(await reclaim.AfterAsync(0, default) > 1_000_000);
    }

    /// <summary>What was removed long ago has given its room to new changes: rewriting finds nothing more to give back, and is not done for ever.</summary>
    [Fact]
    public async Task A_rewrite_that_gives_nothing_back_is_not_repeated_for_ever()
    {
        await (await fixture.PersonAsync()).StoreAsync(Change.Insert("t1"));
        var reclaim = ActivatorUtilities.CreateInstance<Reclaim>(fixture.Host.Services);
        await reclaim.AfterAsync(1_000_000_000, default);
        for (var (run, last) = (0, await FileAsync()); ; run++)
        {
            await reclaim.AfterAsync(0, default);
            if (last == (last = await FileAsync()))
                break;
            Assert.InRange(run, 0, 2);
        }
    }

    [Fact]
    public async Task Nothing_is_rewritten_while_most_of_the_log_is_in_use()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Many(50, i => Change.Insert("t" + i)));
        var file = await FileAsync();
        Assert.Equal(0, await Get<Reclaim>().RunAsync(100, default));
        Assert.Equal(file, await FileAsync());
    }

    [Fact]
    public async Task A_reader_in_the_way_is_waited_for_half_a_second_and_tried_again_later()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        await using var connection = await fixture.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var lockIt = new NpgsqlCommand("LOCK TABLE sync.changes IN ACCESS SHARE MODE", connection))
            await lockIt.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var (file, clock) = (await FileAsync(), new FakeClock(DateTimeOffset.UnixEpoch));
        var running = ActivatorUtilities.CreateInstance<Reclaim>(fixture.Host.Services, clock).AfterAsync(1_000_000, default);
        await Soon.TrueAsync("the first try is over", () => clock.Timers == 1);
        Assert.Equal(file, await FileAsync());
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);

        clock.Advance(Reclaim.Pause);
        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.NotEqual(file, await FileAsync());
    }

    /// <summary>The right that the function lends is not one that the role has.</summary>
    [Fact]
    public async Task The_role_of_the_host_cannot_rewrite_a_table_itself()
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand("CLUSTER sync.changes USING changes_key");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState);
    }

    /// <summary>Eight thousand changes of four records, of which compaction leaves the last; returns how many it removed.</summary>
    async Task<long> EditAndCompactAsync(SyncClient a)
    {
        // It may come in between and give back a part itself.
        await ExecuteAsync("ALTER TABLE sync.changes SET (autovacuum_enabled = off)");
        await a.StoreAsync(Change.Many(4, i => Change.Insert("t" + i)));
        for (var push = 0; push < 20; push++)
            await a.StoreAsync(Change.Many(400, i => Change.Update("t" + (i % 4), "title", $"\"{push}-{i} {new string('x', 100)}\"", (push * 400) + i)));
        var report = await Get<Compactor>().RunAsync(TimeSpan.Zero, TimeSpan.FromDays(180), default);
        // And what other tests of the class left.
        Assert.InRange(report.Removed, 8000, 8100);
        return report.Removed;
    }

    async Task<string> CurrentTransactionAsync()
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_current_xact_id()::text", connection);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>No snapshot that there is, or that begins now, is older than this transaction. One that begins is as old as the oldest open transaction of the whole cluster, other tests' included.</summary>
    async Task<bool> AllSeeAsync(string transaction)
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AND NOT EXISTS (
                SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) >= age($1::xid8::xid))
            """, connection) { Parameters = { new() { Value = transaction } } };
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Until no more is stored: PostgreSQL's own housekeeping (an ANALYZE of another table) holds a snapshot now and then.</summary>
    async Task<long> ReclaimAsync(long removed, long until)
    {
        long freed = 0;
        await Soon.TrueAsync("the files shrink", async () =>
        {
            freed += await Get<Reclaim>().RunAsync(removed, default) ?? 0;
            return await SizeAsync() <= until;
        });
        return freed;
    }

    async Task ExecuteAsync(string sql)
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Changes when the log is rewritten.</summary>
    async Task<string> FileAsync()
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_relation_filepath('sync.changes')", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    async Task<long> SizeAsync()
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_total_relation_size('sync.changes') + pg_total_relation_size('sync.records')", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    T Get<T>() where T : notnull => fixture.Host.Services.GetRequiredService<T>();
}
