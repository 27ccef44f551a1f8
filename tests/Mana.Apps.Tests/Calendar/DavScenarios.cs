using System.Text;
using Mana.Apps.Calendar.External;
using Mana.Kernel.Privacy;
using Mana.Sync.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Calendar;

/// <summary>compute.md 9.5: <c>POST /external</c> with provider <c>caldav</c> and <c>apple</c>.</summary>
public sealed class DavScenarios(DavHost world) : IClassFixture<DavHost>
{
    const string Series = "RRULE:FREQ=WEEKLY;COUNT=5";

    /// <summary>"Import: window −30 d … +1 y, rules and exceptions stay rules, cancelled items override; run twice with the same data: second run created=0, updated=0."</summary>
    [Theory]
    [InlineData("Nextcloud", true, true)]
    [InlineData("Apple", true, true)]
    [InlineData("Odd", true, false)]
    [InlineData("Nextcloud", false, true)]
    [InlineData("Odd", false, false)]
    public async Task Events_are_imported_once_and_followed(string dialect, bool tokens, bool tags)
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user, Enum.Parse<DavDialect>(dialect));
        (store.HasSyncTokens, store.HasCTags) = (tokens, tags);
        store.Event("ä b&c.ics", "one", "Eins");
        store.Event("two.ics", "two", "Zwei", more: ["LOCATION:Berlin\\, Mitte"]);
        store.Put("week.ics", ["BEGIN:VEVENT", "UID:week", "DTSTART:20260106T090000Z", Series, "SUMMARY:Woche", "END:VEVENT", "BEGIN:VEVENT", "UID:week", "RECURRENCE-ID:20260113T090000Z", "DTSTART:20260114T090000Z", "SUMMARY:verlegt", "END:VEVENT"]);
        store.Event("old.ics", "old", "zu alt", "20251101T090000Z");
        store.Put("todo.ics", "BEGIN:VTODO", "UID:todo", "SUMMARY:keine", "END:VTODO");
        var (id, first) = await world.MirrorAsync(person, user);
        Assert.Equal((4, 0, 0, null), first);
        Assert.Equal(["Eins", "Woche", "Zwei", "verlegt"], await world.TitlesAsync(person));
        var (from, to) = (world.Clock.GetUtcNow().AddDays(-30), world.Clock.GetUtcNow().AddDays(365));
        Assert.Contains(world.Dav.Of(user), request => request.Body.Contains($"<c:time-range start=\"{from:yyyyMMdd}T", StringComparison.Ordinal) && request.Body.Contains($"end=\"{to:yyyyMMdd}T", StringComparison.Ordinal));
        var ids = (await world.LivingAsync(person)).Select(one => $"{one.Id}:{one.Position}").ToList();

        // Unchanged: nothing is written, and where the server says what changed, one request tells.
        var asked = world.Dav.Of(user).Count;
        Assert.Equal((0, 0, 0, null), await world.RunAsync(person, id));
        Assert.Equal(tokens || tags ? 1 : 2, world.Dav.Of(user).Count - asked);
        Assert.Equal(ids, (await world.LivingAsync(person)).Select(one => $"{one.Id}:{one.Position}"));

        // Changed, removed, new; of the series one instance is as it was again, and one is cancelled.
        store.Event("ä b&c.ics", "one", "Eins, neu");
        store.Remove("two.ics");
        store.Event("three.ics", "three", "Drei");
        store.Put("week.ics", ["BEGIN:VEVENT", "UID:week", "DTSTART:20260106T090000Z", Series, "SUMMARY:Woche", "END:VEVENT", "BEGIN:VEVENT", "UID:week", "RECURRENCE-ID:20260120T090000Z", "STATUS:CANCELLED", "DTSTART:20260120T090000Z", "END:VEVENT"]);
        asked = world.Dav.Of(user).Count;
        Assert.Equal((1, 2, 2, null), await world.RunAsync(person, id));
        Assert.Equal(["Drei", "Eins, neu", "Woche"], await world.TitlesAsync(person));
        var fetched = world.Dav.Of(user).Skip(asked).Where(request => request.Body.Contains("calendar-data", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, Assert.Single(fetched).Body.Split("<d:href>").Length - 1);
        var block = (await world.AllAsync(person, "timeblocks", "timeBlocks")).Single(one => !one.IsDeleted && one.Text("title") == "Woche");
        Assert.Equal(["2026-01-20T09:00:00.000Z"], block.Fields["exdates"]!.AsArray().Select(date => (string)date!));
        Assert.Equal((0, 0, 0, null), await world.RunAsync(person, id));
        Assert.Equal(2, ids.Select(one => one.Split(':')[0]).Intersect((await world.LivingAsync(person)).Select(one => one.Id), StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_token_that_is_too_old_reads_everything_again_and_doubles_nothing()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        foreach (var name in (string[])["a", "b", "c"])
            store.Event(name + ".ics", name, name);
        var (id, _) = await world.MirrorAsync(person, user);
        store.TokensAreGone = true;
        store.Remove("a.ics");
        store.Event("b.ics", "b", "b, neu");
        Assert.Equal((0, 1, 1, null), await world.RunAsync(person, id));
        store.TokensAreGone = false;
        Assert.Equal((0, 0, 0, null), await world.RunAsync(person, id));
        Assert.Equal(["b, neu", "c"], await world.TitlesAsync(person));
    }

    [Fact]
    public async Task What_leaves_the_window_stays_and_what_is_deleted_goes()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        store.HasSyncTokens = false;
        var today = world.Clock.GetUtcNow();
        store.Event("old.ics", "old", "bald zu alt", today.AddDays(-20).ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        store.Event("gone.ics", "gone", "gelöscht", today.AddDays(10).ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        var (id, first) = await world.MirrorAsync(person, user);
        Assert.Equal((2, 0, 0, null), first);
        world.Clock.Advance(TimeSpan.FromDays(15));
        person = await world.PersonAsync(person.UserId);
        store.Remove("gone.ics");
        await GoogleHost.FinishedAsync(person, id, 1);
        await world.RunAsync(person, id);
        Assert.Equal(["bald zu alt"], await world.TitlesAsync(person));
    }

    /// <summary>RFC 6578, 3.6: a report that was cut short says so with 507, and with a token to go on from.</summary>
    [Fact]
    public async Task Changes_that_come_in_parts_are_read_to_their_end()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        store.Event("0.ics", "0", "Termin 0");
        var (id, _) = await world.MirrorAsync(person, user);
        store.PageSize = 3;
        for (var i = 1; i <= 8; i++)
            store.Event($"{i}.ics", $"{i}", $"Termin {i}");
        store.Remove("0.ics");
        store.Remove("1.ics");
        Assert.Equal((7, 0, 1, null), await world.RunAsync(person, id));
        Assert.Equal((0, 0, 0, null), await world.RunAsync(person, id));
    }

    [Fact]
    public async Task Many_objects_come_in_bunches_and_runs()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        store.MostAtOnce = 20;
        for (var i = 0; i < 520; i++)
            store.Event($"{i}.ics", $"{i}", $"Termin {i}");
        var (id, first) = await world.MirrorAsync(person, user);
        Assert.Equal((500, 0, 0, null), first);
        // It goes on by itself.
        world.Clock.Advance(TimeSpan.FromSeconds(11));
        world.Host.Services.GetRequiredService<ExternalWorker>().Wake();
        Assert.Equal((20, 0, 0, null), (await GoogleHost.FinishedAsync(person, id, 2))[0]);
        Assert.Equal((0, 0, 0, null), await world.RunAsync(person, id));
        Assert.Equal(520, (await world.LivingAsync(person)).Count);
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_harms_nothing_and_is_not_asked_for_again()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        store.Event("a.ics", "a", "gut");
        store.Event("b.ics", "b", "wird schlecht");
        var (id, _) = await world.MirrorAsync(person, user);
        store.Put("b.ics", "BEGIN:VEVENT", "UID:b", "DTSTART:morgen", "END:VEVENT");
        store.Put("c.ics", "BEGIN:VEVENT", "UID:c", "SUMMARY:ohne Anfang", "END:VEVENT");
        store.Event("d.ics", "d", "auch gut");
        Assert.Equal((1, 0, 0, null), await world.RunAsync(person, id));
        Assert.Equal(["auch gut", "gut", "wird schlecht"], await world.TitlesAsync(person));
        store.TokensAreGone = true;
        var asked = world.Dav.Of(user).Count;
        Assert.Equal((0, 0, 0, null), await world.RunAsync(person, id));
        Assert.DoesNotContain(world.Dav.Of(user).Skip(asked), request => request.Body.Contains("calendar-data", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_person_deleted_stays_deleted_until_its_source_changes_it()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        store.Event("a.ics", "a", "weg");
        var (id, _) = await world.MirrorAsync(person, user);
        var mine = Assert.Single(await world.LivingAsync(person));
        await world.Records().AppendAsync(new AppendRequest(person.UserId, "calendar", [new RecordWrite(RecordOp.Delete, "events", mine.Id, At: world.Clock.GetUtcNow())], "device-1"), default);
        store.TokensAreGone = true;
        Assert.Equal((0, 0, 0, null), await world.RunAsync(person, id));
        Assert.Empty(await world.LivingAsync(person));
        store.Event("a.ics", "a", "anders");
        Assert.Equal((1, 0, 0, null), await world.RunAsync(person, id));
        Assert.Equal(["anders"], await world.TitlesAsync(person));
    }

    /// <summary>As for Google: "reauth_required, no further attempts"; here for every calendar of the account.</summary>
    [Fact]
    public async Task A_password_that_ended_is_not_tried_again_until_the_person_gives_another()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        store.Event("a.ics", "a", "eins");
        var (one, _) = await world.MirrorAsync(person, user);
        var account = (await person.GetAsync("calendar/external")).Ok()["items"][0].GetProperty("accountId").GetGuid();
        await world.CalendarAsync(person, "c2");
        var two = (await person.PostAsync("calendar/external", new { provider = "caldav", url = store.Address, targetCalendarId = "c2", accountId = account })).Ok(201).String("id")!;
        Assert.Equal((1, 0, 0, null), await GoogleHost.FirstAsync(person, two));
        var old = store.Password;
        store.Password = "another";
        var asked = world.Dav.Of(user).Count;
        Assert.Equal((0, 0, 0, "reauth_required"), await world.RunAsync(person, one));
        Assert.Equal(1, world.Dav.Of(user).Count - asked);

        // Both are due many times over; somebody else's run shows that the worker came by.
        world.Clock.Advance(TimeSpan.FromHours(30));
        person = await world.PersonAsync(person.UserId);
        var (other, witness) = (await world.PersonAsync(), DavHost.NewUser());
        world.Dav.Add(witness);
        await world.MirrorAsync(other, witness);
        foreach (var id in (string[])[one, two])
            (await person.PostAsync($"calendar/external/{id}/sync")).Refused(409, "REAUTH_REQUIRED");
        Assert.Equal(1, world.Dav.Of(user).Count - asked);
        Assert.All((await person.GetAsync("calendar/external")).Ok()["items"].EnumerateArray(), item => Assert.Equal(("reauth_required", true), (item.GetProperty("state").GetString(), item.GetProperty("enabled").GetBoolean())));

        // A new password for one of them is one for both.
        store.Event("b.ics", "b", "zwei");
        (await person.PatchAsync("calendar/external/" + two, new { credentials = new { username = user, password = "another" } })).Ok();
        Assert.Equal((1, 0, 0, null), (await GoogleHost.FinishedAsync(person, two, 2))[0]);
        Assert.Equal((1, 0, 0, null), (await GoogleHost.FinishedAsync(person, one, 3))[0]);
        Assert.All((await person.GetAsync("calendar/external")).Ok()["items"].EnumerateArray(), item => Assert.Equal("connected", item.GetProperty("state").GetString()));
        Assert.NotEqual(old, store.Password);
    }

    [Fact]
    public async Task Passwords_are_sealed_told_to_nobody_and_gone_with_the_last_calendar()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        store.Event("a.ics", "geheime-uid", "eins");
        var added = (await world.AddAsync(person, user)).Ok(201);
        var id = added.String("id")!;
        await GoogleHost.FirstAsync(person, id);
        Assert.Equal((user, world.Dav.Url + "/", "connected"), (added.String("username"), added.String("server"), added.String("state")));
        var listed = (await person.GetAsync("calendar/external")).Ok();
        Assert.DoesNotContain("app-pass", added.Text + listed.Text, StringComparison.Ordinal);
        foreach (var secret in (string[])[store.Password, "Arbeit%20%26%20mehr"])
            foreach (var text in (string[])[secret, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret))])
                Assert.Equal(0, await world.ScalarAsync<long>("SELECT (SELECT count(*) FROM apps.caldav_accounts row WHERE strpos(row::text, $1) > 0) + (SELECT count(*) FROM apps.external_calendars row WHERE strpos(row::text, $1) > 0)", text));
        var data = world.Host.Services.GetServices<IPersonalData>().Single(one => one.Module == "calendar");
        using var exported = new MemoryStream();
        await data.ExportAsync(person.UserId, exported, default);
        var export = Encoding.UTF8.GetString(exported.ToArray());
        Assert.Contains($"\"username\":\"{user}\"", export, StringComparison.Ordinal);
        Assert.Contains("\"uid\":\"geheime-uid\"", export, StringComparison.Ordinal);
        Assert.DoesNotContain("app-pass", export, StringComparison.Ordinal);

        await world.CalendarAsync(person, "c2");
        var second = (await world.AddAsync(person, user, "c2")).Ok(201).String("id")!;
        Assert.Equal(1, await Accounts());
        (await person.DeleteAsync("calendar/external/" + id)).Ok();
        Assert.Equal(1, await Accounts());
        (await person.DeleteAsync("calendar/external/" + second)).Ok();
        Assert.Equal(0, await Accounts());
        Assert.Equal(0, await data.CountAsync(person.UserId, default));
        Assert.Equal(["eins"], (await world.TitlesAsync(person)).Distinct());

        (await world.AddAsync(person, user, "c3")).Ok(201);
        await data.EraseAsync(person.UserId, default);
        Assert.Equal((0, 0), (await Accounts(), await data.CountAsync(person.UserId, default)));

        Task<long> Accounts() => world.ScalarAsync<long>("SELECT count(*) FROM apps.caldav_accounts WHERE user_id = $1", person.UserId);
    }

    [Fact]
    public async Task Failures_are_told_and_tried_again_later()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        store.Event("a.ics", "a", "eins");
        foreach (var (status, code) in ((int, string)[])[(500, "UPSTREAM_UNAVAILABLE"), (429, "RATE_LIMITED"), (404, "NOT_FOUND"), (403, "FORBIDDEN"), (405, "NOT_CALDAV")])
        {
            store.FailNext = status;
            var (id, first) = await world.MirrorAsync(person, user, "c-" + status);
            Assert.Equal((0, 0, 0, code), first);
            var next = (await person.GetAsync("calendar/external")).Ok()["items"].EnumerateArray().Single(item => item.GetProperty("id").GetString() == id).GetProperty("nextRunAt").GetDateTimeOffset();
            Assert.True(next >= world.Clock.GetUtcNow() + (status == 429 ? TimeSpan.FromHours(2) : TimeSpan.FromMinutes(14)), $"{status}: {next:o}");
            Assert.Equal((1, 0, 0, null), await world.RunAsync(person, id));
        }
    }

    [Fact]
    public async Task A_calendar_that_sends_us_elsewhere_gets_no_password_there()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        world.Dav.Add(user);
        world.Elsewhere.Add(user);
        world.Dav.Fixed["/moved/"] = (301, world.Elsewhere.Url + "/remote.php/dav/", "");
        var id = (await world.AddAsync(person, user, more: new { provider = "caldav", url = world.Dav.Url + "/moved/", targetCalendarId = "c1", credentials = new { username = user, password = "p" } })).Ok(201).String("id")!;
        Assert.Equal((0, 0, 0, "OTHER_HOST"), await GoogleHost.FirstAsync(person, id));
        Assert.Empty(world.Elsewhere.Requests);
        // An account serves the server that it was made for.
        var account = (await person.GetAsync("calendar/external")).Ok()["items"][0].GetProperty("accountId").GetGuid();
        (await world.AddAsync(person, user, more: new { provider = "caldav", url = world.Elsewhere.Url + "/x/", targetCalendarId = "c1", accountId = account })).Refused(404);
        var stranger = await world.PersonAsync();
        (await world.AddAsync(stranger, user, more: new { provider = "caldav", url = world.Dav.Stores[user].Address, targetCalendarId = "c1", accountId = account })).Refused(404);
    }

    [Fact]
    public async Task What_is_not_asked_for_rightly_is_refused_with_a_sentence()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        var credentials = new { username = user, password = store.Password };
        foreach (var direction in (string[])["export", "both"])
        {
            var refused = (await world.AddAsync(person, user, more: new { provider = "caldav", url = store.Address, targetCalendarId = "c1", credentials, direction })).Refused(400, "VALIDATION");
            Assert.Contains("only calendars at Google can be written to", refused.Text, StringComparison.Ordinal);
        }

        foreach (var body in (object[])[new { provider = "caldav", targetCalendarId = "c1", credentials }, new { provider = "apple", url = store.Address, targetCalendarId = "c1" }, new { provider = "caldav", url = store.Address, targetCalendarId = "c1", credentials = new { username = user } }])
            (await world.AddAsync(person, user, more: body)).Refused(400, "VALIDATION");
        foreach (var url in (string[])["http://dav.example.com/c/", "https://127.0.0.1/c/", "https://dav.example.com:8443/c/"])
            (await world.AddAsync(person, user, more: new { provider = "caldav", url, targetCalendarId = "c1", credentials })).Refused(400, "URL_NOT_ALLOWED");
        (await world.AddAsync(person, user, more: new { provider = "apple", url = world.Elsewhere.Url + "/c/", targetCalendarId = "c1", credentials })).Refused(400, "URL_NOT_ALLOWED");
        (await world.AddAsync(person, user, more: new { provider = "caldav", url = store.Address, targetCalendarId = "c1", accountId = Guid.NewGuid() })).Refused(404);
        var apple = (await world.AddAsync(person, user, more: new { provider = "apple", url = store.Address, targetCalendarId = "c1", credentials })).Ok(201).String("id")!;
        Assert.Equal((0, 0, 0, null), await GoogleHost.FirstAsync(person, apple));
        (await person.PatchAsync("calendar/external/" + apple, new { direction = "both" })).Refused(400, "VALIDATION");
    }
}
