using System.Text;
using Mana.Apps.Reminders.Rules;
using Mana.Sync.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Reminders;

/// <summary>compute.md 32.5: what synchronised records make of the schedule.</summary>
[Collection(ReminderWorld.Name)]
public sealed class SchedulingScenarios(ReminderFixture world)
{
    [Fact]
    public async Task Scenario_RM13_a_task_that_is_done_a_minute_before_is_not_told()
    {
        world.MoveTo("2026-04-01T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var task = await person.TaskAsync("2026-04-01T09:00:00.000Z");
        await person.RemindAsync(task, new { minutesBefore = 0 });
        world.MoveTo("2026-04-01T08:59:00Z");
        await person.ChangeAsync("todo", "tasks", task, new { isCompleted = true });
        Assert.Equal("cancelled", await world.InstanceAsync(person, "state"));
        await world.TickAtAsync("2026-04-01T09:00:00Z");
        Assert.Empty(browser.Requests);

        // Opened again: only what is still to come.
        await person.ChangeAsync("todo", "tasks", task, new { isCompleted = false });
        await world.TickAsync();
        Assert.Empty(browser.Requests);
    }

    [Fact]
    public async Task What_is_done_is_not_told_even_before_the_news_of_it_arrives()
    {
        world.MoveTo("2026-04-01T18:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var task = await person.TaskAsync("2026-04-01T19:00:00.000Z");
        await person.RemindAsync(task, new { minutesBefore = 0 });
        world.MoveTo("2026-04-01T19:00:00Z");
        await person.ChangeAsync("todo", "tasks", task, new { isCompleted = true });
        await world.ScalarAsync<object>("UPDATE apps.reminder_instances SET state = 'pending' WHERE rule_id IN (SELECT id FROM apps.reminder_rules WHERE user_id = $1)", person.UserId);
        await world.TickAsync();
        Assert.Empty(browser.Requests);
        Assert.Equal("cancelled", await world.InstanceAsync(person, "state"));
    }

    [Fact]
    public async Task Scenario_RM14_a_due_date_that_moves_takes_its_reminder_along()
    {
        world.MoveTo("2026-04-02T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var task = await person.TaskAsync("2026-04-02T10:00:00.000Z");
        await person.RemindAsync(task, new { minutesBefore = 30 });
        await person.ChangeAsync("todo", "tasks", task, new { dueDate = "2026-04-03T10:00:00.000Z" });
        await world.TickAtAsync("2026-04-02T09:30:00Z");
        Assert.Empty(browser.Requests);
        await world.TickAtAsync("2026-04-03T09:30:00Z");
        Assert.Single(browser.Requests);

        // Moved once more after it has fired: a firing of its own.
        await person.ChangeAsync("todo", "tasks", task, new { dueDate = "2026-04-04T10:00:00.000Z" });
        await world.TickAtAsync("2026-04-04T09:30:00Z");
        Assert.Equal(2, browser.Requests.Select(push => push.Headers["Topic"]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Scenario_RM15_a_reminder_deleted_by_sync_is_cancelled()
    {
        world.MoveTo("2026-04-05T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var record = await person.SyncedAsync(await person.TaskAsync("2026-04-05T10:00:00.000Z"), 0);
        var listed = (await person.GetAsync("reminders")).Ok()["reminders"].EnumerateArray().Single();
        Assert.Equal((record, "sync"), (listed.GetProperty("id").GetString(), listed.GetProperty("origin").GetString()));
        await person.RemoveAsync("todo", "reminders", record);
        Assert.Equal("cancelled", await world.InstanceAsync(person, "state"));
        await world.TickAtAsync("2026-04-05T10:00:00Z");
        Assert.Empty(browser.Requests);
    }

    [Fact]
    public async Task A_reminder_deleted_by_the_api_is_deleted_on_the_devices_as_well()
    {
        var person = await world.NewPersonAsync();
        var record = await person.SyncedAsync(await person.TaskAsync("2027-04-05T10:00:00.000Z"), 0);
        (await person.DeleteAsync($"reminders/{record}")).Ok();
        await world.SettleAsync();
        Assert.True((await world.Host.Services.GetRequiredService<ISyncRecords>().ReadAsync(RecordOwner.OfUser(person.UserId), "todo", "reminders", record, default))!.IsDeleted);
        Assert.Equal(0, (await person.GetAsync("reminders")).Ok()["reminders"].GetArrayLength());
    }

    [Fact]
    public async Task A_record_id_that_somebody_else_has_is_no_way_to_their_reminder()
    {
        var (first, second) = (await world.NewPersonAsync(), await world.NewPersonAsync());
        var id = Guid.NewGuid().ToString("D");
        foreach (var person in (Person[])[first, second])
            await person.StoreAsync("todo", "reminders", id, new { taskId = await person.TaskAsync("2027-04-05T10:00:00.000Z"), minutesBefore = 5, type = "push", status = "pending" });
        var ids = new[] { first, second }.Select(async person => (await person.GetAsync("reminders")).Ok()["reminders"].EnumerateArray().Single().GetProperty("id").GetString());
        Assert.Equal(2, (await Task.WhenAll(ids)).Distinct(StringComparer.Ordinal).Count());
        (await second.DeleteAsync($"reminders/{id}")).Refused(404);
    }

    [Fact]
    public async Task Scenario_RM16_ciphertext_is_never_sent()
    {
        world.MoveTo("2026-04-06T08:00:00Z");
        var person = await world.NewPersonAsync();
        await person.WithAddressAsync();
        using var browser = await person.SubscribeAsync();
        await person.RemindAsync(await person.TaskAsync("2026-04-06T10:00:00.000Z", "enc:1:abc.def"), new { minutesBefore = 0, channels = (string[])["push", "email", "inapp"] });
        await world.TickAtAsync("2026-04-06T10:00:00Z");
        Assert.Equal("Aufgabe fällig", browser.Messages.Single().GetProperty("title").GetString());
        Assert.DoesNotContain("abc.def", browser.Messages.Single().GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, await person.MailsAsync());
        Assert.Equal(0, await world.ScalarAsync<long>("SELECT (SELECT count(*) FROM apps.reminder_deliveries d WHERE d::text LIKE '%abc.def%') + (SELECT count(*) FROM notify.deliveries d WHERE d::text LIKE '%abc.def%')"));
    }

    [Fact]
    public async Task Scenario_RM17_the_clients_own_words_are_told()
    {
        world.MoveTo("2026-04-07T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        await person.RemindAsync(await person.TaskAsync("2026-04-07T10:00:00.000Z", "enc:1:abc.def"), new { minutesBefore = 0, title = "Milch", titleHintEnc = "opaque", url = "/todo/1" });
        await world.TickAtAsync("2026-04-07T10:00:00Z");
        var message = browser.Messages.Single();
        Assert.Equal(("Milch", "opaque", "/todo/1"), (message.GetProperty("title").GetString(), message.GetProperty("titleEnc").GetString(), message.GetProperty("url").GetString()));
    }

    [Fact]
    public async Task Scenario_RM18_a_day_before_by_the_calendar_and_by_the_clock()
    {
        world.MoveTo("2026-03-20T08:00:00Z");
        var person = await world.NewPersonAsync();
        var task = await person.TaskAsync("2026-03-29T07:00:00.000Z");
        Assert.Equal("2026-03-28T08:00:00.000Z", (await person.RemindAsync(task, new { daysBefore = 1, tzid = "Europe/Berlin" })).GetProperty("reminderTime").GetString());
        Assert.Equal("2026-03-28T07:00:00.000Z", (await person.RemindAsync(task, new { minutesBefore = 1440 })).GetProperty("reminderTime").GetString());
        // 02:30 does not exist in that night: the offset before the gap counts.
        Assert.Equal("2026-03-29T01:30:00.000Z", (await person.RemindAsync(task, new { daysBefore = 0, atLocalTime = "02:30", tzid = "Europe/Berlin" })).GetProperty("reminderTime").GetString());
        // A day has no time: the person's for such things, 09:00.
        Assert.Equal("2026-07-01T07:00:00.000Z", (await person.RemindAsync(await person.TaskAsync("2026-07-01"), new { minutesBefore = 0 })).GetProperty("reminderTime").GetString());
    }

    [Fact]
    public async Task Another_zone_moves_what_is_reckoned_by_it()
    {
        world.MoveTo("2026-03-20T08:00:00Z");
        var person = await world.NewPersonAsync();
        await person.RemindAsync(await person.TaskAsync("2026-07-01"), new { minutesBefore = 0 });
        (await person.PutPreferencesAsync(new { timezone = "America/New_York", defaultAllDayTime = "08:00" })).Ok();
        Assert.Equal("2026-07-01T12:00:00.000Z", (await person.GetAsync("reminders")).Ok()["reminders"][0].GetProperty("reminderTime").GetString());
    }

    [Fact]
    public async Task Scenario_RM21_a_daily_event_is_told_thirty_days_long_also_across_the_change_of_clocks()
    {
        world.MoveTo("2026-03-14T12:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var (block, name) = (person.UserId + "-block", person.UserId + "-event");
        await person.StoreAsync("timeblocks", "timeBlocks", block, new { startDate = "2026-03-15T08:00:00.000Z", endDate = "2026-03-15T09:00:00.000Z", allDay = false, timezone = "Europe/Berlin", recurrenceRule = "FREQ=DAILY", title = "Stehung" });
        await person.StoreAsync("calendar", "events", name, new { timeBlockId = block, title = "Stehung", reminders = new object[] { 15, new { minutesBefore = 15 }, new { minutesBefore = "x" } } });
        for (var day = new DateOnly(2026, 3, 15); day < new DateOnly(2026, 4, 14); day = day.AddDays(1))
        {
            var before = browser.Requests.Count;
            await world.TickAtAsync($"{day:yyyy-MM-dd}T{(day < new DateOnly(2026, 3, 29) ? "07:45" : "06:45")}:00Z");
            Assert.Equal(before + 1, browser.Requests.Count);
        }

        // 09:00 in Berlin is 08:00Z in winter and 07:00Z in summer; a quarter of an hour before.
        Assert.Equal(30, browser.Requests.Count);
        var days = browser.Messages.Select(message => message.GetProperty("fireAt").GetString()!).ToList();
        Assert.Equal(14, days.Count(at => at.EndsWith("T07:45:00.000Z", StringComparison.Ordinal) && string.CompareOrdinal(at, "2026-03-29") < 0));
        Assert.Equal(16, days.Count(at => at.EndsWith("T06:45:00.000Z", StringComparison.Ordinal) && string.CompareOrdinal(at, "2026-03-29") > 0));
        Assert.Equal(30, days.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_moved_and_a_cancelled_instance_of_a_series_count_as_they_are()
    {
        world.MoveTo("2026-05-01T00:00:00Z");
        var person = await world.NewPersonAsync();
        var (block, name) = (person.UserId + "-block", person.UserId + "-event");
        await person.StoreAsync("timeblocks", "timeBlocks", block, new { startDate = "2026-05-01T08:00:00.000Z", timezone = "UTC", recurrenceRule = "FREQ=DAILY", title = "t" });
        await person.StoreAsync("calendar", "events", name, new { timeBlockId = block, title = "t", reminders = new[] { 60 } });
        await person.StoreAsync("timeblocks", "timeBlocks", block + "-2", new { startDate = "2026-05-02T15:00:00.000Z", timezone = "UTC", parentBlockId = block, recurrenceDate = "2026-05-02", isRecurrenceException = true });
        await person.StoreAsync("timeblocks", "timeBlocks", block + "-1", new { startDate = "2026-05-01T08:00:00.000Z", timezone = "UTC", parentBlockId = block, recurrenceDate = "2026-05-01", isRecurrenceException = true });
        await person.RemoveAsync("timeblocks", "timeBlocks", block + "-1");
        var upcoming = (await person.GetAsync("reminders/upcoming?hours=72")).Ok()["reminders"].EnumerateArray().Select(one => one.GetProperty("fireAt").GetString());
        Assert.Equal(["2026-05-02T14:00:00.000Z", "2026-05-03T07:00:00.000Z"], upcoming.Take(2));
        var carried = (await person.GetAsync("reminders")).Ok()["reminders"][0].GetProperty("id").GetString();
        (await person.DeleteAsync($"reminders/{carried}")).Refused(409, "MANAGED_BY_RECORD");
        await person.ChangeAsync("calendar", "events", name, new { reminders = Array.Empty<int>() });
        Assert.Equal(0, (await person.GetAsync("reminders/upcoming?hours=72")).Ok()["reminders"].GetArrayLength());
    }

    [Fact]
    public async Task Scenario_RM24_what_a_browser_has_shown_is_not_pushed_and_the_mail_goes_out()
    {
        world.MoveTo("2026-05-04T08:00:00Z");
        var person = await world.NewPersonAsync();
        await person.WithAddressAsync();
        using var browser = await person.SubscribeAsync();
        var record = await person.SyncedAsync(await person.TaskAsync("2026-05-04T10:00:00.000Z"), 0, "both");
        await person.ChangeAsync("todo", "reminders", record, new { status = "sent" });
        await world.TickAtAsync("2026-05-04T10:00:00Z");
        Assert.Empty(browser.Requests);
        Assert.Equal(1, await person.MailsAsync());
        Assert.Equal(("suppressed", "shown"), (await world.DeliveryAsync(person, "state"), await world.DeliveryAsync(person, "last_error")));
    }

    [Fact]
    public async Task What_was_sent_is_written_into_the_record_and_does_not_stop_the_next_one()
    {
        world.MoveTo("2026-05-05T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var task = await person.TaskAsync("2026-05-05T10:00:00.000Z");
        var record = await person.SyncedAsync(task, 0);
        await world.TickAtAsync("2026-05-05T10:00:00Z");
        var stored = (await world.Host.Services.GetRequiredService<ISyncRecords>().ReadAsync(RecordOwner.OfUser(person.UserId), "todo", "reminders", record, default))!.Fields;
        Assert.Equal(("sent", "2026-05-05T10:00:00.000Z"), ((string?)stored["status"], (string?)stored["sentAt"]));
        Assert.Equal($"todo-{record}", browser.Messages.Single().GetProperty("tag").GetString());
        await person.ChangeAsync("todo", "tasks", task, new { dueDate = "2026-05-06T10:00:00.000Z" });
        await world.TickAtAsync("2026-05-06T10:00:00Z");
        Assert.Equal(2, browser.Requests.Count);
    }

    /// <summary>As imports write them: a cancelled instance is an exception date of its block. The block has no zone, so it is repeated on the clock of who is reminded.</summary>
    [Fact]
    public async Task A_series_leaves_out_its_exception_dates_and_adds_its_own()
    {
        world.MoveTo("2026-10-23T06:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        await person.StoreAsync("timeblocks", "timeBlocks", person.UserId, new
        {
            startDate = "2026-10-23T07:00:00.000Z", recurrenceRule = "FREQ=DAILY;COUNT=5", title = "t", exdates = new[] { "2026-10-24T07:00:00.000Z" }, rdates = new[] { "2026-10-24T15:00:00.000Z", "2026-10-23T07:00:00.000Z" },
        });
        await person.StoreAsync("calendar", "events", person.UserId, new { timeBlockId = person.UserId, title = "t", reminders = new[] { 0 } });
        foreach (var (instant, told) in ((string, int)[])
                 [("2026-10-23T06:59:59Z", 0), ("2026-10-23T07:00:00Z", 1), ("2026-10-24T07:00:00Z", 1), ("2026-10-24T14:59:59Z", 1), ("2026-10-24T15:00:00Z", 2), ("2026-10-25T07:59:59Z", 2), ("2026-10-25T08:00:00Z", 3)])
        {
            await world.TickAtAsync(instant);
            Assert.True(told == browser.Requests.Count, $"{browser.Requests.Count} at {instant}, not {told}");
        }
    }

    [Fact]
    public async Task Scenario_RM28_plants_are_watered_in_time()
    {
        world.MoveTo("2026-05-09T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        await person.StoreAsync("plants", "wateringSchedules", person.UserId, new { plantId = "p", frequencyDays = 3, nextWateringAt = "2026-05-10T07:00:00Z", reminderEnabled = true, reminderHoursBefore = 2 });
        await world.TickAtAsync("2026-05-10T04:59:59Z");
        Assert.Empty(browser.Requests);
        await world.TickAtAsync("2026-05-10T05:00:00Z");
        Assert.Equal(("plants", "Pflanze gießen"), (browser.Messages.Single().GetProperty("appId").GetString(), browser.Messages.Single().GetProperty("title").GetString()));
        await person.ChangeAsync("plants", "wateringSchedules", person.UserId, new { nextWateringAt = "2026-05-13T07:00:00Z", reminderEnabled = false });
        Assert.Equal(0, (await person.GetAsync("reminders/upcoming?hours=200")).Ok()["reminders"].GetArrayLength());
    }

    [Fact]
    public async Task Scenario_RM30_deriving_everything_again_changes_nothing()
    {
        world.MoveTo("2026-05-14T08:00:00Z");
        var person = await world.NewPersonAsync();
        using var browser = await person.SubscribeAsync();
        var task = await person.TaskAsync("2026-05-14T10:00:00.000Z");
        await person.SyncedAsync(task, 0);
        await person.SyncedAsync(task, 30, "email");
        var done = await person.SyncedAsync(await person.TaskAsync("2026-05-20T10:00:00.000Z"), 0);
        await person.RemoveAsync("todo", "reminders", done);
        await person.StoreAsync("timeblocks", "timeBlocks", person.UserId, new { startDate = "2026-05-14T09:00:00.000Z", timezone = "Europe/Berlin", recurrenceRule = "FREQ=DAILY;COUNT=5", title = "t" });
        await person.StoreAsync("calendar", "events", person.UserId, new { timeBlockId = person.UserId, title = "t", reminders = new[] { 5, 10 } });
        await world.TickAtAsync("2026-05-14T10:00:00Z");
        var before = await StateAsync(person);
        Assert.Contains(person.UserId, before, StringComparison.Ordinal);
        (await world.Service().PostAsync("internal/reminders/replay")).Ok();
        Assert.Equal(before, await StateAsync(person));
        Assert.Equal(0, await world.TickAsync());
        (await (await person.ClientAsync()).PostAsync("internal/reminders/replay")).Refused(401);
    }

    [Fact]
    public async Task A_change_that_is_heard_of_twice_or_late_changes_nothing()
    {
        world.MoveTo("2026-05-15T08:00:00Z");
        var person = await world.NewPersonAsync();
        var record = await person.SyncedAsync(await person.TaskAsync("2026-05-15T10:00:00.000Z"), 5);
        var before = await StateAsync(person);
        var handler = new ReminderFeedHandler(world.Host.Services.GetRequiredService<Relevance>(), world.Host.Services.GetRequiredService<RuleRefresh>());
        var happened = new RecordChanged(person.UserId, person.UserId, null, "todo", "reminders", [record, "never-was"], 2);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => handler.HandleAsync(happened, new(Guid.NewGuid(), default, 1), default)));
        Assert.Equal(before, await StateAsync(person));
    }

    /// <summary>All rules, firings and deliveries of a person as text.</summary>
    async Task<string> StateAsync(Person person)
    {
        var state = new StringBuilder();
        foreach (var (table, whose) in ((string, string)[])
                 [("reminder_rules", "user_id = $1"), ("reminder_instances", "rule_id IN (SELECT id FROM apps.reminder_rules WHERE user_id = $1)"), ("reminder_deliveries", "user_id = $1")])
            state.AppendLine(await world.ScalarAsync<string>($"SELECT string_agg(t::text, E'\n' ORDER BY id) FROM apps.{table} t WHERE {whose}", person.UserId));
        return state.ToString();
    }
}
