namespace Mana.Apps.Tests.Reminders;

/// <summary>compute.md 8.4: a dismissal is about one firing, lasts, and ends no series.</summary>
[Collection(ReminderWorld.Name)]
public sealed class DismissalScenarios(ReminderFixture world)
{
    [Fact]
    public async Task Whoever_dismisses_what_is_planned_of_a_series_is_told_of_what_comes_after()
    {
        world.MoveTo("2026-08-01T00:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var id = await person.DailyAsync("2026-08-01T08:00:00.000Z");
        for (var i = 0; i < 2; i++)
            (await person.PostAsync($"reminders/{id}/dismiss")).Ok();
        await world.SettleAsync();
        Assert.Equal(["2026-08-03T08:00:00.000Z", "2026-08-04T08:00:00.000Z"], await person.UpcomingAsync(96));
        foreach (var day in (int[])[1, 2])
            await world.TickAtAsync($"2026-08-0{day}T08:00:00Z");
        Assert.Empty(browser.Requests);
        foreach (var day in (int[])[3, 4, 5])
            await world.TickAtAsync($"2026-08-0{day}T08:00:00Z");
        Assert.Equal(3, browser.Requests.Count);
    }

    [Fact]
    public async Task An_edit_revives_no_dismissed_firing_unless_it_moves_it()
    {
        world.MoveTo("2026-08-10T00:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var task = await person.TaskAsync("2026-08-10T10:00:00.000Z");
        var id = (await person.RemindAsync(task, new { minutesBefore = 0 })).GetProperty("id").GetString();
        Assert.Equal("cancelled", (await person.PostAsync($"reminders/{id}/dismiss")).Ok()["reminder"].GetProperty("status").GetString());
        // Again: nothing changes, and it is no error. Edits, also done and opened again, are not about the time.
        (await person.PostAsync($"reminders/{id}/dismiss")).Ok();
        await person.ChangeAsync("todo", "tasks", task, new { title = "Butter holen" });
        await person.ChangeAsync("todo", "tasks", task, new { isCompleted = true });
        await person.ChangeAsync("todo", "tasks", task, new { isCompleted = false });
        Assert.Empty(await person.UpcomingAsync());
        await world.TickAtAsync("2026-08-10T10:00:00Z");
        Assert.Empty(browser.Requests);

        await person.ChangeAsync("todo", "tasks", task, new { dueDate = "2026-08-11T10:00:00.000Z" });
        Assert.Equal(["2026-08-11T10:00:00.000Z"], await person.UpcomingAsync());
        await world.TickAtAsync("2026-08-11T10:00:00Z");
        Assert.Single(browser.Requests);
    }

    [Fact]
    public async Task In_a_series_an_edit_leaves_what_was_dismissed_and_what_was_not()
    {
        world.MoveTo("2026-08-20T00:00:00Z");
        var person = await world.NewPersonAsync();
        var id = await person.DailyAsync("2026-08-20T08:00:00.000Z");
        var second = (await person.GetAsync("reminders/upcoming?hours=48")).Ok()["reminders"][1].GetProperty("occurrenceKey").GetString();
        // By name, and twice: the request was repeated by a client that heard no answer.
        for (var i = 0; i < 2; i++)
            (await person.PostAsync($"reminders/{id}/dismiss", new { occurrenceKey = second })).Ok();
        await world.SettleAsync();
        Assert.Equal(["2026-08-20T08:00:00.000Z", "2026-08-22T08:00:00.000Z"], (await person.UpcomingAsync()).Take(2));
        await person.ChangeAsync("calendar", "events", person.UserId + "-event", new { title = "Sitzung" });
        Assert.Equal(["2026-08-20T08:00:00.000Z", "2026-08-22T08:00:00.000Z"], (await person.UpcomingAsync()).Take(2));
        (await person.PostAsync($"reminders/{id}/dismiss", new { occurrenceKey = "2030-01-01T00:00:00" })).Refused(404);

        await person.ChangeAsync("timeblocks", "timeBlocks", person.UserId + "-block", new { startDate = "2026-08-20T09:00:00.000Z" });
        Assert.Equal(["2026-08-20T09:00:00.000Z", "2026-08-21T09:00:00.000Z"], (await person.UpcomingAsync()).Take(2));
    }

    [Fact]
    public async Task After_what_was_told_has_been_dismissed_the_next_one_is_meant()
    {
        world.MoveTo("2026-08-25T00:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var id = await person.DailyAsync("2026-08-25T08:00:00.000Z");
        await world.TickAtAsync("2026-08-25T08:00:00Z");
        await world.TickAtAsync("2026-08-26T08:00:00Z");
        (await person.PostAsync($"reminders/{id}/dismiss")).Ok();
        await world.SettleAsync();
        Assert.Equal("2026-08-27T08:00:00.000Z", (await person.UpcomingAsync())[0]);
        (await person.PostAsync($"reminders/{id}/dismiss")).Ok();
        await world.SettleAsync();
        Assert.Equal("2026-08-28T08:00:00.000Z", (await person.UpcomingAsync())[0]);
        Assert.Equal(2, browser.Requests.Count);
    }
}
