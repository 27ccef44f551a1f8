using Mana.Testing.Push;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Reminders;

/// <summary>compute.md 32.5: quiet hours, snoozing, outages, clocks, an outside service, retention.</summary>
[Collection(ReminderWorld.Name)]
public sealed class CircumstanceScenarios(ReminderFixture world)
{
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
        for (var minute = 0; minute < 60; minute++)
            await world.TickAtAsync($"2026-03-14T05:{minute:00}:00Z");
        world.MoveTo("2026-03-14T06:00:00Z");
        // What they left to be tried again later would stand in line before the first of ours.
        await world.ScalarAsync<object>("UPDATE apps.reminder_deliveries SET overdue = false WHERE overdue");
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

    Task<(Person Person, TestBrowser Browser)> DueAsync(string at, params int[] answers) => world.DueAsync(at, answers);
}
