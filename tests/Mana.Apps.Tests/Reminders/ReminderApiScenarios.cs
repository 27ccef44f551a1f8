using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Reminders;

/// <summary>compute.md 32.5: what the routes of tasks answer.</summary>
[Collection(ReminderWorld.Name)]
public sealed class ReminderApiScenarios(ReminderFixture world)
{
    [Fact]
    public async Task Scenario_RM01_a_task_that_only_sync_knows_can_have_a_reminder()
    {
        world.MoveTo("2026-01-01T00:00:00Z");
        var person = await world.NewPersonAsync();
        var task = await person.TaskAsync("2026-01-02T10:00:00.000Z");
        var reminder = await person.RemindAsync(task, new { minutesBefore = 15 });
        Assert.Equal("2026-01-02T09:45:00.000Z", reminder.GetProperty("reminderTime").GetString());
        Assert.Equal((task, person.UserId, "push", "pending"), (
            reminder.GetProperty("taskId").GetString(), reminder.GetProperty("userId").GetString(), reminder.GetProperty("type").GetString(), reminder.GetProperty("status").GetString()));
        Assert.Equal(JsonValueKind.Null, reminder.GetProperty("sentAt").ValueKind);

        // Asked for again it is the same one.
        Assert.Equal(reminder.GetProperty("id").GetGuid(), (await person.RemindAsync(task, new { minutesBefore = 15 }, 200)).GetProperty("id").GetGuid());
        await person.RemindAsync(task, new { minutesBefore = 15, type = "both" });
    }

    [Fact]
    public async Task Scenario_RM02_no_due_date_and_foreign_tasks_are_refused()
    {
        var (person, other) = (await world.NewPersonAsync(), await world.NewPersonAsync());
        var task = await person.TaskAsync(null);
        (await person.PostAsync($"todo/tasks/{task}/reminders", new { minutesBefore = 5 })).Refused(400, "VALIDATION", "Cannot create reminder for task without due date");
        (await other.PostAsync($"todo/tasks/{task}/reminders", new { minutesBefore = 5 })).Refused(404, "NOT_FOUND", "Task not found");
        (await other.GetAsync($"todo/tasks/{task}/reminders")).Refused(404, "NOT_FOUND", "Task not found");
    }

    [Theory]
    [InlineData("""{"minutesBefore":-1}""")]
    [InlineData("""{"minutesBefore":1.5}""")]
    [InlineData("""{"minutesBefore":"5"}""")]
    [InlineData("""{"minutesBefore":40321}""")]
    [InlineData("""{"minutesBefore":1e29}""")]
    [InlineData("""{}""")]
    [InlineData("""{"minutesBefore":5,"daysBefore":1}""")]
    [InlineData("""{"minutesBefore":5,"type":"fax"}""")]
    [InlineData("""{"daysBefore":1,"tzid":"Mars/Base"}""")]
    [InlineData("""{"minutesBefore":5,"url":"//evil.example/x"}""")]
    [InlineData("""{"minutesBefore":5,"url":"https://evil.example/x"}""")]
    public async Task Scenario_RM03_offsets_that_are_none_are_refused(string body)
    {
        var person = await world.NewPersonAsync();
        var task = await person.TaskAsync("2027-01-02T10:00:00.000Z");
        (await person.PostAsync($"todo/tasks/{task}/reminders", body)).Refused(400, "VALIDATION");
        Assert.Equal(0, (await person.GetAsync($"todo/tasks/{task}/reminders")).Ok()["reminders"].GetArrayLength());
    }

    [Fact]
    public async Task Scenario_RM04_listed_by_offset_and_deleted_once()
    {
        var person = await world.NewPersonAsync();
        var task = await person.TaskAsync("2027-01-02T10:00:00.000Z");
        foreach (var minutes in (int[])[60, 5, 1440])
            await person.RemindAsync(task, new { minutesBefore = minutes });
        var listed = (await person.GetAsync($"todo/tasks/{task}/reminders")).Ok()["reminders"].EnumerateArray().ToList();
        Assert.Equal([5, 60, 1440], listed.ConvertAll(one => one.GetProperty("minutesBefore").GetInt32()));
        var id = listed[0].GetProperty("id").GetString();
        Assert.True((await person.DeleteAsync($"todo/reminders/{id}")).Ok()["success"].GetBoolean());
        (await person.DeleteAsync($"todo/reminders/{id}")).Refused(404, "NOT_FOUND", "Reminder not found");
        (await person.DeleteAsync("reminders/not-an-id")).Refused(404, "NOT_FOUND", "Reminder not found");
        Assert.Equal(2, (await person.GetAsync($"tasks/{task}/reminders")).Ok()["reminders"].GetArrayLength());
    }

    [Fact]
    public async Task Scenario_RM29_what_was_due_a_moment_ago_fires_and_what_was_due_before_is_missed()
    {
        world.MoveTo("2026-02-01T12:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var reminder = await person.RemindAsync(await person.TaskAsync("2026-02-01T12:07:00.000Z"), new { minutesBefore = 10 });
        Assert.Equal("pending", reminder.GetProperty("status").GetString());
        await world.TickAsync();
        Assert.Single(browser.Messages);

        var missed = await person.RemindAsync(await person.TaskAsync("2026-02-01T12:10:00.000Z"), new { minutesBefore = 20 });
        Assert.Equal("missed", missed.GetProperty("status").GetString());
        await world.TickAsync();
        Assert.Single(browser.Messages);
    }

    [Fact]
    public async Task Scenario_RM31_the_21st_reminder_is_refused_and_the_11th_browser_replaces_the_oldest()
    {
        var person = await world.NewPersonAsync();
        var task = await person.TaskAsync("2027-01-02T10:00:00.000Z");
        for (var minutes = 1; minutes <= 20; minutes++)
            await person.RemindAsync(task, new { minutesBefore = minutes });
        (await person.PostAsync($"todo/tasks/{task}/reminders", new { minutesBefore = 21 })).Refused(409, "LIMIT");

        var endpoints = new List<string>();
        for (var i = 0; i < 11; i++)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            using var browser = await person.SubscribeAsync();
            endpoints.Add(browser.Endpoint);
        }

        var kept = (await person.GetAsync("push/subscriptions")).Ok()["subscriptions"].EnumerateArray().Select(one => one.GetProperty("endpoint").GetString()!);
        Assert.Equal(endpoints.Skip(1).Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scenario_RM32_erasure_takes_everything_of_one_person_and_nothing_of_another()
    {
        world.MoveTo("2026-02-03T12:00:00Z");
        var (person, other) = (await world.NewPersonAsync(), await world.NewPersonAsync());
        foreach (var one in (Person[])[person, other])
        {
            using var browser = await one.SubscribeAsync();
            await one.RemindAsync(await one.TaskAsync("2026-02-03T12:00:00.000Z"), new { minutesBefore = 0 });
            await one.RemindAsync(await one.TaskAsync("2026-02-04T12:00:00.000Z"), new { minutesBefore = 0 });
            (await one.PutPreferencesAsync(new { timezone = "Europe/Berlin" })).Ok();
        }

        await world.TickAsync();
        var admin = world.Service();
        var first = (await admin.DeleteAsync($"todo/admin/user-data/{person.UserId}")).Ok().Text;
        Assert.Equal(first, (await admin.DeleteAsync($"todo/admin/user-data/{person.UserId}")).Ok().Text);
        Assert.Equal(0, await RowsAsync(person));
        Assert.Equal(7, await RowsAsync(other));
        (await world.Anybody().DeleteAsync($"todo/admin/user-data/{other.UserId}")).Refused(401);
    }

    [Fact]
    public async Task A_record_of_any_app_can_have_a_reminder_at_an_instant()
    {
        world.MoveTo("2026-02-05T12:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        await person.StoreAsync("notes", "notes", person.UserId, new { title = "Steuer" });
        var body = new { appId = "notes", collection = "notes", recordId = person.UserId, at = "2026-02-05T13:00:00Z", channels = (string[])["push", "inapp"] };
        var id = (await person.PostAsync("reminders", body)).Ok(201)["reminder"].GetProperty("id").GetString();
        (await person.PostAsync("reminders", new { appId = "notes", collection = "notes", recordId = person.UserId, minutesBefore = 5 })).Refused(400, "VALIDATION");
        (await person.PostAsync("reminders", new { appId = "notes", collection = "notes", recordId = "nothing", minutesBefore = 5 })).Refused(404, "NOT_FOUND");
        Assert.Equal(id, (await person.GetAsync("reminders/upcoming?hours=2")).Ok()["reminders"][0].GetProperty("reminderId").GetString());
        await world.TickAtAsync("2026-02-05T13:00:00Z");
        Assert.Equal("Steuer", browser.Messages.Single().GetProperty("title").GetString());
        Assert.Equal("Steuer", (await person.GetAsync("reminders/inbox")).Ok()["items"][0].GetProperty("notification").GetProperty("title").GetString());
    }

    [Fact]
    public async Task Export_tells_what_is_held()
    {
        var person = await world.NewPersonAsync();
        await person.RemindAsync(await person.TaskAsync("2027-02-04T12:00:00.000Z"), new { minutesBefore = 7 });
        using var output = new MemoryStream();
        var held = world.Host.Services.GetServices<Mana.Kernel.Privacy.IPersonalData>().Single(part => part.Module == "reminders");
        await held.ExportAsync(person.UserId, output, default);
        var json = JsonDocument.Parse(output.ToArray()).RootElement;
        Assert.Equal(7, json.GetProperty("reminders")[0].GetProperty("minutesBefore").GetInt32());
        Assert.Equal(1, await held.CountAsync(person.UserId, default));
    }

    Task<long> RowsAsync(Person person) => world.ScalarAsync<long>("""
        SELECT (SELECT count(*) FROM apps.reminder_rules WHERE user_id = $1) + (SELECT count(*) FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id WHERE r.user_id = $1)
          + (SELECT count(*) FROM apps.reminder_deliveries WHERE user_id = $1) + (SELECT count(*) FROM apps.reminder_preferences WHERE user_id = $1)
          + (SELECT count(*) FROM notify.push_subscriptions WHERE user_id = $1)
        """, person.UserId);
}
