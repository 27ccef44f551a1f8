using Mana.Credits.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Credits.Tests.Import;

/// <summary>commerce.md 16.4: what the former credits service owed is owed here, once.</summary>
public sealed class CommerceImportTests(CreditsFixture world) : IClassFixture<CreditsFixture>
{
    const string Original = """
        CREATE SCHEMA credits; CREATE SCHEMA gifts;
        CREATE TABLE credits.balances (user_id text PRIMARY KEY, balance int NOT NULL, total_earned int NOT NULL, total_spent int NOT NULL);
        CREATE TABLE credits.reservations (id uuid PRIMARY KEY, user_id text NOT NULL, amount int NOT NULL, status text NOT NULL);
        CREATE TABLE credits.sync_subscriptions (user_id text PRIMARY KEY, active bool NOT NULL, billing_interval text NOT NULL, activated_at timestamptz, next_charge_at timestamptz, paused_at timestamptz,
          is_gifted bool NOT NULL, gifted_by text, gifted_at timestamptz);
        CREATE TABLE gifts.gift_codes (id uuid PRIMARY KEY, code text, creator_id text, total_credits int, redeemed int, type text, status text, target_email text, message text, expires_at timestamptz, created_at timestamptz);
        INSERT INTO credits.balances VALUES ('i-ada', 70, 500, 430), ('i-bob', 0, 0, 0), ('i-eve', 5, 5, 0);
        INSERT INTO credits.reservations VALUES (gen_random_uuid(), 'i-ada', 30, 'reserved'), (gen_random_uuid(), 'i-ada', 99, 'committed');
        INSERT INTO credits.sync_subscriptions VALUES ('i-ada', true, 'monthly', '2026-01-31T10:00Z', '2026-02-28T10:00Z', NULL, false, NULL, NULL), ('i-bob', true, 'monthly', NULL, NULL, NULL, true, 'admin', now());
        INSERT INTO gifts.gift_codes VALUES (gen_random_uuid(), 'ABC234', 'i-ada', 40, 0, 'simple', 'active', NULL, 'hi', now() + interval '10 days', now()), (gen_random_uuid(), 'USED22', 'i-ada', 40, 1, 'simple', 'depleted', NULL, NULL, NULL, now());
        """;

    [Fact]
    public async Task Everybody_begins_with_what_they_had_and_a_second_run_changes_nothing()
    {
        var source = await TestCluster.CreateDatabaseAsync();
        try
        {
            await using (var connection = new NpgsqlConnection(source))
            {
                await connection.OpenAsync();
                await using var command = new NpgsqlCommand("DROP SCHEMA IF EXISTS credits CASCADE; " + Original, connection);
                await command.ExecuteNonQueryAsync();
            }

            var import = world.Host.Services.GetRequiredService<ICommerceImport>();
            var before = Assert.IsType<CommerceImportResult.Completed>(await import.RunAsync(new(source, VerifyOnly: true), default));
            Assert.Equal((false, 0, 145_000, 0), (before.Passed, before.Imported, before.There.Milli, before.Here.Milli));
            for (var run = 0; run < 2; run++)
            {
                var done = Assert.IsType<CommerceImportResult.Completed>(await import.RunAsync(new(source, VerifyOnly: false), default));
                Assert.True(done.Passed, string.Join('\n', done.Differences));
                Assert.Equal((3, 145_000, new ImportedRows(1, 1), new ImportedRows(2, 2)), (done.People, done.Here.Milli, done.Gifts, done.SyncSubscriptions));
            }

            var (ada, bob) = (await world.PersonAsync(userId: "i-ada"), await world.PersonAsync(userId: "i-bob"));
            Assert.Equal(100_000, (await world.BalanceAsync(ada)).Available.Milli);
            Assert.Equal("2026-02-28T10:00:00.000Z", (await ada.GetAsync("sync/status")).Ok().String("nextChargeAt"));
            Assert.True((await bob.GetAsync("sync/status")).Ok()["gifted"].GetBoolean());
            Assert.Equal(40, (await bob.PostAsync("gifts/abc234/redeem")).Ok().Number("creditsReceived"));
            await world.IsSoundAsync();
        }
        finally
        {
            await TestCluster.DropDatabaseAsync(source);
        }
    }

    async Task WithOriginalAsync(string rows, Func<string, Task> test)
    {
        var source = await TestCluster.CreateDatabaseAsync();
        try
        {
            await using (var connection = new NpgsqlConnection(source))
            {
                await connection.OpenAsync();
                await using var command = new NpgsqlCommand("DROP SCHEMA IF EXISTS credits CASCADE; " + Original[..Original.IndexOf("INSERT", StringComparison.Ordinal)] + rows, connection);
                await command.ExecuteNonQueryAsync();
            }

            await test(source);
            await world.IsSoundAsync();
        }
        finally
        {
            await TestCluster.DropDatabaseAsync(source);
        }
    }

    async Task<CommerceImportResult.Completed> RunAsync(string source, bool verifyOnly = false) =>
        Assert.IsType<CommerceImportResult.Completed>(await world.Host.Services.GetRequiredService<ICommerceImport>().RunAsync(new(source, verifyOnly), default));

    [Fact]
    public Task Section_16_4_a_switch_that_was_set_here_does_not_keep_paid_sync_away() => WithOriginalAsync("""
        INSERT INTO credits.balances VALUES ('s-cat', 10, 370, 360), ('s-dan', 0, 0, 0);
        INSERT INTO credits.sync_subscriptions VALUES ('s-cat', true, 'yearly', '2099-01-31T10:00Z', '2100-01-31T10:00Z', NULL, false, NULL, NULL), ('s-dan', true, 'monthly', NULL, NULL, NULL, true, 'admin', now());
        """, async source =>
    {
        var (cat, dan) = (await world.PersonAsync(userId: "s-cat"), await world.PersonAsync(userId: "s-dan"));
        foreach (var person in (Caller[])[cat, dan])
            (await person.PostAsync("sync/auto-resume", new { autoResume = false })).Ok();
        var done = await RunAsync(source);
        Assert.True(done.Passed, string.Join('\n', done.Differences));
        Assert.Equal(new ImportedRows(2, 2), done.SyncSubscriptions);
        var status = (await cat.GetAsync("sync/status")).Ok();
        Assert.Equal((true, "yearly", "2100-01-31T10:00:00.000Z", false), (status["active"].GetBoolean(), status.String("interval"), status.String("nextChargeAt"), status["autoResume"].GetBoolean()));
        Assert.True((await dan.GetAsync("sync/status")).Ok()["gifted"].GetBoolean());
        Assert.Equal(10_000, (await world.BalanceAsync(cat)).Available.Milli);

        // What they do with it here is no difference to what it was.
        (await cat.PostAsync("sync/deactivate")).Ok();
        var again = await RunAsync(source);
        Assert.True(again.Passed, string.Join('\n', again.Differences));
        Assert.False((await cat.GetAsync("sync/status")).Ok()["active"].GetBoolean());
    });

    [Fact]
    public Task Section_16_4_sync_that_was_paid_for_here_stays_and_is_reported() => WithOriginalAsync("""
        INSERT INTO credits.balances VALUES ('s-eli', 0, 0, 0);
        INSERT INTO credits.sync_subscriptions VALUES ('s-eli', true, 'yearly', '2099-01-31T10:00Z', '2100-01-31T10:00Z', NULL, false, NULL, NULL);
        """, async source =>
    {
        var eli = await world.PersonAsync(100, userId: "s-eli");
        (await eli.PostAsync("sync/activate", new { interval = "monthly" })).Ok();
        var done = await RunAsync(source);
        Assert.Equal((false, new ImportedRows(1, 0)), (done.Passed, done.SyncSubscriptions));
        Assert.Contains("s-eli: sync active yearly, next 2100-01-31T10:00:00.000000Z", Assert.Single(done.Differences), StringComparison.Ordinal);
        Assert.Equal("monthly", (await eli.GetAsync("sync/status")).Ok().String("interval"));
        Assert.Equal(70_000, (await world.BalanceAsync(eli)).Available.Milli);

        // Also when it was ended here since: it was paid for all the same.
        (await eli.PostAsync("sync/deactivate")).Ok();
        var later = await RunAsync(source);
        Assert.Equal((false, new ImportedRows(1, 0)), (later.Passed, later.SyncSubscriptions));
        Assert.Equal((false, "monthly"), (await eli.GetAsync("sync/status")).Ok() is var status ? (status["active"].GetBoolean(), status.String("interval")) : default);
    });

    [Fact]
    public Task Section_16_4_a_row_that_differs_is_named_and_the_credits_of_a_gift_that_was_given_out_here_are_none() => WithOriginalAsync("""
        INSERT INTO credits.balances VALUES ('g-fay', 0, 0, 0);
        INSERT INTO credits.sync_subscriptions VALUES ('g-fay', true, 'monthly', '2099-01-31T10:00Z', '2100-02-28T10:00Z', NULL, false, NULL, NULL);
        INSERT INTO gifts.gift_codes VALUES ('00000000-0000-4000-8000-000000000001', 'FAY222', 'g-fay', 40, 0, 'simple', 'active', NULL, NULL, '2100-01-01', now()),
          ('00000000-0000-4000-8000-000000000002', 'FAY333', 'g-fay', 10, 0, 'simple', 'active', NULL, NULL, '2100-01-01', now()),
          ('00000000-0000-4000-8000-000000000003', 'FAY444', 'g-fay', 20, 0, 'simple', 'active', NULL, NULL, NULL, now());
        """, async source =>
    {
        Assert.Equal((new ImportedRows(3, 0), new ImportedRows(1, 0), false), (await RunAsync(source, verifyOnly: true)) is var before ? (before.Gifts, before.SyncSubscriptions, before.Passed) : default);
        var done = await RunAsync(source);
        Assert.True(done.Passed, string.Join('\n', done.Differences));
        Assert.Equal(new ImportedRows(3, 3), done.Gifts);
        (await (await world.PersonAsync()).PostAsync("gifts/fay222/redeem")).Ok();
        Assert.True((await RunAsync(source)).Passed);

        // Somebody's hand in the tables: each of these alone is told.
        await world.ScalarAsync<object>("UPDATE credits.gift_codes SET code = 'FAY999' WHERE code = 'FAY333' RETURNING code");
        Assert.Equal("gift 00000000-0000-4000-8000-000000000002: another code here", Assert.Single((await RunAsync(source)).Differences));
        await world.ScalarAsync<object>("UPDATE credits.gift_codes SET code = 'FAY333', total = 11000 WHERE code = 'FAY999' RETURNING code");
        Assert.Equal("gift 00000000-0000-4000-8000-000000000002: 10 credits there, 11 here", Assert.Single((await RunAsync(source)).Differences));
        await world.ScalarAsync<object>("UPDATE credits.gift_codes SET total = 10000, status = 'refunded' WHERE code = 'FAY333' RETURNING code");
        Assert.Contains("were never given out", Assert.Single((await RunAsync(source)).Differences), StringComparison.Ordinal);
        await world.ScalarAsync<object>("UPDATE credits.gift_codes SET status = 'active' WHERE code = 'FAY333' RETURNING code");
        await world.ScalarAsync<object>("UPDATE credits.sync_subscriptions SET next_charge_at = next_charge_at + interval '1 month' WHERE user_id = 'g-fay' RETURNING user_id");
        var last = await RunAsync(source);
        Assert.Contains("g-fay: sync active monthly", Assert.Single(last.Differences), StringComparison.Ordinal);
        Assert.Equal((new ImportedRows(3, 3), new ImportedRows(1, 0)), (last.Gifts, last.SyncSubscriptions));
        await world.ScalarAsync<object>("UPDATE credits.sync_subscriptions SET next_charge_at = next_charge_at - interval '1 month' WHERE user_id = 'g-fay' RETURNING user_id");
    });

    [Fact]
    public async Task Another_database_is_refused()
    {
        var import = world.Host.Services.GetRequiredService<ICommerceImport>();
        Assert.IsType<CommerceImportResult.Refused>(await import.RunAsync(new("nonsense", false), default));
        Assert.IsType<CommerceImportResult.Refused>(await import.RunAsync(new(world.Database, false), default));
    }
}
