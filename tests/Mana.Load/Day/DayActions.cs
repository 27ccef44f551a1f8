using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mana.Devices;
using Mana.Load.Apps;

namespace Mana.Load.Day;

/// <summary>The requests of open apps beside synchronisation, as their clients send them.</summary>
internal sealed class DayActions(DayTally tally, IReadOnlyList<string> ideas)
{
    static readonly string[] Emojis = ["👍", "❤️", "🚀"];
    static readonly string[] Feeds = ["", "&sort=recent", "&appId=todo"];
    static readonly byte[] Calendar = CalendarLoad.File(DayHabits.EventsPerImport);

    public Task DoAsync(DayAction action, Account account, int person, Random random) => action switch
    {
        DayAction.Refresh => RefreshAsync(account),
        DayAction.Settings => GetAsync("/api/v1/settings", account),
        DayAction.Tags => GetAsync("/api/v1/tags", account),
        DayAction.Balance => GetAsync("/api/v1/credits/balance", account),
        DayAction.Feed => GetAsync("/api/v1/public/feedback/feed", account, "?limit=20" + Feeds[random.Next(Feeds.Length)]),
        DayAction.React => PostAsync("/api/v1/feedback/{id}/react", $"/api/v1/feedback/{ideas[random.Next(ideas.Count)]}/react", account, new { emoji = Emojis[random.Next(Emojis.Length)] }),
        DayAction.Expand => PostAsync("/api/v1/calendar/events/expand", null, account, new { rrule = "FREQ=WEEKLY;BYDAY=MO,WE,FR", dtstart = "2026-01-05T09:00:00", tzid = "Europe/Berlin", maxOccurrences = 50 }),
        DayAction.NextOccurrence => PostAsync("/api/v1/todo/compute/next-occurrence", null, account, new { rrule = "FREQ=MONTHLY;BYDAY=-1FR", after = "2026-03-02T08:00:00Z" }),
        DayAction.Remind => PostAsync("/api/v1/todo/tasks/{id}/reminders", $"/api/v1/todo/tasks/{DayPerson.TaskOf(person)}/reminders", account, new { minutesBefore = random.Next(1, 1_000) }),
        DayAction.Import => ImportAsync(account),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, null),
    };

    /// <summary>An idea of somebody, for others to react to; before the day.</summary>
    public static async Task<string> SubmitAsync(Account account)
    {
        using var answer = await account.Http.PostAsJsonAsync("/api/v1/feedback", new { feedbackText = "Something that should be better here, said by the load tool", appId = "todo", isPublic = true });
        if (!answer.IsSuccessStatusCode)
            throw new LoadProblem($"feedback before the day: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    async Task RefreshAsync(Account account)
    {
        var body = await tally.SendAsync("POST /api/v1/auth/refresh", () => account.Http.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken = account.RefreshToken }));
        if (body is null)
            return;
        using var pair = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        await account.TakeAsync(pair);
    }

    Task GetAsync(string path, Account account, string query = "") => tally.SendAsync("GET " + path, () => account.Http.GetAsync(path + query));

    Task PostAsync(string endpoint, string? path, Account account, object body) =>
        tally.SendAsync("POST " + endpoint, () => account.Http.PostAsync(path ?? endpoint, new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json")));

    Task ImportAsync(Account account) => tally.SendAsync("POST /api/v1/calendar/import/ics", async () =>
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Calendar), "file", "calendar.ics" } };
        return await account.Http.PostAsync("/api/v1/calendar/import/ics", form);
    });
}
