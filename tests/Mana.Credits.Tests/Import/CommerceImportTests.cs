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
                Assert.Equal((3, 145_000, 1, 2), (done.People, done.Here.Milli, done.Gifts, done.SyncSubscriptions));
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

    [Fact]
    public async Task Another_database_is_refused()
    {
        var import = world.Host.Services.GetRequiredService<ICommerceImport>();
        Assert.IsType<CommerceImportResult.Refused>(await import.RunAsync(new("nonsense", false), default));
        Assert.IsType<CommerceImportResult.Refused>(await import.RunAsync(new(world.Database, false), default));
    }
}
