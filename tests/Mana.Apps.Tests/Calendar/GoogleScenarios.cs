using System.Net;
using System.Text.Json.Nodes;
using Mana.Apps.Calendar.External;
using Mana.Sync.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Calendar;

/// <summary>compute.md 9.5 and 32.6, GC.</summary>
public sealed class GoogleScenarios(GoogleHost world) : IClassFixture<GoogleHost>
{
    [Fact]
    public async Task Scenario_GC_01_states_that_are_wrong_or_used_or_old()
    {
        var person = await world.PersonAsync();
        var account = NewAccount();
        var (query, cookie) = await StartAsync(person);
        Assert.Equal(HttpStatusCode.BadRequest, (await ReturnAsync("wrong-state", world.Google.Consent(account, query), cookie)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ReturnAsync(query["state"], world.Google.Consent(account, query), "mana_google_nonce=of-another-browser")).Status);
        // The state was spent by that attempt.
        Assert.Equal(HttpStatusCode.BadRequest, (await ReturnAsync(query["state"], world.Google.Consent(account, query), cookie)).Status);
        (query, cookie) = await StartAsync(person);
        Assert.Equal(HttpStatusCode.BadRequest, (await ReturnAsync(query["state"], "code-made-up", cookie)).Status);
        (query, cookie) = await StartAsync(person);
        world.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(HttpStatusCode.BadRequest, (await ReturnAsync(query["state"], world.Google.Consent(account, query), cookie)).Status);
        Assert.Equal(0, (await person.GetAsync("calendar/google/status")).Ok()["accounts"].GetArrayLength());
        foreach (var redirect in (string[])["//evil.test", "https://evil.test/x", "/\\evil.test", "javascript:alert(1)"])
            (await person.GetAsync("calendar/google/auth-url?redirect=" + Uri.EscapeDataString(redirect))).Refused(400, "VALIDATION");
    }

    [Fact]
    public async Task Scenario_GC_04_tokens_are_sealed_and_told_to_nobody()
    {
        var person = await world.PersonAsync();
        var account = NewAccount();
        var answer = await ConnectAsync(person, account);
        var location = answer.Message.Headers.Location!.ToString();
        Assert.Equal("/calendar?connected=google", location);
        var status = (await person.GetAsync("calendar/google/status")).Ok();
        Assert.Equal(account + "@gmail.test", status["accounts"][0].GetProperty("email").GetString());
        Assert.DoesNotContain("access-", status.Text + answer.Text + location, StringComparison.Ordinal);
        Assert.DoesNotContain("refresh-", status.Text + answer.Text + location, StringComparison.Ordinal);
        var plain = Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes($"refresh-{account}"));
        Assert.Equal(1, await world.ScalarAsync<long>("SELECT count(*) FROM apps.google_accounts WHERE email = $1", account + "@gmail.test"));
        Assert.Equal(0, await world.ScalarAsync<long>("SELECT count(*) FROM apps.google_accounts row WHERE strpos(row::text, $1) > 0", plain));
        Assert.Equal("Haupt", (await person.GetAsync("calendar/google/calendars")).Ok()["items"][0].GetProperty("name").GetString());
        (await person.DeleteAsync("calendar/google")).Ok();
        Assert.Contains($"refresh-{account}-secret", world.Google.Revoked);
        Assert.Equal(0, (await person.GetAsync("calendar/google/status")).Ok()["accounts"].GetArrayLength());
    }

    [Fact]
    public async Task Scenario_GC_02_and_06_pages_changes_and_an_outdated_token()
    {
        var person = await world.PersonAsync();
        var account = NewAccount();
        world.Google.Items[account] =
        [
            Item("a", "Erstes", "2026-01-05T09:00:00+01:00", "Europe/Berlin", "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Berlin:20260119T090000"),
            Item("b", "Zweites", "2026-01-06T09:00:00Z", null),
            new JsonObject { ["id"] = "a_20260112", ["status"] = "confirmed", ["recurringEventId"] = "a", ["summary"] = "verlegt", ["originalStartTime"] = Time("2026-01-12T09:00:00+01:00", "Europe/Berlin"), ["start"] = Time("2026-01-13T09:00:00+01:00", "Europe/Berlin"), ["end"] = Time("2026-01-13T10:00:00+01:00", "Europe/Berlin") },
            new JsonObject { ["id"] = "a_20260126", ["status"] = "cancelled", ["recurringEventId"] = "a", ["originalStartTime"] = Time("2026-01-26T09:00:00+01:00", "Europe/Berlin") },
            new JsonObject { ["id"] = "d", ["status"] = "confirmed", ["summary"] = "Tag", ["start"] = new JsonObject { ["date"] = "2026-02-01" }, ["end"] = new JsonObject { ["date"] = "2026-02-02" } },
        ];
        var external = await MirrorAsync(person, account);
        Assert.Equal((4, 0, 0, null), await FirstAsync(person, external));
        var events = await world.AllAsync(person, "calendar", "events");
        Assert.Equal(["Erstes", "Tag", "Zweites", "verlegt"], events.Select(one => one.Text("title")).Order(StringComparer.Ordinal));
        var series = (await world.AllAsync(person, "timeblocks", "timeBlocks")).Single(block => block.Text("recurrenceRule") == "FREQ=WEEKLY");
        Assert.Equal(["2026-01-19T08:00:00.000Z", "2026-01-26T08:00:00.000Z"], series.Fields["exdates"]!.AsArray().Select(date => date!.GetValue<string>()));

        // Changes: one event renamed, one gone, one more instance cancelled without its series.
        world.Google.Changes[account] =
        [
            Item("b", "Zweites, neu", "2026-01-06T09:00:00Z", null), new JsonObject { ["id"] = "d", ["status"] = "cancelled" },
            new JsonObject { ["id"] = "a_20260202", ["status"] = "cancelled", ["recurringEventId"] = "a", ["originalStartTime"] = Time("2026-02-02T09:00:00+01:00", "Europe/Berlin") },
        ];
        Assert.Equal((0, 2, 1, null), await RunAsync(person, external));
        world.Google.Changes[account] = [];
        Assert.Equal((0, 0, 0, null), await RunAsync(person, external));

        // 410: everything is asked for again, and nothing is doubled.
        world.Google.SyncTokensAreGone = true;
        world.Google.Items[account].RemoveAt(4);
        world.Google.Items[account][1] = Item("b", "Zweites, neu", "2026-01-06T09:00:00Z", null);
        Assert.Equal((0, 0, 0, null), await RunAsync(person, external));
        world.Google.SyncTokensAreGone = false;
        Assert.Equal(3, (await world.AllAsync(person, "calendar", "events")).Count(one => !one.IsDeleted));
        Assert.Contains(world.Google.Requests, request => request.Account == account && request.Query.Contains("timeMin=", StringComparison.Ordinal));
        series = (await world.AllAsync(person, "timeblocks", "timeBlocks")).Single(block => block.Text("recurrenceRule") == "FREQ=WEEKLY");
        Assert.Equal(3, series.Fields["exdates"]!.AsArray().Count);
    }

    [Fact]
    public async Task Scenario_GC_03_each_request_carries_the_token_of_its_person()
    {
        var people = new List<(Caller Person, string External, string Account)>();
        for (var i = 0; i < 4; i++)
        {
            var (person, account) = (await world.PersonAsync(), NewAccount());
            world.Google.Items[account] = [Item("x", "von " + account, "2026-01-05T09:00:00Z", null)];
            people.Add((person, await MirrorAsync(person, account), account));
        }

        await Task.WhenAll(people.Select(one => FirstAsync(one.Person, one.External)));
        foreach (var (person, _, account) in people)
            Assert.Equal(["von " + account], (await world.AllAsync(person, "calendar", "events")).Select(one => one.Text("title")));
        Assert.All(world.Google.Requests, request => Assert.Equal("primary-" + request.Account, request.Calendar));
    }

    [Fact]
    public async Task Scenario_GC_05_a_consent_that_ended_is_not_asked_again()
    {
        var (person, account) = (await world.PersonAsync(), NewAccount());
        world.Google.Items[account] = [];
        var external = await MirrorAsync(person, account);
        await FirstAsync(person, external);
        world.Google.GrantsAreInvalid = true;
        world.Clock.Advance(TimeSpan.FromHours(2));
        person = await world.PersonAsync(person.UserId);
        try
        {
            world.Host.Services.GetRequiredService<ExternalWorker>().Wake();
            Assert.Equal((0, 0, 0, "reauth_required"), (await FinishedAsync(person, external, 2))[0]);
        }
        finally
        {
            world.Google.GrantsAreInvalid = false;
        }

        Assert.Equal("reauth_required", (await person.GetAsync("calendar/google/status")).Ok()["accounts"][0].GetProperty("state").GetString());
        var asked = world.Google.Refreshes[account];
        (await person.PostAsync($"calendar/external/{external}/sync")).Refused(404);
        Assert.Equal(asked, world.Google.Refreshes[account]);
        Assert.False((await person.GetAsync("calendar/external")).Ok()["items"][0].GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task What_its_source_takes_back_is_back_and_what_the_person_deleted_is_not()
    {
        var (person, account) = (await world.PersonAsync(), NewAccount());
        world.Google.Items[account] = [Item("x", "wieder da", "2026-01-05T09:00:00Z", null), Item("y", "gelöscht", "2026-01-06T09:00:00Z", null)];
        var external = await MirrorAsync(person, account);
        await FirstAsync(person, external);
        world.Google.Changes[account] = [new JsonObject { ["id"] = "x", ["status"] = "cancelled" }];
        Assert.Equal((0, 0, 1, null), await RunAsync(person, external));
        var mine = (await world.AllAsync(person, "calendar", "events")).Single(one => one.Text("title") == "gelöscht");
        await world.Records().AppendAsync(new AppendRequest(person.UserId, "calendar", [new RecordWrite(RecordOp.Delete, "events", mine.Id, At: world.Clock.GetUtcNow())], "device-1"), default);
        world.Google.Changes[account] = world.Google.Items[account];
        Assert.Equal((1, 0, 0, null), await RunAsync(person, external));
        Assert.Equal("wieder da", Assert.Single(await world.AllAsync(person, "calendar", "events"), one => !one.IsDeleted).Text("title"));
        Assert.Single(await world.AllAsync(person, "timeblocks", "timeBlocks"), block => !block.IsDeleted && block.Text("title") == "wieder da");
        Assert.Equal((0, 0, 0, null), await RunAsync(person, external));
        // It changed, which the deletion had not seen.
        world.Google.Changes[account] = [Item("y", "gelöscht, aber neu", "2026-01-06T09:00:00Z", null)];
        Assert.Equal((1, 0, 0, null), await RunAsync(person, external));
        Assert.Equal(2, (await world.AllAsync(person, "calendar", "events")).Count(one => !one.IsDeleted));
    }

    [Fact]
    public async Task Failures_are_told_and_tried_again()
    {
        var (person, account) = (await world.PersonAsync(), NewAccount());
        world.Google.Items[account] = [Item("x", "da", "2026-01-05T09:00:00Z", null)];
        foreach (var (status, code) in ((int, string)[])[(500, "UPSTREAM_UNAVAILABLE"), (429, "RATE_LIMITED"), (404, "NOT_FOUND")])
        {
            world.Google.Failing[account] = status;
            var external = await MirrorAsync(person, account, "c-" + status, connect: status == 500);
            Assert.Equal((0, 0, 0, code), await FirstAsync(person, external));
            Assert.Equal((1, 0, 0, null), await RunAsync(person, external));
        }
    }

    [Fact]
    public async Task Addresses_inside_are_not_fetched()
    {
        var person = await world.PersonAsync();
        await world.CalendarAsync(person, "c1");
        foreach (var url in (string[])["http://127.0.0.1/x.ics", "http://169.254.169.254/latest", "http://[::1]/x", "http://localhost/x", "https://user:pw@example.test/x", "https://example.test:8443/x", "ftp://example.test/x", "file:///etc/passwd", "http://10.0.0.1/"])
            (await person.PostAsync("calendar/external", new { provider = "ical_url", url, targetCalendarId = "c1" })).Refused(400, "URL_NOT_ALLOWED");
        (await person.PostAsync("calendar/external", new { provider = "caldav", targetCalendarId = "c1" })).Refused(400, "VALIDATION");
        (await person.PostAsync("calendar/external", new { provider = "google", calendarId = "x", accountId = Guid.NewGuid(), targetCalendarId = "c1" })).Refused(404);
        (await person.PostAsync("calendar/external", new { provider = "ical_url", url = "https://example.test/x", targetCalendarId = "nowhere" })).Refused(404);
    }

    [Fact]
    public async Task A_calendar_file_on_the_web_is_mirrored()
    {
        var person = await world.PersonAsync();
        await world.CalendarAsync(person, "c1");
        async Task<string> SubscribeAsync(string path) =>
            (await person.PostAsync("calendar/external", new { provider = "ical_url", url = world.Google.Url + "/files/" + path, targetCalendarId = "c1" })).Ok(201).String("id")!;
        const string Both = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20260105T090000Z\nSUMMARY:A\nEND:VEVENT\nBEGIN:VEVENT\nUID:b\nDTSTART:20260106T090000Z\nSUMMARY:B\nEND:VEVENT\nEND:VCALENDAR\n";
        world.Google.Calendar = Both;
        var external = await SubscribeAsync("moved.ics");
        Assert.Equal((2, 0, 0, null), await FirstAsync(person, external));
        var sent = world.Google.Sent;
        Assert.Equal((0, 0, 0, null), await RunAsync(person, external));
        Assert.Equal(sent, world.Google.Sent);
        world.Google.Calendar = Both.Replace("SUMMARY:B", "SUMMARY:neu", StringComparison.Ordinal).Replace("UID:a", "UID:c", StringComparison.Ordinal);
        Assert.Equal((1, 1, 1, null), await RunAsync(person, external));
        Assert.Equal(["A", "neu"], (await world.AllAsync(person, "calendar", "events")).Where(one => !one.IsDeleted).Select(one => one.Text("title")).Order(StringComparer.Ordinal));
        // A body that broke off deletes nothing.
        world.Google.Calendar = Both[..Both.IndexOf("BEGIN:VEVENT", StringComparison.Ordinal)];
        Assert.Equal((0, 0, 0, null), await RunAsync(person, external));
        Assert.Equal((0, 0, 0, "URL_NOT_ALLOWED"), await FirstAsync(person, await SubscribeAsync("inside.ics")));
        Assert.Equal(0, await world.ScalarAsync<long>("SELECT count(*) FROM apps.external_calendars row WHERE strpos(row::text, $1) > 0", Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes("moved.ics"))));
    }

    static JsonObject Time(string dateTime, string? timeZone) => new() { ["dateTime"] = dateTime, ["timeZone"] = timeZone };

    static JsonObject Item(string id, string summary, string start, string? zone, params string[] recurrence)
    {
        var item = new JsonObject { ["id"] = id, ["status"] = "confirmed", ["summary"] = summary, ["etag"] = "1", ["start"] = Time(start, zone), ["end"] = Time(start.Replace("T09", "T10", StringComparison.Ordinal), zone) };
        if (recurrence.Length > 0)
            item["recurrence"] = new JsonArray([.. recurrence.Select(line => (JsonNode?)line)]);
        return item;
    }

    async Task<string> MirrorAsync(Caller person, string account, string calendar = "c1", bool connect = true)
    {
        await world.CalendarAsync(person, calendar);
        if (connect)
            await ConnectAsync(person, account);
        var id = (await person.GetAsync("calendar/google/status")).Ok()["accounts"][0].GetProperty("id").GetGuid();
        var added = (await person.PostAsync("calendar/external", new { provider = "google", accountId = id, calendarId = "primary-" + account, targetCalendarId = calendar, enabled = true })).Ok(201);
        return added.String("id")!;
    }

    static string NewAccount() => GoogleHost.NewAccount();

    static Task<(int, int, int, string?)> FirstAsync(Caller person, string external) => GoogleHost.FirstAsync(person, external);

    Task<(int, int, int, string?)> RunAsync(Caller person, string external) => world.RunAsync(person, external);

    static Task<List<(int, int, int, string?)>> FinishedAsync(Caller person, string external, int count) => GoogleHost.FinishedAsync(person, external, count);

    Task<Answer> ConnectAsync(Caller person, string account) => world.ConnectAsync(person, account);

    Task<(Dictionary<string, string> Query, string Cookie)> StartAsync(Caller person) => GoogleHost.StartAsync(person);

    Task<Answer> ReturnAsync(string state, string code, string cookie) => world.ReturnAsync(state, code, cookie);
}
