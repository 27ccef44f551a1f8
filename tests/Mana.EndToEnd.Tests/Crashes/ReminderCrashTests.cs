using System.Globalization;
using System.Net.Http.Json;
using Mana.Testing;
using Mana.Testing.Push;

namespace Mana.EndToEnd.Tests.Crashes;

/// <summary>
/// A hundred thousand reminders wait, a thousand are due in one second, and the host is killed with kill -9 three times meanwhile (issue 8): each is
/// delivered, under one key, and again only where a killed host had it in hand. <c>MANA_REMINDERS_WAITING</c> and <c>MANA_REMINDERS_DUE</c> make it larger, or smaller.
/// </summary>
public sealed class ReminderCrashTests(ITestOutputHelper output)
{
    const int Lanes = 16;
    static readonly int Pending = Setting("MANA_REMINDERS_WAITING", 100_000);
    static readonly int Due = Setting("MANA_REMINDERS_DUE", 1_000);
    static readonly int[] KillAt = [Due * 15 / 100, Due * 40 / 100, Due * 70 / 100];

    /// <summary>Straight into the tables: making them has tests of its own.</summary>
    const string Fill = """
        WITH wanted AS (SELECT gen_random_uuid() AS id, CASE WHEN n <= $3 THEN $4::timestamptz ELSE $4::timestamptz + interval '1 day' + n * interval '1 second' END AS at FROM generate_series(1, $5) n),
          rules AS (INSERT INTO apps.reminder_rules (id, user_id, app_id, collection, source_id, anchor, at_utc, channels, critical, created_at, updated_at)
            SELECT id, $1, 'todo', 'tasks', $2, 'absolute', at, '{push}', false, now(), now() FROM wanted)
        INSERT INTO apps.reminder_instances (id, rule_id, occurrence_key, anchor_at, scheduled_at, fire_at, state, firing, push_suppressed, write_back, created_at)
        SELECT gen_random_uuid(), id, '', at, at, at, 'pending', 0, false, false, now() FROM wanted
        """;

    [Fact]
    public async Task Kill_9_of_the_host_three_times_loses_no_reminder_and_changes_no_key()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        await using var receiver = await PushReceiver.StartAsync();
        await using (var host = await HostProcess.StartAsync(
                         database, ("VAPID_PUBLIC_KEY", PushSettings.PublicKey), ("VAPID_PRIVATE_KEY", PushSettings.PrivateKey), ("VAPID_SUBJECT", "mailto:push@example.test"), ("NOTIFY_PRIVATE_HOSTS", "127.0.0.1"),
                         ("Notifications__Outbound__TimeoutSeconds", "5"), ("Reminders__LeaseSeconds", "6"), ("Reminders__Lanes", Lanes.ToString(CultureInfo.InvariantCulture)), ("Reminders__OverdueAfterSeconds", "3600")))
        {
            using var browser = receiver.NewBrowser();
            var person = await host.CreateAccountAsync();
            (await person.Http.PostAsJsonAsync("/api/v1/push/subscriptions", browser.Subscription)).EnsureSuccessStatusCode();
            (await person.Http.PostAsJsonAsync("/sync/todo", new
            {
                clientId = "c", changes = new[] { new { table = "tasks", id = "t1", op = "insert", data = new { id = "t1", title = "Milch", isCompleted = false } } },
            })).EnsureSuccessStatusCode();
            await Stored.ScalarAsync<object>(database, Fill, person.UserId, "t1", Due, TimeProvider.System.GetUtcNow().AddSeconds(5), Pending);

            foreach (var count in KillAt)
            {
                await Eventually.TrueAsync($"{count} are delivered", () => receiver.Count >= count, 90);
                await host.KillAsync();
                await host.RestartAsync();
            }

            await Eventually.TrueAsync("All are delivered and written down", async () => await SentAsync(database) == Due, 90);
            var topics = browser.Requests.Select(push => push.Headers["Topic"]).ToList();
            Assert.Equal(Due, topics.Distinct(StringComparer.Ordinal).Count());
            output.WriteLine($"{topics.Count - Due} messages were sent again.");
            Assert.InRange(topics.Count - Due, 0, KillAt.Length * Lanes * 4);
            Assert.Equal(Due, await Stored.ScalarAsync<long>(database, "SELECT count(*) FROM apps.reminder_deliveries"));
            Assert.Equal(Pending - Due, await Stored.ScalarAsync<long>(database, "SELECT count(*) FROM apps.reminder_instances WHERE state = 'pending'"));
            Assert.Equal(Due, await Stored.ScalarAsync<long>(database, "SELECT count(*) FROM apps.reminder_instances WHERE state = 'done' AND outcome = 'sent'"));
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    static int Setting(string name, int otherwise) => int.Parse(Environment.GetEnvironmentVariable(name) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    static Task<long> SentAsync(string database) => Stored.ScalarAsync<long>(database, "SELECT count(*) FROM apps.reminder_deliveries WHERE state = 'sent'");
}
