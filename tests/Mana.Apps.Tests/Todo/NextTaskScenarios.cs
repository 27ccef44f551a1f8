using System.Text.Json.Nodes;

namespace Mana.Apps.Tests.Todo;

/// <summary>compute.md 6.12, 7 and RS-65.</summary>
[Collection(SharedHost.Name)]
public sealed class NextTaskScenarios(AppsFixture world)
{
    static JsonObject Task(string rule, string due) => new()
    {
        ["id"] = "t1", ["title"] = "enc:1:a.b", ["priority"] = "high", ["projectId"] = "p1", ["recurrenceRule"] = rule, ["dueDate"] = due, ["isCompleted"] = true, ["completedAt"] = due, ["order"] = 3,
        ["subtasks"] = new JsonArray(new JsonObject { ["id"] = "s1", ["title"] = "x", ["isCompleted"] = true, ["completedAt"] = due }, new JsonObject { ["id"] = "s2", ["title"] = "y", ["isCompleted"] = false }),
    };

    [Fact]
    public async Task Scenario_RS_65_the_task_that_follows()
    {
        var task = Task("FREQ=WEEKLY", "2026-03-25T09:00:00.000Z");
        task["startDate"] = "2026-03-23T09:00:00.000Z";
        var next = await NextAsync(new { task });
        Assert.Equal("2026-04-01T09:00:00.000Z", Text(next, "dueDate"));
        Assert.Equal("2026-03-30T09:00:00.000Z", Text(next, "startDate"));
        Assert.Equal("t1", Text(next, "parentTaskId"));
        Assert.Equal("2026-03-25T09:00:00.000Z", Text(next, "lastOccurrence"));
        Assert.Equal(("enc:1:a.b", "high", "p1", "FREQ=WEEKLY"), (Text(next, "title"), Text(next, "priority"), Text(next, "projectId"), Text(next, "recurrenceRule")));
        Assert.All(next["subtasks"]!.AsArray(), subtask => Assert.False(subtask!["isCompleted"]!.GetValue<bool>()));
        Assert.Null(next["subtasks"]![0]!["completedAt"]);
        Assert.False(next["isCompleted"]!.GetValue<bool>());
        foreach (var own in (string[])["id", "completedAt", "order"])
            Assert.False(next.ContainsKey(own), own);
    }

    [Fact]
    public async Task Scenario_RS_65_nothing_comes_after_the_end()
    {
        var task = Task("FREQ=WEEKLY", "2026-03-25");
        task["recurrenceEndDate"] = "2026-03-31";
        Assert.Null(await MaybeAsync(new { task }));
        task["recurrenceEndDate"] = "2026-04-01";
        Assert.Equal("2026-04-01", Text(await NextAsync(new { task }), "dueDate"));
        Assert.Null(await MaybeAsync(new { task = Task("FREQ=DAILY;COUNT=1", "2026-03-25") }));
        task = Task("FREQ=WEEKLY", "2026-03-25");
        task.Remove("recurrenceRule");
        Assert.Null(await MaybeAsync(new { task }));
    }

    [Fact]
    public async Task A_rule_for_three_times_gives_three_tasks()
    {
        var task = Task("FREQ=DAILY;COUNT=3", "2026-03-25");
        var dates = new List<string?> { Text(task, "dueDate") };
        while (await MaybeAsync(new { task }) is { } next)
        {
            dates.Add(Text(next, "dueDate"));
            Assert.Equal("t1", Text(next, "parentTaskId"));
            task = (JsonObject)next.DeepClone();
        }

        Assert.Equal(["2026-03-25", "2026-03-26", "2026-03-27"], dates);
    }

    [Fact]
    public async Task From_its_completion_the_time_of_day_stays()
    {
        var task = Task("FREQ=DAILY;INTERVAL=3", "2026-03-25T08:00:00.000Z");
        var next = await NextAsync(new { task, mode = "fromCompletion", completedAt = "2026-03-27T21:30:00Z", tzid = "Europe/Berlin" });
        // 09:00 in Berlin on the 30th, which is summer time.
        Assert.Equal("2026-03-30T07:00:00.000Z", Text(next, "dueDate"));
        Assert.Equal("2026-03-30", Text(await NextAsync(new { task = Task("FREQ=DAILY;INTERVAL=3", "2026-03-25"), mode = "fromCompletion", completedAt = "2026-03-27T21:30:00Z" }), "dueDate"));
    }

    [Fact]
    public async Task In_its_zone_the_hour_stays_across_a_change_of_the_clocks() =>
        Assert.Equal("2026-03-29T07:00:00.000Z", Text(await NextAsync(new { task = Task("FREQ=DAILY", "2026-03-28T08:00:00Z"), tzid = "Europe/Berlin" }), "dueDate"));

    [Fact]
    public async Task What_is_no_task_is_refused()
    {
        var person = await world.PersonAsync();
        (await person.PostAsync("todo/compute/next-task", new { })).Refused(400, "VALIDATION");
        (await person.PostAsync("todo/compute/next-task", new { task = Task("FREQ=NEVER", "2026-03-25") })).Refused(400, "RRULE_FREQ");
        (await person.PostAsync("todo/compute/next-task", new { task = Task("FREQ=DAILY", "soon") })).Refused(400, "VALIDATION");
        (await person.PostAsync("todo/compute/next-task", new { task = Task("FREQ=DAILY", "2026-03-25"), completedAt = "2026-03-25" })).Refused(400, "VALIDATION");
    }

    [Fact]
    public async Task What_is_held_of_a_person_is_counted_and_erased_as_often_as_one_likes()
    {
        var person = await world.PersonAsync();
        var body = new { clientId = "d1", changes = new[] { new { table = "tasks", id = "t1", op = "insert", data = new { id = "t1", title = "a" } }, new { table = "projects", id = "p1", op = "insert", data = new { id = "p1", title = "b" } } } };
        var push = Caller.Message(HttpMethod.Post, "", body);
        push.RequestUri = new Uri("/sync/todo", UriKind.Relative);
        push.Headers.Add("X-Client-Id", "d1");
        (await person.SendAsync(push)).Ok();
        var counts = (await world.Service().GetAsync($"todo/admin/user-data/{person.UserId}")).Ok()["counts"];
        Assert.Equal((1, 1, 0), (counts.GetProperty("tasks").GetInt32(), counts.GetProperty("projects").GetInt32(), counts.GetProperty("reminders").GetInt32()));
        var first = (await world.Service().DeleteAsync($"todo/admin/user-data/{person.UserId}")).Ok();
        Assert.Equal("All user data deleted", first.String("message"));
        Assert.Equal(first.Text, (await world.Service().DeleteAsync($"admin/user-data/{person.UserId}")).Ok().Text);
    }

    async Task<JsonObject?> MaybeAsync(object body) =>
        JsonNode.Parse((await (await world.PersonAsync()).PostAsync("todo/compute/next-task", body)).Ok().Text)!["task"] as JsonObject;

    async Task<JsonObject> NextAsync(object body) => await MaybeAsync(body) ?? throw new InvalidOperationException("Nothing follows.");

    static string? Text(JsonObject task, string name) => task[name]?.GetValue<string>();
}
