using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Mana.Testing;

namespace Mana.Apps.Tests.Calendar;

/// <summary>A host, and Radicale: a CalDAV server that nobody here wrote, as Debian ships it.</summary>
public sealed class RadicaleHost : AppsFixture
{
    public const string User = "anna@example.org";
    public const string Password = "app-pass word:ü";
    readonly string _folder = Directory.CreateTempSubdirectory("mana-radicale-").FullName;
    readonly HttpClient _http = new();
    Process? _process;

    public Uri Url { get; } = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));

    public override async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "users"), $"{User}:{Password}\n");
        var config = Path.Combine(_folder, "config");
        await File.WriteAllTextAsync(config, $"""
            [server]
            hosts = {Url.Authority}
            [auth]
            type = htpasswd
            htpasswd_filename = {_folder}/users
            htpasswd_encryption = plain
            delay = 0
            [storage]
            filesystem_folder = {_folder}/collections
            [logging]
            level = warning

            """);
        _process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-m", "radicale", "--config", config]) { UseShellExecute = false, RedirectStandardError = true })!;
        _process.BeginErrorReadLine();
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
        for (var deadline = DateTime.UtcNow.AddSeconds(60); !await ServesAsync(); await Task.Delay(50))
            Assert.True(DateTime.UtcNow < deadline && !_process.HasExited, "Radicale does not serve; Debian has it as python3-radicale.");
        await base.InitializeAsync();
    }

    protected override TestHost Configure(TestHost host) => host.With("Calendar:PrivateHosts", Url.Authority);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _process?.Kill(entireProcessTree: true);
        _process?.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal async Task<HttpStatusCode> SendAsync(string method, string path, string? body = null, string type = "text/calendar")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Url, path)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, type) };
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    async Task<bool> ServesAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(Url, "/.web/"));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>compute.md 9.5 with a real CalDAV server.</summary>
public sealed class RadicaleTests(RadicaleHost world) : IClassFixture<RadicaleHost>
{
    const string Calendar = "/anna%40example.org/arbeit/";

    [Fact]
    public async Task A_calendar_at_Radicale_is_found_imported_and_followed()
    {
        Assert.Equal(HttpStatusCode.Created, await world.SendAsync("MKCALENDAR", Calendar, """
            <?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:I="http://apple.com/ns/ical/"><D:set><D:prop><D:displayname>Arbeit &amp; mehr</D:displayname><I:calendar-color>#AABBCCFF</I:calendar-color></D:prop></D:set></C:mkcalendar>
            """, "application/xml"));
        await PutAsync("a%20b.ics", "one", "Eins", "20260105T090000Z");
        await PutAsync("two.ics", "two", "Zwei", "20260106T090000Z");
        await PutAsync("week.ics", "week", "Woche", "20260107T090000Z", "RRULE:FREQ=WEEKLY;COUNT=5");
        await PutAsync("old.ics", "old", "zu alt", "20240107T090000Z");
        var person = await world.PersonAsync();
        await world.CalendarAsync(person, "c1");
        (await person.PostAsync("calendar/sync/caldav/discover", new { serverUrl = world.Url, username = RadicaleHost.User, password = "wrong" })).Refused(400, "CREDENTIALS_REFUSED");
        var found = (await person.PostAsync("calendar/sync/caldav/discover", new { serverUrl = world.Url, username = RadicaleHost.User, password = RadicaleHost.Password })).Ok()["calendars"][0];
        Assert.Equal(("Arbeit & mehr", "#aabbcc", true), (found.GetProperty("name").GetString(), found.GetProperty("color").GetString(), found.GetProperty("mayWrite").GetBoolean()));

        var url = found.GetProperty("url").GetString();
        var id = (await person.PostAsync("calendar/external", new { provider = "caldav", url, targetCalendarId = "c1", credentials = new { username = RadicaleHost.User, password = RadicaleHost.Password } })).Ok(201).String("id")!;
        Assert.Equal((3, 0, 0, null), await GoogleHost.FirstAsync(person, id));
        Assert.Equal((0, 0, 0, null), await RunAsync(person, id));
        await PutAsync("a%20b.ics", "one", "Eins\\, neu", "20260105T100000Z");
        await PutAsync("three.ics", "three", "Drei", "20260108T090000Z");
        Assert.Equal(HttpStatusCode.OK, await world.SendAsync("DELETE", Calendar + "two.ics"));
        Assert.Equal((1, 1, 1, null), await RunAsync(person, id));
        Assert.Equal((0, 0, 0, null), await RunAsync(person, id));
        Assert.Equal(["Drei", "Eins, neu", "Woche"], (await world.AllAsync(person, "calendar", "events")).Where(one => !one.IsDeleted).Select(one => one.Text("title")).Order(StringComparer.Ordinal));
        Assert.StartsWith("http://radicale.org/ns/sync/", await world.ScalarAsync<string>("SELECT sync_token FROM apps.external_calendars WHERE id = $1", Guid.Parse(id)), StringComparison.Ordinal);

        // A token that Radicale does not know: everything again, and nothing twice.
        await world.ScalarAsync<long>("UPDATE apps.external_calendars SET sync_token = 'http://radicale.org/ns/sync/0123' WHERE id = $1 RETURNING 1::bigint", Guid.Parse(id));
        Assert.Equal((0, 0, 0, null), await RunAsync(person, id));
    }

    async Task PutAsync(string name, string uid, string title, string start, params string[] more) => Assert.Equal(HttpStatusCode.Created, await world.SendAsync("PUT", Calendar + name,
        string.Join("\r\n", ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", "BEGIN:VEVENT", "UID:" + uid, "DTSTAMP:20260101T000000Z", "DTSTART:" + start, "SUMMARY:" + title, .. more, "END:VEVENT", "END:VCALENDAR", ""])));

    async Task<(int, int, int, string?)> RunAsync(Caller person, string id)
    {
        var before = (await GoogleHost.FinishedAsync(person, id, 1)).Count;
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        (await person.PostAsync($"calendar/external/{id}/sync")).Ok(202);
        return (await GoogleHost.FinishedAsync(person, id, before + 1))[0];
    }
}
