using System.Net;
using System.Text;
using System.Text.Json;
using Mana.Kernel.Privacy;
using Mana.Sync.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Calendar;

/// <summary>compute.md 9.3 (apply), 9.4 and 9.6 over the synchronised records.</summary>
[Collection(SharedHost.Name)]
public sealed class FeedScenarios(AppsFixture world)
{
    [Fact]
    public async Task Scenario_IC_13_and_14_what_is_exported()
    {
        var person = await world.PersonAsync();
        await world.CalendarAsync(person, "c1");
        await world.EventAsync(person, "c1", "e1", "enc:1:aGk.eHg", new { startDate = "2026-01-05T08:00:00.000Z", endDate = "2026-01-05T09:00:00.000Z", allDay = false, timezone = "Europe/Berlin", recurrenceRule = "RRULE:RRULE:FREQ=WEEKLY" });
        await world.EventAsync(person, "c1", "e2", "Urlaub", new { startDate = "2026-07-01T00:00:00.000Z", endDate = "2026-07-02T23:59:59.999Z", allDay = true });
        await world.EventAsync(person, "other", "e3", "elsewhere", new { startDate = "2026-07-01T00:00:00.000Z", allDay = true });
        await world.PutAsync(person, "timeblocks", "timeBlocks", "b-x", new { startDate = "2026-01-13T08:00:00.000Z", endDate = "2026-01-13T09:00:00.000Z", allDay = false, timezone = "Europe/Berlin", parentBlockId = "b-e1", recurrenceDate = "2026-01-12", isRecurrenceException = true });
        await world.PutAsync(person, "calendar", "events", "x1", new { calendarId = "c1", timeBlockId = "b-x", title = "verlegt" });
        var file = (await person.GetAsync("calendar/calendars/c1/export.ics")).Ok();
        Assert.Equal("text/calendar", file.Message.Content.Headers.ContentType?.MediaType);
        foreach (var line in (string[])["SUMMARY:Busy", "DTSTART;TZID=Europe/Berlin:20260105T090000", "RRULE:FREQ=WEEKLY", "BEGIN:VTIMEZONE", "DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260703", "RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000", "X-WR-CALNAME:Privat"])
            Assert.Contains($"\r\n{line}\r\n", file.Text, StringComparison.Ordinal);
        foreach (var hidden in (string[])["enc:1:", "RRULE:RRULE", "elsewhere"])
            Assert.DoesNotContain(hidden, file.Text, StringComparison.Ordinal);
        var german = new HttpRequestMessage(HttpMethod.Get, "/api/v1/calendar/calendars/c1/export.ics?from=2026-01-01&to=2026-02-01");
        german.Headers.Add("Accept-Language", "de-DE,de");
        var part = (await person.SendAsync(german)).Ok();
        Assert.Contains("SUMMARY:Belegt", part.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Urlaub", part.Text, StringComparison.Ordinal);
        (await (await world.PersonAsync()).GetAsync("calendar/calendars/c1/export.ics")).Refused(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_feed_is_secret_can_be_replaced_and_revoked()
    {
        var person = await world.PersonAsync();
        await world.CalendarAsync(person, "c1");
        await world.EventAsync(person, "c1", "e1", "Zahnarzt", new { startDate = "2026-01-05T08:00:00.000Z", endDate = "2026-01-05T09:00:00.000Z", allDay = false });
        (await person.GetAsync("calendar/calendars/c1/feed")).Refused(404);
        (await person.PostAsync("calendar/calendars/none/feed")).Refused(404);
        var issued = (await person.PostAsync("calendar/calendars/c1/feed")).Ok(201);
        var token = issued.String("token")!;
        Assert.EndsWith($"/api/v1/calendar/feed/{token}.ics", issued.String("url"), StringComparison.Ordinal);
        Assert.True(await world.ScalarAsync<long>("SELECT count(*) FROM apps.calendar_feeds row WHERE strpos(row::text, $1) > 0 OR strpos(row::text, $2) > 0", token, Convert.ToHexStringLower(Encoding.ASCII.GetBytes(token))) == 0);

        var anybody = world.Anybody();
        var feed = (await anybody.GetAsync($"calendar/feed/{token}.ics")).Ok();
        Assert.Contains("SUMMARY:Zahnarzt", feed.Text, StringComparison.Ordinal);
        Assert.Contains("REFRESH-INTERVAL", feed.Text, StringComparison.Ordinal);
        Assert.Equal("private, max-age=300", feed.Message.Headers.CacheControl?.ToString().Replace("max-age=300, private", "private, max-age=300", StringComparison.Ordinal));
        var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/calendar/feed/{token}.ics");
        again.Headers.TryAddWithoutValidation("If-None-Match", feed.Message.Headers.ETag!.ToString());
        Assert.Equal(HttpStatusCode.NotModified, (await anybody.SendAsync(again)).Status);
        await world.PutAsync(person, "calendar", "events", "e9", new { calendarId = "c1", title = "neu", startDate = "2026-02-01T08:00:00.000Z" });
        again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/calendar/feed/{token}.ics");
        again.Headers.TryAddWithoutValidation("If-None-Match", feed.Message.Headers.ETag!.ToString());
        Assert.Contains("SUMMARY:neu", (await anybody.SendAsync(again)).Ok().Text, StringComparison.Ordinal);

        var replaced = (await person.PostAsync("calendar/calendars/c1/feed")).Ok(201).String("token");
        (await anybody.GetAsync($"calendar/feed/{token}.ics")).Refused(404);
        (await anybody.GetAsync($"calendar/feed/{replaced}.ics")).Ok();
        (await person.GetAsync("calendar/calendars/c1/feed")).Ok();
        (await person.DeleteAsync("calendar/calendars/c1/feed")).Ok();
        (await anybody.GetAsync($"calendar/feed/{replaced}.ics")).Refused(404);
    }

    [Fact]
    public async Task An_applied_import_writes_once_and_what_changed()
    {
        var (person, other) = (await world.PersonAsync(), await world.PersonAsync());
        await world.CalendarAsync(person, "c1");
        const string File = """
            BEGIN:VCALENDAR
            BEGIN:VEVENT
            UID:m
            DTSTART;TZID=Europe/Berlin:20260105T090000
            DTEND;TZID=Europe/Berlin:20260105T100000
            RRULE:FREQ=WEEKLY
            SUMMARY:Woche
            END:VEVENT
            BEGIN:VEVENT
            UID:m
            RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000
            DTSTART;TZID=Europe/Berlin:20260113T090000
            SUMMARY:verlegt
            END:VEVENT
            BEGIN:VEVENT
            UID:m
            RECURRENCE-ID;TZID=Europe/Berlin:20260119T090000
            DTSTART;TZID=Europe/Berlin:20260119T090000
            STATUS:CANCELLED
            END:VEVENT
            END:VCALENDAR
            """;
        Assert.Equal((2, 0, 0), await ApplyAsync(person, File));
        Assert.Equal((0, 0, 2), await ApplyAsync(person, File));
        Assert.Equal((0, 1, 1), await ApplyAsync(person, File.Replace("verlegt", "verschoben", StringComparison.Ordinal)));
        var (events, blocks) = (await world.AllAsync(person, "calendar", "events"), await world.AllAsync(person, "timeblocks", "timeBlocks"));
        Assert.Equal(["Woche", "verschoben"], events.Select(one => one.Text("title")).Order(StringComparer.Ordinal));
        var series = blocks.Single(block => block.Text("recurrenceRule") == "FREQ=WEEKLY");
        Assert.Equal(("2026-01-05T08:00:00.000Z", "Europe/Berlin"), (series.Text("startDate"), series.Text("timezone")));
        Assert.Equal("2026-01-19T08:00:00.000Z", series.Fields["exdates"]![0]!.GetValue<string>());
        var exception = blocks.Single(block => block.Id != series.Id);
        Assert.Equal((series.Id, "2026-01-12"), (exception.Text("parentBlockId"), exception.Text("recurrenceDate")));
        var exported = (await person.GetAsync("calendar/calendars/c1/export.ics")).Ok().Text;
        foreach (var line in (string[])["UID:m", "EXDATE;TZID=Europe/Berlin:20260119T090000", "RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000", "SUMMARY:verschoben"])
            Assert.Contains($"\r\n{line}\r\n", exported, StringComparison.Ordinal);
        // Deleted and asked for again: it is back.
        var gone = events.Single(one => one.Text("title") == "Woche");
        await world.Records().AppendAsync(new AppendRequest(person.UserId, "calendar", [new RecordWrite(RecordOp.Delete, "events", gone.Id, At: world.Clock.GetUtcNow())], "device-1"), default);
        Assert.Equal((1, 1, 0), await ApplyAsync(person, File));
        Assert.Equal(2, (await world.AllAsync(person, "calendar", "events")).Count(one => !one.IsDeleted));
        using var form = IcsScenarios.Form(Encoding.UTF8.GetBytes(File));
        (await other.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/calendar/import/ics?apply=true&calendarId=c1") { Content = form })).Refused(404);
    }

    [Fact]
    public async Task A_shared_calendar_is_read_by_whom_it_was_offered_to()
    {
        var (owner, stranger) = (await world.PersonAsync(), await world.PersonAsync());
        var friend = await MemberAsync("freund@example.test", verified: true);
        var pretender = await MemberAsync("freund2@example.test", verified: false);
        await world.CalendarAsync(owner, "c1");
        await world.EventAsync(owner, "c1", "e1", "Fest", new { startDate = "2026-01-05T08:00:00.000Z", allDay = false });
        (await owner.PostAsync("calendar/calendars/c1/shares", new { email = "x" })).Refused(400, "VALIDATION");
        (await owner.PostAsync("calendar/calendars/c1/shares", new { email = "a@b.test", permission = "write" })).Refused(400, "VALIDATION");
        (await stranger.PostAsync("calendar/calendars/c1/shares", new { email = "a@b.test" })).Refused(404);
        var id = (await owner.PostAsync("calendar/calendars/c1/shares", new { email = "Freund@Example.test", permission = "read" })).Ok(201).String("id");
        var unproved = (await owner.PostAsync("calendar/calendars/c1/shares", new { email = "freund2@example.test" })).Ok(201).String("id");
        Assert.Equal(1, (await friend.GetAsync("calendar/shares")).Ok()["count"].GetInt32());
        Assert.Equal(0, (await pretender.GetAsync("calendar/shares")).Ok()["count"].GetInt32());
        (await pretender.PostAsync($"calendar/shares/{unproved}/accept")).Refused(404);
        (await friend.GetAsync($"calendar/shares/{id}/export.ics")).Refused(404);
        (await stranger.PostAsync($"calendar/shares/{id}/accept")).Refused(404);
        Assert.Equal("accepted", (await friend.PostAsync($"calendar/shares/{id}/accept")).Ok().String("status"));
        Assert.Contains("SUMMARY:Fest", (await friend.GetAsync($"calendar/shares/{id}/export.ics")).Ok().Text, StringComparison.Ordinal);
        (await owner.DeleteAsync($"calendar/calendars/c1/shares/{id}")).Ok();
        (await friend.GetAsync($"calendar/shares/{id}/export.ics")).Refused(404);
    }

    /// <summary>compute.md 3.6: a secret address is a share, and whoever lost the answer is told it again.</summary>
    [Fact]
    public async Task A_secret_address_is_made_once_for_a_key_and_kept_sealed()
    {
        var person = await world.PersonAsync();
        await world.CalendarAsync(person, "c1");
        async Task<Answer> IssueAsync(string key)
        {
            var request = Caller.Message(HttpMethod.Post, "calendar/calendars/c1/feed", null);
            request.Headers.Add("Idempotency-Key", key);
            return await person.SendAsync(request);
        }

        var first = (await IssueAsync("feed-1")).Ok(201);
        var again = (await IssueAsync("feed-1")).Ok(201);
        Assert.Equal((first.Text, "true", "no-store"), (again.Text, again.Message.Headers.GetValues("Idempotency-Replayed").Single(), again.Message.Headers.CacheControl!.ToString()));
        var path = first.String("url")![(first.String("url")!.IndexOf("/api/v1/", StringComparison.Ordinal) + "/api/v1/".Length)..];
        Assert.Contains("BEGIN:VCALENDAR", (await world.Anybody().GetAsync(path)).Ok().Text, StringComparison.Ordinal);
        Assert.Equal(0, await world.ScalarAsync<long>(
            "SELECT count(*) FROM apps.idempotency_keys WHERE user_id = $1 AND (answer IS NULL OR strpos(encode(answer, 'hex'), $2) > 0)", person.UserId, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(first.String("token")!))));
        Assert.NotEqual(first.String("token"), (await IssueAsync("feed-2")).Ok(201).String("token"));
        (await world.Anybody().GetAsync(path)).Refused(404);
    }

    [Fact]
    public async Task Nothing_is_left_of_somebody_who_is_erased()
    {
        var (person, friend, third) = (await world.PersonAsync(), await world.PersonAsync(), await world.PersonAsync());
        foreach (var one in (Caller[])[person, friend, third])
        {
            await world.CalendarAsync(one, "c1");
            (await one.PostAsync("calendar/calendars/c1/feed")).Ok(201);
            (await one.PostAsync("calendar/calendars/c1/shares", new { email = "a@b.test" })).Ok(201);
            (await one.PostAsync("calendar/external", new { provider = "ical_url", url = "https://calendar.example.test/x.ics", targetCalendarId = "c1", enabled = false })).Ok(201);
        }

        var data = world.Host.Services.GetServices<IPersonalData>().Single(one => one.Module == "calendar");
        Assert.Equal(3, await data.CountAsync(person.UserId, default));
        var counts = (await world.Service().GetAsync($"calendar/admin/user-data/{person.UserId}")).Ok()["counts"];
        Assert.Equal("""{"feeds":1,"shares":1,"googleAccounts":0,"externalCalendars":1,"calDavAccounts":0}""", counts.GetRawText());
        (await friend.GetAsync($"calendar/admin/user-data/{person.UserId}")).Refused(401);
        (await world.Anybody().DeleteAsync($"calendar/admin/user-data/{person.UserId}")).Refused(401);
        var erased = (await world.Service().DeleteAsync($"calendar/admin/user-data/{third.UserId}")).Ok().Text;
        Assert.Equal(erased, (await world.Service().DeleteAsync($"calendar/admin/user-data/{third.UserId}")).Ok().Text);
        Assert.Equal(0, await data.CountAsync(third.UserId, default));
        using var exported = new MemoryStream();
        await data.ExportAsync(person.UserId, exported, default);
        Assert.Equal(1, JsonDocument.Parse(exported.ToArray()).RootElement.GetProperty("feeds").GetArrayLength());
        await data.EraseAsync(person.UserId, default);
        await data.EraseAsync(person.UserId, default);
        Assert.Equal((0, 3), (await data.CountAsync(person.UserId, default), await data.CountAsync(friend.UserId, default)));
    }

    async Task<Caller> MemberAsync(string email, bool verified)
    {
        var person = await world.PersonAsync();
        await world.ScalarAsync<object>("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at, two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES ($1, 'A', $2, $2, $3, 'user', 'public', 'human', now(), now(), false, true, 0) RETURNING id
            """, person.UserId, email, verified);
        return person;
    }

    async Task<(int Created, int Updated, int Unchanged)> ApplyAsync(Caller person, string file)
    {
        using var form = IcsScenarios.Form(Encoding.UTF8.GetBytes(file));
        var applied = (await person.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/calendar/import/ics?apply=true&calendarId=c1") { Content = form })).Ok()["applied"];
        Assert.Equal(JsonValueKind.Null, applied.GetProperty("refused").ValueKind);
        return (applied.GetProperty("created").GetInt32(), applied.GetProperty("updated").GetInt32(), applied.GetProperty("unchanged").GetInt32());
    }
}
