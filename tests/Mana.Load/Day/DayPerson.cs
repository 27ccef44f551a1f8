using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Mana.Devices;
using Mana.Load.Delivery;

namespace Mana.Load.Day;

/// <summary>Somebody with two devices, each signed in for itself.</summary>
internal sealed class DayPerson : IDisposable
{
    const int Patience = 60;

    /// <summary>An app that is put down leaves no connections behind: five seconds are twelve minutes of a day that takes ten.</summary>
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    DayPerson(int number, IReadOnlyList<DayDevice> devices) => (Number, Devices) = (number, devices);

    public int Number { get; }

    public IReadOnlyList<DayDevice> Devices { get; }

    public Account Account => Devices[0].Account;

    /// <summary>Of the calendar that others read; null without one.</summary>
    public string? ShareToken { get; private set; }

    /// <summary>Registered and signed in with all devices, with a task that can be reminded of; before the day, and not measured.</summary>
    public static async Task<DayPerson> OpenAsync(LoadOptions options, int number)
    {
        var random = new Random(SeedOf(options.Seed, number));
        var plan = DayPlan.Of(random, everything: number == 0);
        var first = await Account.CreateAsync(Connect(options), $"day-{Guid.NewGuid():N}@example.test");
        var devices = new List<DayDevice>();
        foreach (var sessions in plan.Devices)
        {
            var account = devices.Count == 0 ? first : await Account.SignInAsync(Connect(options), first.Email, $"device {devices.Count}");
            devices.Add(new DayDevice(options, account, $"p{number}d{devices.Count}", number, devices.Count > 0 && number % DayHabits.StreamEvery == 0, sessions, random.Next()));
        }

        devices.ForEach(device => device.Others = [.. devices.Where(other => other != device)]);
        var person = new DayPerson(number, devices);
        await person.StoreAsync("todo", "tasks", TaskOf(number), new { id = TaskOf(number), title = "Milch", dueDate = Tomorrow(), createdAt = OwnChange.Now() });
        if (number % DayHabits.ShareEvery == 0)
            await person.ShareAsync();
        return person;
    }

    public static string TaskOf(int number) => $"p{number}-due";

    public static HttpClient Connect(LoadOptions options, int connections = 2) =>
        new(new SocketsHttpHandler { MaxConnectionsPerServer = connections, PooledConnectionIdleTimeout = Idle, UseCookies = false, UseProxy = false })
        {
            BaseAddress = new Uri(options.Url), Timeout = TimeSpan.FromSeconds(Patience),
        };

    /// <summary>The devices as the final account of deliveries knows them, an app after the other.</summary>
    public IEnumerable<List<SyncDevice>> ByApp() => DayHabits.Apps.Select(app => Devices.Select(device => device.Syncs[app.App]).ToList());

    public void Dispose()
    {
        foreach (var device in Devices)
            device.Dispose();
    }

    static int SeedOf(int seed, int number) => unchecked((seed * 1_000_003) + number);

    static string Tomorrow() => DateTimeOffset.UtcNow.AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    async Task ShareAsync()
    {
        var calendar = $"p{Number}-calendar";
        await StoreAsync("calendar", "calendars", calendar, new { id = calendar, name = "Offen", color = "#3366cc", isVisible = true, timezone = "Europe/Berlin", createdAt = OwnChange.Now() });
        for (var i = 0; i < 10; i++)
        {
            var start = DateTimeOffset.UtcNow.AddDays(i);
            await StoreAsync("timeblocks", "timeBlocks", $"b{i}", new { id = $"b{i}", startDate = start, endDate = start.AddHours(1), allDay = false, timezone = "Europe/Berlin", createdAt = OwnChange.Now() });
            await StoreAsync("calendar", "events", $"e{i}", new { id = $"e{i}", calendarId = calendar, timeBlockId = $"b{i}", title = $"Termin {i}", createdAt = OwnChange.Now() });
        }

        using var answer = await Account.Http.PostAsync($"/api/v1/calendar/calendars/{calendar}/feed", null);
        answer.EnsureSuccessStatusCode();
        ShareToken = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
    }

    async Task StoreAsync(string app, string table, string id, object data)
    {
        using var answer = await Account.Http.PostAsJsonAsync("/sync/" + app, new { clientId = "before", changes = new[] { new { table, id, op = "insert", data } } });
        if (!answer.IsSuccessStatusCode)
            throw new LoadProblem($"push before the day: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }
}
