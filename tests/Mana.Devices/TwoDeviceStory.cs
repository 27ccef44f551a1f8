using System.Globalization;
using System.Text.Json.Nodes;

namespace Mana.Devices;

/// <summary>How the story ended: the three devices, and every way in which they or the server are not as they must be.</summary>
public sealed record StoryEnd(Account Person, Device Phone, Device Laptop, Device Fresh, IReadOnlyList<string> Problems);

/// <summary>
/// One person, a phone and a laptop, both offline most of the time, against a running host. Told by <c>infra/demo</c>, asserted by the
/// end-to-end tests. The phone's network delivers every request twice; the laptop's clock is two hours ahead.
/// </summary>
public sealed class TwoDeviceStory(Uri server, Action<string> tell)
{
    public const int Tasks = 30;
    public const int Survivors = Tasks - 1;
    public const string Table = "tasks";
    static readonly TimeSpan Ahead = TimeSpan.FromHours(2);
    readonly List<string> _problems = [];

    public static string Task(int number) => string.Create(CultureInfo.InvariantCulture, $"task-{number:00}");

    public async Task<StoryEnd> PlayAsync(CancellationToken cancellationToken = default)
    {
        tell("Two devices, one person, and hardly ever a network");
        var person = await Account.CreateAsync(Network(), $"story-{Guid.NewGuid():N}@example.test");
        var phone = new Device((await Account.SignInAsync(BadNetwork(), person.Email, "phone")).Http, "phone");
        var laptop = new Device((await Account.SignInAsync(Network(), person.Email, "laptop")).Http, "laptop", skew: Ahead);
        tell($"  server  {server}");
        tell("  phone   right clock; its network delivers every request twice and loses the first answer");
        tell("  laptop  good network; its clock is two hours ahead");

        await CreateAsync(phone, laptop, cancellationToken);
        await EditAsync(phone, laptop, cancellationToken);
        await UndeleteAsync(phone, laptop, cancellationToken);
        var fresh = await HydrateAsync(person, cancellationToken);
        Compare(phone, laptop, fresh);
        return new StoryEnd(person, phone, laptop, fresh, _problems);
    }

    async Task CreateAsync(Device phone, Device laptop, CancellationToken cancellationToken)
    {
        Chapter("1. Offline, the phone writes down 30 tasks.");
        for (var number = 1; number <= Tasks; number++)
            phone.Insert(Table, Task(number), new JsonObject { ["title"] = $"Task {number}", ["done"] = false });
        Show(("phone", phone), ("laptop", laptop));

        Chapter("2. Both come online. The phone's push arrives twice; every change has an id, so it counts once.");
        await phone.SyncAsync(cancellationToken);
        await laptop.SyncAsync(cancellationToken);
        Show(("phone", phone), ("laptop", laptop));
        Expect(phone.Store.LiveCount == Tasks && laptop.Store.LiveCount == Tasks, "both devices hold 30 tasks");
    }

    async Task EditAsync(Device phone, Device laptop, CancellationToken cancellationToken)
    {
        Chapter("3. Both go offline. The laptop edits and syncs; then the phone, which has seen nothing of it, edits the same tasks.");
        laptop.Update(Table, Task(1), ("title", "from the laptop, earlier"));
        laptop.Update(Table, Task(2), ("done", true));
        laptop.Delete(Table, Task(3));
        laptop.Delete(Table, Task(4));
        tell("  laptop  renames 1, finishes 2, deletes 3 and 4: all stamped two hours into the future");
        await laptop.SyncAsync(cancellationToken);
        phone.Update(Table, Task(1), ("title", "from the phone, later"));
        phone.Update(Table, Task(2), ("notes", "with oat milk"));
        phone.Update(Table, Task(3), ("title", "edited after it was deleted"));
        phone.Update(Table, Task(5), ("title", "from the phone, earlier"));
        tell("  phone   renames 1, 3 and 5, adds notes to 2");
        await phone.SyncAsync(cancellationToken);
        laptop.Update(Table, Task(5), ("title", "from the laptop, later"));
        tell("  laptop  renames 5, without having seen what the phone did to it");

        Chapter("4. Both sync.");
        await QuietAsync(phone, laptop, cancellationToken);
        Expect(Is(phone, 1, "title", "from the phone, later"), "1: same field: the later edit wins; a clock that runs ahead is set back by the server");
        Expect(Is(phone, 2, "done", true) && Is(phone, 2, "notes", "with oat milk"), "2: different fields: both edits stay");
        Expect(IsDeleted(phone, 3), "3: an edit does not bring back what was deleted");
        Expect(IsDeleted(phone, 4), "4: deleted on both");
        Expect(Is(phone, 5, "title", "from the laptop, later"), "5: same field the other way round");
        Show(("phone", phone), ("laptop", laptop));
    }

    async Task UndeleteAsync(Device phone, Device laptop, CancellationToken cancellationToken)
    {
        Chapter("5. The phone takes the deletion of 4 back.");
        phone.Undelete(Table, Task(4));
        await QuietAsync(phone, laptop, cancellationToken);
        Expect(Is(laptop, 4, "title", "Task 4") && !IsDeleted(laptop, 4), "4: alive again on the laptop, with its title");
        Show(("phone", phone), ("laptop", laptop));
    }

    async Task<Device> HydrateAsync(Account person, CancellationToken cancellationToken)
    {
        Chapter("6. A new device asks the server for everything from the beginning.");
        var fresh = new Device((await Account.SignInAsync(Network(), person.Email, "fresh")).Http, "fresh");
        var events = new List<string>();
        var inserts = 0;
        fresh.OnIncoming = change =>
        {
            events.Add((string)change["eventId"]!);
            inserts += (string?)change["op"] == "insert" ? 1 : 0;
        };
        await fresh.SyncAsync(cancellationToken);
        tell($"  fresh   {fresh.Store.LiveCount} tasks, from {events.Count} changes");
        Expect(inserts == Tasks && events.Distinct(StringComparer.Ordinal).Count() == events.Count, "nothing is stored twice: 30 creations, and no change comes two times");
        Expect(fresh.Store.LiveCount == Survivors, "nothing is lost: 30 tasks, of which one stays deleted");
        return fresh;
    }

    void Compare(Device phone, Device laptop, Device fresh)
    {
        Chapter("7. Are all three the same?");
        var before = _problems.Count;
        var stored = Lines(fresh);
        foreach (var (name, device) in (ReadOnlySpan<(string, Device)>)[("phone", phone), ("laptop", laptop)])
        {
            foreach (var line in Lines(device).Except(stored, StringComparer.Ordinal))
                Report($"only on the {name}:  {line}");
            foreach (var line in stored.Except(Lines(device), StringComparer.Ordinal))
                Report($"not on the {name}:   {line}");
        }

        Expect(_problems.Count == before, "phone, laptop and server agree on every field of every task");
    }

    /// <summary>Twice each: what the second device wrote has reached the first one, too.</summary>
    static async Task QuietAsync(Device phone, Device laptop, CancellationToken cancellationToken)
    {
        foreach (var device in (Device[])[laptop, phone, laptop, phone])
            await device.SyncAsync(cancellationToken);
    }

    void Chapter(string title)
    {
        tell("");
        tell(title);
    }

    void Show(params (string Name, Device Device)[] devices)
    {
        foreach (var (name, device) in devices)
            tell($"  {name,-6}  {device.Store.LiveCount} tasks, {device.PendingCount} changes waiting");
    }

    void Expect(bool truth, string what)
    {
        if (truth)
            tell("  ok      " + what);
        else
            Report("not so: " + what);
    }

    void Report(string problem)
    {
        _problems.Add(problem);
        tell("  WRONG   " + problem);
    }

    static bool Is(Device device, int number, string field, JsonNode value) => JsonNode.DeepEquals(device.Store.Find(Table, Task(number))?.GetValueOrDefault(field)?.Value, value);

    static bool IsDeleted(Device device, int number) => device.Store.Find(Table, Task(number)) is not { } record || record.GetValueOrDefault("deletedAt")?.Value is not null;

    static string[] Lines(Device device) => device.Store.Visible().Split('\n');

    HttpClient Network() => new() { BaseAddress = server };

    HttpClient BadNetwork() => new(new RetryingTwice(new SocketsHttpHandler())) { BaseAddress = server };
}
