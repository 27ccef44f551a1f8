using Mana.Sync.Contracts;
using Mana.Testing;

namespace Mana.Apps.Tests.Calendar;

/// <summary>A host that may ask a CalDAV server of this machine, which it also takes for Apple's, and a second one that nobody gave a password for.</summary>
public sealed class DavHost : AppsFixture
{
    static int _users;

    internal DavStub Dav { get; } = new();

    internal DavStub Elsewhere { get; } = new();

    public override async ValueTask InitializeAsync()
    {
        await Dav.StartAsync();
        await Elsewhere.StartAsync();
        await base.InitializeAsync();
    }

    protected override TestHost Configure(TestHost host) => host
        .With("Calendar:PrivateHosts", new Uri(Dav.Url).Authority + ", " + new Uri(Elsewhere.Url).Authority).With("Calendar:AppleUrl", Dav.Url);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Dav.DisposeAsync();
        await Elsewhere.DisposeAsync();
    }

    internal static string NewUser() => $"anna{Interlocked.Increment(ref _users)}@example.org";

    internal Task<Answer> DiscoverAsync(Caller person, string user, string? serverUrl = null, string? password = null, string? provider = null) =>
        person.PostAsync("calendar/sync/caldav/discover", new { serverUrl, username = user, password = password ?? Dav.Stores[user].Password, provider });

    internal async Task<Answer> AddAsync(Caller person, string user, string calendar = "c1", object? more = null, string? password = null)
    {
        await this.CalendarAsync(person, calendar);
        var store = Dav.Stores[user];
        return await person.PostAsync("calendar/external", more ?? new { provider = "caldav", url = store.Address, targetCalendarId = calendar, credentials = new { username = user, password = password ?? store.Password } });
    }

    /// <summary>The id of a mirror, and how its first run ended.</summary>
    internal async Task<(string Id, (int, int, int, string?) First)> MirrorAsync(Caller person, string user, string calendar = "c1")
    {
        var id = (await AddAsync(person, user, calendar)).Ok(201).String("id")!;
        return (id, await GoogleHost.FirstAsync(person, id));
    }

    internal async Task<(int, int, int, string?)> RunAsync(Caller person, string external)
    {
        var before = (await GoogleHost.FinishedAsync(person, external, 1)).Count;
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await person.PostAsync($"calendar/external/{external}/sync")).Ok(202);
        return (await GoogleHost.FinishedAsync(person, external, before + 1))[0];
    }

    internal async Task<List<SyncRecord>> LivingAsync(Caller person) => [.. (await this.AllAsync(person, "calendar", "events")).Where(one => !one.IsDeleted)];

    internal async Task<string[]> TitlesAsync(Caller person) => [.. (await LivingAsync(person)).Select(one => one.Text("title")!).Order(StringComparer.Ordinal)];
}
