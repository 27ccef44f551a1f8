using Mana.Apps.Reminders.Delivery;
using Mana.Apps.Reminders.Firing;
using Mana.Testing.Push;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Reminders;

/// <summary>compute.md 32.5: claiming, sending, trying again.</summary>
[Collection(ReminderWorld.Name)]
public sealed class DeliveryScenarios(ReminderFixture world)
{
    [Fact]
    public async Task Scenario_RM05_fires_at_its_second_and_not_before()
    {
        world.MoveTo("2026-03-01T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        await person.RemindAsync(await person.TaskAsync("2026-03-01T10:00:00.000Z"), new { minutesBefore = 15 });
        await world.TickAtAsync("2026-03-01T09:44:59Z");
        Assert.Empty(browser.Requests);
        await world.TickAtAsync("2026-03-01T09:45:00Z");
        await world.TickAsync();
        var push = Assert.Single(browser.Requests);
        Assert.Equal(("aes128gcm", "high"), (push.Headers["Content-Encoding"], push.Headers["Urgency"]));
        Assert.Equal(32, push.Headers["Topic"].Length);
        Assert.Equal((75 * 60).ToString(System.Globalization.CultureInfo.InvariantCulture), push.Headers["TTL"]);
        var message = browser.Messages.Single();
        Assert.Equal(("reminder", "Milch holen", "todo"), (message.GetProperty("type").GetString(), message.GetProperty("title").GetString(), message.GetProperty("appId").GetString()));
        Assert.Equal("2026-03-01T09:45:00.000Z", message.GetProperty("fireAt").GetString());
    }

    [Fact]
    public async Task Scenario_RM06_two_hosts_send_a_thousand_reminders_once_each()
    {
        world.MoveTo("2026-03-02T08:00:00Z");
        var second = await world.StartHostAsync();
        const int People = 50;
        const int Each = 20;
        var browsers = new List<TestBrowser>();
        for (var i = 0; i < People; i++)
        {
            var person = await world.NewPersonAsync();
            browsers.Add(await person.SubscribeAsync());
            var task = await person.TaskAsync("2026-03-02T10:00:00.000Z");
            // Straight into the tables: the way in has tests of its own.
            await world.ScalarAsync<object>("""
                WITH rules AS (INSERT INTO apps.reminder_rules (id, user_id, app_id, collection, source_id, anchor, minutes_before, channels, critical, created_at, updated_at)
                  SELECT gen_random_uuid(), $1, 'todo', 'tasks', $2, 'due', 60, '{push}', false, now(), now() FROM generate_series(1, $3) RETURNING id)
                INSERT INTO apps.reminder_instances (id, rule_id, occurrence_key, anchor_at, scheduled_at, fire_at, state, firing, push_suppressed, write_back, created_at)
                  SELECT gen_random_uuid(), id, '', '2026-03-02T10:00Z', '2026-03-02T09:00Z', '2026-03-02T09:00Z', 'pending', 0, false, false, now() FROM rules
                """, person.UserId, task, Each);
        }

        world.MoveTo("2026-03-02T09:00:00Z");
        await Task.WhenAll(world.TickAsync(), world.TickAsync(second), world.TickAsync(), world.TickAsync(second));
        Assert.Equal(People * Each, browsers.Sum(browser => browser.Requests.Count));
        Assert.Equal(People * Each, browsers.SelectMany(browser => browser.Requests).Select(push => push.Headers["Topic"]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Scenario_RM07_killed_between_sending_and_writing_it_is_sent_again_under_the_same_key()
    {
        world.MoveTo("2026-03-03T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        await person.RemindAsync(await person.TaskAsync("2026-03-03T09:00:00.000Z"), new { minutesBefore = 0 });
        world.MoveTo("2026-03-03T09:00:00Z");
        var services = world.Host.Services;
        await services.GetRequiredService<ReminderClaims>().ClaimAsync(default);
        var now = world.Clock.GetUtcNow();
        foreach (var delivery in await services.GetRequiredService<DeliveryQueue>().LeaseAsync(now, now.AddSeconds(60), Guid.NewGuid(), 10, default))
            await services.GetRequiredService<ReminderSender>().SendAsync(delivery, Mana.Apps.Reminders.Preferences.PersonalSettings.Default, default);
        Assert.Single(browser.Requests);

        // The host is gone; until its lease ends nobody else sends.
        await world.TickAtAsync("2026-03-03T09:00:59Z");
        Assert.Single(browser.Requests);
        await world.TickAtAsync("2026-03-03T09:01:00Z");
        Assert.Equal(2, browser.Requests.Count);
        Assert.Single(browser.Requests.Select(push => push.Headers["Topic"]).Distinct(StringComparer.Ordinal));
        Assert.Single(browser.Messages.Select(message => message.GetProperty("tag").GetString()).Distinct(StringComparer.Ordinal));
        await world.TickAtAsync("2026-03-03T12:00:00Z");
        Assert.Equal(2, browser.Requests.Count);
        Assert.Equal("sent", await world.InstanceAsync(person, "outcome"));
    }

    [Fact]
    public async Task Scenario_RM08_500_500_201_is_sent_with_the_third_attempt()
    {
        var (person, browser) = await DueAsync("2026-03-04T09:00:00Z", 500, 500, 201);
        using var _ = browser;
        Assert.Equal(("pending", "500", "1"), (await world.DeliveryAsync(person, "state"), await world.DeliveryAsync(person, "last_error"), await world.DeliveryAsync(person, "attempt")));
        await AttemptsAsync(browser, [24, 36], [96, 144]);
        Assert.Equal(("sent", "3"), (await world.DeliveryAsync(person, "state"), await world.DeliveryAsync(person, "attempt")));
        Assert.Equal("sent", await world.InstanceAsync(person, "outcome"));
    }

    [Fact]
    public async Task Scenario_RM09_a_browser_that_is_gone_is_forgotten_and_the_other_is_told()
    {
        world.MoveTo("2026-03-05T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var gone = await person.SubscribeAsync();
        using var other = await person.SubscribeAsync();
        gone.Answers((410, null));
        await person.RemindAsync(await person.TaskAsync("2026-03-05T09:00:00.000Z"), new { minutesBefore = 0 });
        await world.TickAtAsync("2026-03-05T09:00:00Z");
        Assert.Single(other.Requests);
        Assert.Equal(other.Endpoint, (await person.GetAsync("push/subscriptions")).Ok()["subscriptions"].EnumerateArray().Single().GetProperty("endpoint").GetString());
        Assert.Equal("sent", await world.InstanceAsync(person, "outcome"));
    }

    [Fact]
    public async Task Scenario_RM10_Retry_After_is_kept()
    {
        world.MoveTo("2026-03-06T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        browser.Answers((429, "120"), (201, null));
        await person.RemindAsync(await person.TaskAsync("2026-03-06T09:00:00.000Z"), new { minutesBefore = 0 });
        await world.TickAtAsync("2026-03-06T09:00:00Z");
        await world.TickAtAsync("2026-03-06T09:01:59Z");
        Assert.Single(browser.Requests);
        await world.TickAtAsync("2026-03-06T09:02:00Z");
        Assert.Equal(2, browser.Requests.Count);
    }

    [Fact]
    public async Task Scenario_RM11_six_failures_are_the_end_and_the_record_learns_of_it()
    {
        world.MoveTo("2026-03-07T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        browser.Answers((500, null));
        var record = await person.SyncedAsync(await person.TaskAsync("2026-03-07T09:00:00.000Z"), 0);
        await world.TickAtAsync("2026-03-07T09:00:00Z");
        foreach (var later in (string[])["09:01:00", "09:04:00", "09:20:00", "10:30:00", "18:00:00", "23:59:00"])
            await world.TickAtAsync($"2026-03-07T{later}Z");
        Assert.Equal(6, browser.Requests.Count);
        Assert.Equal(("dead", "failed"), (await world.DeliveryAsync(person, "state"), await world.InstanceAsync(person, "outcome")));
        Assert.Equal("failed", await StatusAsync(person, record));
    }

    [Fact]
    public async Task Scenario_RM12_a_mail_that_fails_does_not_repeat_the_push()
    {
        world.MoveTo("2026-03-08T08:00:00Z");
        // No account, so no address: mail fails for good.
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        await person.RemindAsync(await person.TaskAsync("2026-03-08T09:00:00.000Z"), new { minutesBefore = 0, type = "both" });
        await world.TickAtAsync("2026-03-08T09:00:00Z");
        await world.TickAtAsync("2026-03-08T15:00:00Z");
        Assert.Single(browser.Requests);
        Assert.Equal(("dead", "no_address"), (await world.DeliveryAsync(person, "state", "email"), await world.DeliveryAsync(person, "last_error", "email")));
        Assert.Equal("sent", await world.InstanceAsync(person, "outcome"));
    }

    async Task<string?> StatusAsync(Person person, string record)
    {
        var records = world.Host.Services.GetRequiredService<Mana.Sync.Contracts.ISyncRecords>();
        return (string?)(await records.ReadAsync(Mana.Sync.Contracts.RecordOwner.OfUser(person.UserId), "todo", "reminders", record, default))!.Fields["status"];
    }

    Task<(Person Person, TestBrowser Browser)> DueAsync(string at, params int[] answers) => world.DueAsync(at, answers);

    /// <summary>Nothing comes before the first of these seconds after the first attempt, and it has come by the second.</summary>
    async Task AttemptsAsync(TestBrowser browser, params int[][] windows)
    {
        var (start, count) = (world.Clock.GetUtcNow(), browser.Requests.Count);
        foreach (var window in windows)
        {
            world.Clock.Advance(start.AddSeconds(window[0]).AddMilliseconds(-1) - world.Clock.GetUtcNow());
            await world.TickAsync();
            Assert.Equal(count, browser.Requests.Count);
            world.Clock.Advance(start.AddSeconds(window[1]) - world.Clock.GetUtcNow());
            await world.TickAsync();
            Assert.Equal(++count, browser.Requests.Count);
        }
    }
}
