using Npgsql;

namespace Mana.Apps.Tests.Calendar;

/// <summary>When a synchronisation has its turn: none that somebody asked for, and none that is due, is passed over.</summary>
public sealed class MirrorTurnTests(GoogleHost world) : IClassFixture<GoogleHost>
{
    static readonly object Plain = new { startDate = "2026-01-05T08:00:00.000Z", endDate = "2026-01-05T09:00:00.000Z", allDay = false, sourceModule = "calendar" };

    /// <summary>Found as a run that never came: a change was being noted on the row in the very moment at which the worker looked for what is due.</summary>
    [Fact]
    public async Task A_calendar_on_which_another_transaction_has_its_hand_is_waited_for()
    {
        var mirror = await MirrorWorld.NewAsync(world, "export");
        var before = (await GoogleHost.FinishedAsync(mirror.Person, mirror.Id, 1)).Count;
        await using (var connection = new NpgsqlConnection(world.Database))
        {
            await connection.OpenAsync();
            await using var due = new NpgsqlCommand("UPDATE apps.external_calendars SET next_run_at = '2026-01-01' WHERE id = $1", connection) { Parameters = { new() { Value = Guid.Parse(mirror.Id) } } };
            await due.ExecuteNonQueryAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await due.ExecuteNonQueryAsync();
            world.Clock.Advance(TimeSpan.FromSeconds(31));
            const string Waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE apps.external_calendars SET lease_until%'";
            for (var deadline = DateTime.UtcNow.AddSeconds(30); await world.ScalarAsync<long>(Waiting) == 0; await Task.Delay(20))
                Assert.True(DateTime.UtcNow < deadline, "The worker does not wait for the row.");
            await transaction.CommitAsync();
        }

        Assert.Equal((0, 0, 0, null), (await GoogleHost.FinishedAsync(mirror.Person, mirror.Id, before + 1))[0]);
    }

    [Fact]
    public async Task Who_asks_while_a_run_that_was_asked_for_is_under_way_gets_another_one()
    {
        var mirror = await MirrorWorld.NewAsync(world, "export");
        var before = (await GoogleHost.FinishedAsync(mirror.Person, mirror.Id, 1)).Count;
        await mirror.EventAsync("e1", "eins", Plain);
        var meanwhile = new TaskCompletionSource<string[]>();
        mirror.Store.BeforeWrite = () => meanwhile.SetResult([AskAsync().GetAwaiter().GetResult(), AskAsync().GetAwaiter().GetResult()]);
        var first = await AskAsync();
        var asked = await meanwhile.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotEqual(first, asked[0]);
        // One that waits serves everybody who asks.
        Assert.Equal(asked[0], asked[1]);
        Assert.Equal(before + 2, (await GoogleHost.FinishedAsync(mirror.Person, mirror.Id, before + 2)).Count);

        async Task<string> AskAsync()
        {
            // Runs are told by their start.
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await mirror.Person.PostAsync($"calendar/external/{mirror.Id}/sync")).Ok(202).String("runId")!;
        }
    }
}
