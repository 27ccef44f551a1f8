using Mana.Apps.Wire.Idempotency;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Wire;

/// <summary>compute.md 3.6, at the routes that make reminders: the ones of the scenarios' text belong to apps that are not built yet.</summary>
[Collection(Reminders.ReminderWorld.Name)]
public sealed class IdempotencyScenarios(Reminders.ReminderFixture world)
{
    [Fact]
    public async Task Scenario_CNV_07_the_same_request_with_its_key_is_answered_once()
    {
        var (person, other) = (await world.NewPersonAsync(), await world.NewPersonAsync());
        var (task, its) = (await person.TaskAsync("2027-01-02T10:00:00.000Z"), await other.TaskAsync("2027-01-02T10:00:00.000Z"));
        var first = (await SendAsync(person, task, "key-1", 5)).Ok(201);
        Assert.False(first.Message.Headers.Contains("Idempotency-Replayed"));
        // Gone meanwhile: what is told again was kept, not made again.
        (await person.DeleteAsync($"reminders/{first["reminder"].GetProperty("id").GetString()}")).Ok();
        var second = (await SendAsync(person, task, "key-1", 5)).Ok(201);
        Assert.Equal((first.Text, "true"), (second.Text, second.Message.Headers.GetValues("Idempotency-Replayed").Single()));
        Assert.Equal(first.Message.Content.Headers.ContentType, second.Message.Content.Headers.ContentType);
        Assert.Equal(0, (await person.GetAsync("reminders")).Ok()["reminders"].GetArrayLength());
        // Of another person, or another route, it is another key.
        (await SendAsync(other, its, "key-1", 5)).Ok(201);
        (await SendAsync(person, task, "key-1", 5, "tasks")).Ok(201);
    }

    [Fact]
    public async Task Scenario_CNV_08_the_same_key_for_another_request_is_a_conflict()
    {
        var person = await world.NewPersonAsync();
        var task = await person.TaskAsync("2027-01-02T10:00:00.000Z");
        (await SendAsync(person, task, "key-2", 5)).Ok(201);
        (await SendAsync(person, task, "key-2", 6)).Refused(409, "IDEMPOTENCY_CONFLICT");
        (await SendAsync(person, await person.TaskAsync("2027-01-02T10:00:00.000Z"), "key-2", 5)).Refused(409, "IDEMPOTENCY_CONFLICT");
        (await SendAsync(person, task, "with a space", 5)).Refused(400, "VALIDATION");
        (await SendAsync(person, task, new string('k', 129), 5)).Refused(400, "VALIDATION");
        // A refusal is an answer as well.
        (await SendAsync(person, "no-task", "key-3", 5)).Refused(404);
        Assert.True((await SendAsync(person, "no-task", "key-3", 5)).Refused(404).Message.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task A_key_is_in_one_hand_at_a_time_until_that_is_dead_and_for_a_day()
    {
        var store = new IdempotencyStore(world.Host.Services.GetRequiredService<Npgsql.NpgsqlDataSource>(), world.Clock);
        var person = await world.NewPersonAsync();
        Task<KeyState> TakeAsync(byte request) => store.TakeAsync(person.UserId, "POST /x", "k", [request], default);

        var mine = Assert.IsType<KeyState.Mine>(await TakeAsync(1));
        Assert.IsType<KeyState.InProgress>(await TakeAsync(1));
        Assert.IsType<KeyState.Conflict>(await TakeAsync(2));
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        var later = Assert.IsType<KeyState.Mine>(await TakeAsync(1));
        // The former one was only slow: it is too late for its answer.
        await store.KeepAsync(person.UserId, "POST /x", "k", mine, 201, null, [7]);
        Assert.IsType<KeyState.InProgress>(await TakeAsync(1));
        await store.KeepAsync(person.UserId, "POST /x", "k", later, 200, "a/b", [8]);
        Assert.Equal((200, "a/b", (byte)8), Assert.IsType<KeyState.Answered>(await TakeAsync(1)) is var answered ? (answered.Status, answered.ContentType, answered.Answer[0]) : default);
        world.Clock.Advance(TimeSpan.FromHours(24));
        await store.FreeAsync(person.UserId, "POST /x", "k", Assert.IsType<KeyState.Mine>(await TakeAsync(2)));
        Assert.IsType<KeyState.Mine>(await TakeAsync(3));
        world.Clock.Advance(TimeSpan.FromHours(25));
        Assert.True(await store.PurgeAsync() > 0);
    }

    static async Task<Answer> SendAsync(Reminders.Person person, string task, string key, int minutesBefore, string at = "todo/tasks")
    {
        var request = Caller.Message(HttpMethod.Post, $"{at}/{task}/reminders", new { minutesBefore });
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await (await person.ClientAsync()).SendAsync(request);
    }
}
