using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Sync.Contracts;

namespace Mana.Apps.Tests.Calendar;

/// <summary>A person, their calendar, and a calendar at Google that mirror each other.</summary>
internal sealed class MirrorWorld
{
    readonly GoogleHost _world;

    MirrorWorld(GoogleHost world, Caller person, string account, GoogleStore store) => (_world, Person, Account, Store) = (world, person, account, store);

    public Caller Person { get; }

    public string Account { get; }

    public GoogleStore Store { get; }

    public string Id { get; private set; } = "";

    public static async Task<MirrorWorld> NewAsync(GoogleHost world, string direction, Action<GoogleStore>? fill = null)
    {
        var (person, account) = (await world.PersonAsync(), GoogleHost.NewAccount());
        var mirror = new MirrorWorld(world, person, account, world.Google.Stores[account] = new GoogleStore());
        fill?.Invoke(mirror.Store);
        await world.CalendarAsync(person, "c1");
        await world.ConnectAsync(person, account, "write");
        await mirror.SetUpAsync(direction);
        return mirror;
    }

    public async Task SetUpAsync(string direction)
    {
        var account = (await Person.GetAsync("calendar/google/status")).Ok()["accounts"][0].GetProperty("id").GetGuid();
        Id = (await Person.PostAsync("calendar/external", new { provider = "google", accountId = account, calendarId = "primary-" + Account, targetCalendarId = "c1", direction })).Ok(201).String("id")!;
        await GoogleHost.FirstAsync(Person, Id);
    }

    public Task<(int Created, int Updated, int Deleted, string? Error)> RunAsync() => _world.RunAsync(Person, Id);

    public Task EventAsync(string id, string title, object block) => _world.EventAsync(Person, "c1", id, title, block);

    public Task ChangeAsync(string id, object fields) => WriteAsync("calendar", new RecordWrite(RecordOp.Update, "events", id, JsonSerializer.SerializeToNode(fields)!.AsObject()));

    public Task ChangeBlockAsync(string id, object fields) => WriteAsync("timeblocks", new RecordWrite(RecordOp.Update, "timeBlocks", id, JsonSerializer.SerializeToNode(fields)!.AsObject()));

    public Task DeleteAsync(string id) => WriteAsync("calendar", new RecordWrite(RecordOp.Delete, "events", id, At: TimeProvider.System.GetUtcNow()));

    public async Task<List<SyncRecord>> EventsAsync() => [.. (await _world.AllAsync(Person, "calendar", "events")).Where(one => !one.IsDeleted)];

    public async Task<List<SyncRecord>> BlocksAsync() => [.. (await _world.AllAsync(Person, "timeblocks", "timeBlocks")).Where(one => !one.IsDeleted)];

    /// <summary>Two more runs find nothing to do, on either side.</summary>
    public async Task IsQuietAsync()
    {
        var (writes, records) = (Store.Writes.Count, Positions(await EventsAsync(), await BlocksAsync()));
        for (var i = 0; i < 2; i++)
            Assert.Equal((0, 0, 0, null), await RunAsync());
        Assert.Equal(writes, Store.Writes.Count);
        Assert.Equal(records, Positions(await EventsAsync(), await BlocksAsync()));
    }

    static string Positions(List<SyncRecord> events, List<SyncRecord> blocks) => string.Join(' ', events.Concat(blocks).Select(one => $"{one.Id}:{one.Position}"));

    async Task WriteAsync(string app, RecordWrite write)
    {
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<AppendResult.Stored>(await _world.Records().AppendAsync(new AppendRequest(Person.UserId, app, [write], "device-1"), default));
    }

    public static JsonObject Item(string id, string summary, string start, params string[] recurrence)
    {
        var end = start.Replace("T09", "T10", StringComparison.Ordinal);
        var item = new JsonObject
        {
            ["id"] = id, ["summary"] = summary, ["start"] = new JsonObject { ["dateTime"] = start, ["timeZone"] = "Europe/Berlin" }, ["end"] = new JsonObject { ["dateTime"] = end, ["timeZone"] = "Europe/Berlin" },
        };
        if (recurrence.Length > 0)
            item["recurrence"] = new JsonArray([.. recurrence.Select(line => (JsonNode?)line)]);
        return item;
    }

    public static JsonObject Summary(string text) => new() { ["summary"] = text };
}
