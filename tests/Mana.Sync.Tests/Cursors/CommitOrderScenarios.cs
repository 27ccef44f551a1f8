using Mana.Sync.Tests.Spaces;
using Mana.Testing;
using Npgsql;

namespace Mana.Sync.Tests.Cursors;

/// <summary>sync.md 24.4, 64, and 66 for it: a writer that has its position and does not commit yet. A trigger holds it in the middle of its transaction.</summary>
public sealed class CommitOrderScenarios(CommitOrderScenarios.Held held) : IClassFixture<CommitOrderScenarios.Held>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Scenario_24_4_64_and_66_a_row_that_commits_late_is_delivered_to_readers_that_were_faster(bool clockAhead)
    {
        var a = await held.Inner.PersonAsync(clockAhead ? held.Ahead : held.Inner.Host);
        var reader = a.As("reader");
        await a.StoreAsync(Change.Insert("before"));
        Answer opaque = (await reader.PullAsync()).Ok(), timestamp = opaque;
        Assert.Equal(["before"], opaque.Ids);

        Task<Answer> slow, fast;
        await using (await held.HoldAsync())
        {
            slow = a.PushAsync(Change.Insert("slow"));
            await held.UntilWaitingAsync("advisory");
            // A second writer either waits for the first, or overtakes it: then it has committed before the readers look.
            fast = a.As("c").PushAsync(Change.Insert("fast"));
            await Task.WhenAny(fast, held.UntilWaitingAsync("advisory", waiters: 2));
            for (var i = 0; i < 3; i++)
            {
                opaque = (await reader.PullAfterAsync(opaque, CursorKind.Opaque)).Ok();
                timestamp = (await reader.PullAfterAsync(timestamp, CursorKind.Timestamp)).Ok();
                Assert.DoesNotContain("slow", opaque.Ids.Concat(timestamp.Ids));
            }
        }

        (await slow).Ok();
        (await fast).Ok();
        Assert.Equal(["slow", "fast"], (await reader.PullAfterAsync(opaque, CursorKind.Opaque)).Ok().Ids);
        Assert.Equal(["slow", "fast"], (await reader.PullAfterAsync(timestamp, CursorKind.Timestamp)).Ok().Ids);
        Assert.Equal(["slow", "fast"], (await reader.PushAfterAsync(timestamp, CursorKind.Timestamp)).Ok().Ids);
    }

    [Theory]
    [InlineData(CursorKind.Opaque)]
    [InlineData(CursorKind.Timestamp)]
    public async Task A_reader_of_several_scopes_waits_for_a_writer_whose_row_would_lie_before_what_it_has_seen(CursorKind kind)
    {
        var (a, b) = (await held.Inner.MemberAsync(), await held.Inner.MemberAsync());
        var space = await held.Inner.SpaceAsync(a, b);
        await a.StoreAsync(Change.Insert("before"));
        var reader = a.As("reader");
        var start = (await reader.PullAsync()).Ok();

        Task<Answer> slow, reading;
        await using (await held.HoldAsync())
        {
            slow = a.PushAsync(Change.Insert("slow"));
            await held.UntilWaitingAsync("advisory");
            await b.StoreAsync(SpaceScenarios.In(space, "later"));
            reading = reader.PullAfterAsync(start, kind);
            await held.UntilWaitingAsync("advisory", waiters: 2);
            Assert.False(reading.IsCompleted);
        }

        (await slow).Ok();
        var first = (await reading).Ok();
        Assert.Equal(["slow", "later"], first.Ids.Concat((await reader.PullAfterAsync(first, kind)).Ok().Ids));
    }

    [Fact]
    public async Task A_writer_that_fails_late_leaves_no_gap_that_stops_a_reader()
    {
        var a = await held.Inner.PersonAsync();
        await using (var hold = await held.HoldAsync())
        {
            var slow = a.PushAsync(Change.Insert("slow"));
            await held.UntilWaitingAsync("advisory");
            await hold.KillWaiterAsync();
            Assert.NotEqual(200, (int)(await slow).Status);
        }

        await a.StoreAsync(Change.Insert("next"));
        Assert.Equal(["next"], await a.As("reader").PullAllAsync(CursorKind.Timestamp));
    }

    [Fact]
    public async Task A_waiting_writer_of_one_person_does_not_hold_up_another()
    {
        var a = await held.Inner.PersonAsync();
        var other = await held.Inner.PersonAsync();
        Task<Answer> slow;
        await using (await held.HoldAsync())
        {
            slow = a.PushAsync(Change.Insert("slow"));
            await held.UntilWaitingAsync("advisory");
            await other.StoreAsync(Change.Insert("mine"));
            Assert.Equal(["mine"], await other.As("b").PullAllAsync(CursorKind.Opaque));
        }

        (await slow).Ok();
    }

    /// <summary>A host whose database stops every writer of the record "slow" while a test says so, and a host whose clock is a minute ahead.</summary>
    public sealed class Held : IAsyncLifetime
    {
        internal SyncFixture Inner { get; } = new();

        internal TestHost Ahead { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Inner.InitializeAsync();
            Ahead = await new TestHost(Inner.Database).With(new FakeClock(TimeProvider.System.GetUtcNow().AddSeconds(60))).StartAsync();
            await using var connection = await Inner.OpenAsync();
            await RunAsync(connection, """
                CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$;
                CREATE TRIGGER hold BEFORE INSERT ON sync.changes FOR EACH ROW WHEN (NEW.record_id = 'slow') EXECUTE FUNCTION hold();
                """);
        }

        internal async Task<Hold> HoldAsync()
        {
            var connection = await Inner.OpenAsync();
            await RunAsync(connection, "SELECT pg_advisory_lock(7)");
            return new Hold(connection);
        }

        /// <summary>Until so many in this database wait for a lock of this kind; fails after ten seconds.</summary>
        internal async Task UntilWaitingAsync(string kind, int waiters = 1)
        {
            await using var connection = await Inner.OpenAsync();
            await RunAsync(connection, $"""
                DO $$ BEGIN
                  FOR i IN 1..1000 LOOP
                    IF (SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                        WHERE a.datname = current_database() AND l.locktype = '{kind}' AND NOT l.granted) >= {waiters} THEN RETURN; END IF;
                    PERFORM pg_sleep(0.01);
                    PERFORM pg_stat_clear_snapshot();
                  END LOOP;
                  RAISE EXCEPTION 'nobody waits';
                END $$
                """);
        }

        public async ValueTask DisposeAsync()
        {
            await Ahead.DisposeAsync();
            await Inner.DisposeAsync();
        }

        internal static async Task RunAsync(NpgsqlConnection connection, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    internal sealed class Hold(NpgsqlConnection connection) : IAsyncDisposable
    {
        /// <summary>Ends the session that waits, as a crash would.</summary>
        public Task KillWaiterAsync() =>
            Held.RunAsync(connection, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");

        public async ValueTask DisposeAsync()
        {
            await Held.RunAsync(connection, "SELECT pg_advisory_unlock(7)");
            await connection.DisposeAsync();
        }
    }
}
