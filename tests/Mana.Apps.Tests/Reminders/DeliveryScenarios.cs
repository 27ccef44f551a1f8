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

    [Fact]
    public async Task Scenario_RM19_quiet_hours_put_a_push_off_and_not_a_mail()
    {
        world.MoveTo("2026-06-10T12:00:00Z");
        var person = await world.NewPersonAsync();
        await person.WithAddressAsync();
        using var browser = await person.SubscribeAsync();
        (await person.PutPreferencesAsync(new { quietHoursEnabled = true, quietHoursStart = "23:00", quietHoursEnd = "07:00", timezone = "Europe/Berlin", emailEnabled = true })).Ok();
        await person.RemindAsync(await person.TaskAsync("2026-06-10T21:30:00.000Z"), new { minutesBefore = 0, type = "both" });
        await world.TickAtAsync("2026-06-10T21:30:00Z");
        Assert.Empty(browser.Requests);
        Assert.Equal(1, await person.MailsAsync());
        await world.TickAtAsync("2026-06-11T04:59:59Z");
        Assert.Empty(browser.Requests);
        await world.TickAtAsync("2026-06-11T05:00:00Z");
        Assert.Single(browser.Requests);
        Assert.Equal("1", await world.DeliveryAsync(person, "attempt"));
    }

    [Fact]
    public async Task Scenario_RM20_snoozed_it_comes_again_under_another_key_and_dismissed_no_more()
    {
        var (person, browser) = await DueAsync("2026-03-09T09:00:00Z", 201);
        using var _ = browser;
        var id = (await person.GetAsync("reminders")).Ok()["reminders"][0].GetProperty("id").GetString();
        (await person.PostAsync($"todo/reminders/{id}/snooze", new { minutes = 0 })).Refused(400, "VALIDATION");
        Assert.Equal("2026-03-09T09:10:00.000Z", (await person.PostAsync($"todo/reminders/{id}/snooze", new { minutes = 10 })).Ok().String("fireAt"));
        await world.TickAtAsync("2026-03-09T09:09:59Z");
        Assert.Single(browser.Requests);
        await world.TickAtAsync("2026-03-09T09:10:00Z");
        Assert.Equal(2, browser.Requests.Select(push => push.Headers["Topic"]).Distinct(StringComparer.Ordinal).Count());

        (await person.PostAsync($"todo/reminders/{id}/snooze", new { minutes = 10 })).Ok();
        (await person.PostAsync($"todo/reminders/{id}/dismiss")).Ok();
        await world.TickAtAsync("2026-03-09T10:00:00Z");
        Assert.Equal(2, browser.Requests.Count);
        var other = await world.NewPersonAsync();
        (await other.PostAsync($"todo/reminders/{id}/snooze", new { minutes = 10 })).Refused(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Scenario_RM22_after_an_outage_what_is_still_of_use_is_told_as_overdue_and_the_rest_in_one_summary()
    {
        world.MoveTo("2026-03-10T06:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        foreach (var due in (string[])["08:50:00", "09:00:00", "11:30:00"])
            await person.RemindAsync(await person.TaskAsync($"2026-03-10T{due}.000Z", due), new { minutesBefore = 0 });
        await world.TickAtAsync("2026-03-10T12:00:00Z");
        await world.TickAtAsync("2026-03-10T12:00:02Z");
        var messages = browser.Messages;
        Assert.Equal(2, messages.Count);
        var overdue = messages.Single(message => message.GetProperty("type").GetString() == "reminder");
        Assert.True(overdue.GetProperty("overdue").GetBoolean());
        Assert.Equal(("11:30:00", "Überfällig seit 12:30"), (overdue.GetProperty("title").GetString(), overdue.GetProperty("body").GetString()));
        Assert.StartsWith("2 ", messages.Single(message => message.GetProperty("type").GetString() == "missed-reminders").GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, await world.ScalarAsync<long>("SELECT count(*) FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id WHERE r.user_id = $1 AND i.state = 'missed'", person.UserId));
    }

    [Fact]
    public async Task Scenario_RM23_a_clock_that_is_set_back_fires_nothing_twice()
    {
        var (_, browser) = await DueAsync("2026-03-11T09:00:00Z", 201);
        using var __ = browser;
        await world.TickAtAsync("2026-03-11T08:00:00Z");
        await world.TickAtAsync("2026-03-11T09:00:00Z");
        await world.TickAtAsync("2026-03-11T09:30:00Z");
        Assert.Single(browser.Requests);
    }

    [Fact]
    public async Task Scenario_RM33_an_outside_service_gets_what_it_needs_and_deduplicated_is_sent()
    {
        world.MoveTo("2026-03-12T08:00:00Z");
        const string Path = "/api/v1/notifications/send";
        var before = world.Receiver.At(Path).Count;
        var outside = await world.StartHostAsync(
            ("Notifications:Outside:Mode", "http"), ("Notifications:Outside:BaseUrl", world.Receiver.Address), ("Notifications:Outside:ServiceKey", "a-key-for-notify"));
        world.Receiver.Script(Path, (200, null));
        var person = await world.NewPersonAsync();
        await person.RemindAsync(await person.TaskAsync("2026-03-12T09:00:00.000Z"), new { minutesBefore = 0, type = "both" });
        world.MoveTo("2026-03-12T09:00:00Z");
        await world.TickAsync(outside);
        var requests = world.Receiver.At(Path).Skip(before).ToList();
        Assert.Equal(2, requests.Count);
        Assert.Equal(["email", "push"], requests.Select(request => request.Json.GetProperty("channel").GetString()).Order(StringComparer.Ordinal));
        Assert.All(requests, request =>
        {
            Assert.Equal("a-key-for-notify", request.Headers["X-Service-Key"]);
            Assert.Equal(("todo", person.UserId), (request.Json.GetProperty("appId").GetString(), request.Json.GetProperty("userId").GetString()));
            Assert.NotEmpty(request.Json.GetProperty("body").GetString()!);
        });
        Assert.Equal(2, requests.Select(request => request.Json.GetProperty("externalId").GetString()).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(("sent", "sent"), (await world.DeliveryAsync(person, "state"), await world.InstanceAsync(person, "outcome")));
    }

    [Fact]
    public async Task A_channel_that_is_switched_off_leaves_a_line_and_nothing_else()
    {
        world.MoveTo("2026-03-13T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        Assert.False((await person.GetAsync("notifications/preferences")).Ok()["emailEnabled"].GetBoolean());
        (await person.PutPreferencesAsync(new { pushEnabled = false })).Ok();
        await person.RemindAsync(await person.TaskAsync("2026-03-13T09:00:00.000Z"), new { minutesBefore = 0 });
        await world.TickAtAsync("2026-03-13T09:00:00Z");
        Assert.Empty(browser.Requests);
        Assert.Equal(("suppressed", "preferences", "failed"), (await world.DeliveryAsync(person, "state"), await world.DeliveryAsync(person, "last_error"), await world.InstanceAsync(person, "outcome")));
    }

    [Fact]
    public async Task Overdue_messages_of_one_person_are_paced()
    {
        // What other tests have left behind goes first.
        foreach (var before in (string[])["05:00:00", "05:30:00"])
            await world.TickAtAsync($"2026-03-14T{before}Z");
        world.MoveTo("2026-03-14T06:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var task = await person.TaskAsync("2026-03-14T09:00:00.000Z");
        for (var minutes = 0; minutes < 11; minutes++)
            await person.RemindAsync(task, new { minutesBefore = minutes });
        await world.TickAtAsync("2026-03-14T09:30:00Z");
        Assert.Single(browser.Requests);
        await world.TickAtAsync("2026-03-14T09:30:01Z");
        Assert.Equal(6, browser.Requests.Count);
        await world.TickAtAsync("2026-03-14T09:30:02Z");
        Assert.Equal(11, browser.Requests.Count);
    }

    [Fact]
    public async Task Old_deliveries_and_firings_are_forgotten_and_what_is_to_come_is_not()
    {
        var (person, browser) = await DueAsync("2026-03-15T09:00:00Z", 201);
        using var _ = browser;
        await person.RemindAsync(await person.TaskAsync("2027-03-15T09:00:00.000Z"), new { minutesBefore = 0 });
        world.MoveTo("2026-07-15T09:00:00Z");
        await world.Host.Services.GetRequiredService<Mana.Apps.Reminders.Privacy.ReminderRetention>().PurgeAsync(default);
        Assert.Null(await world.DeliveryAsync(person, "state"));
        Assert.Equal(1, await world.ScalarAsync<long>("SELECT count(*) FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id WHERE r.user_id = $1", person.UserId));
    }

    async Task<string?> StatusAsync(Person person, string record)
    {
        var records = world.Host.Services.GetRequiredService<Mana.Sync.Contracts.ISyncRecords>();
        return (string?)(await records.ReadAsync(Mana.Sync.Contracts.RecordOwner.OfUser(person.UserId), "todo", "reminders", record, default))!.Fields["status"];
    }

    /// <summary>Somebody whose only reminder has just fired.</summary>
    async Task<(Person Person, TestBrowser Browser)> DueAsync(string at, params int[] answers)
    {
        world.Clock.Advance(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture).AddHours(-1) - world.Clock.GetUtcNow());
        var person = await world.NewPersonAsync();
        var browser = await person.SubscribeAsync();
        browser.Answers([.. answers.Select(status => (status, (string?)null))]);
        await person.RemindAsync(await person.TaskAsync(at), new { minutesBefore = 0 });
        await world.TickAtAsync(at);
        return (person, browser);
    }

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
