using System.Text.Json.Nodes;
using Mana.Kernel.Privacy;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Calendar;

/// <summary>compute.md 9.5, <c>direction: export</c> and <c>both</c>.</summary>
public sealed class MirrorScenarios(GoogleHost world) : IClassFixture<GoogleHost>
{
    static readonly object Plain = new { startDate = "2026-01-05T08:00:00.000Z", endDate = "2026-01-05T09:00:00.000Z", allDay = false, sourceModule = "calendar" };
    static readonly object Weekly = new { startDate = "2026-01-05T08:00:00.000Z", endDate = "2026-01-05T09:00:00.000Z", allDay = false, timezone = "Europe/Berlin", recurrenceRule = "FREQ=WEEKLY", exdates = new[] { "2026-01-19T08:00:00.000Z" }, sourceModule = "calendar" };

    [Fact]
    public async Task What_is_made_changed_and_deleted_here_is_so_at_Google()
    {
        var mirror = await MirrorWorld.NewAsync(world, "export", store => store.Add(MirrorWorld.Item("theirs", "schon da", "2026-01-05T09:00:00+01:00")));
        Assert.Empty(await mirror.EventsAsync());
        await mirror.EventAsync("e1", "Arzt", Plain);
        await mirror.EventAsync("e2", "Woche", Weekly);
        await mirror.EventAsync("e3", "Urlaub", new { startDate = "2026-02-01", endDate = "2026-02-03T23:59:59.000Z", allDay = true });
        await mirror.EventAsync("e4", "enc:1:AAAA", Plain);
        await mirror.EventAsync("e5", "längst vorbei", new { startDate = "2025-01-05T08:00:00.000Z", allDay = false });
        await mirror.EventAsync("e6", "ohne Zone", new { startDate = "2026-01-07T09:00:00", endDate = "2026-01-07T10:00:00", allDay = false });
        Assert.Equal((5, 0, 0, null), await mirror.RunAsync());
        Assert.Equal(["Arzt", "Busy", "Urlaub", "Woche", "ohne Zone", "schon da"], mirror.Store.Living.Select(item => (string)item["summary"]!).Order(StringComparer.Ordinal));
        var (series, days, floating) = (mirror.Store.One("Woche"), mirror.Store.One("Urlaub"), mirror.Store.One("ohne Zone"));
        Assert.Equal(["RRULE:FREQ=WEEKLY", "EXDATE:20260119T080000Z"], series["recurrence"]!.AsArray().Select(line => (string)line!));
        Assert.Equal(("2026-01-05T09:00:00+01:00", "Europe/Berlin"), ((string)series["start"]!["dateTime"]!, (string)series["start"]!["timeZone"]!));
        Assert.Equal(("2026-02-01", "2026-02-04"), ((string)days["start"]!["date"]!, (string)days["end"]!["date"]!));
        Assert.Equal("2026-01-07T09:00:00+01:00", (string)floating["start"]!["dateTime"]!);
        await mirror.IsQuietAsync();

        await mirror.ChangeAsync("e1", new { title = "Zahnarzt", location = "Mitte" });
        await mirror.ChangeBlockAsync("b-e3", new { startDate = "2026-02-01T08:00:00.000Z", endDate = "2026-02-01T09:00:00.000Z", allDay = false });
        await mirror.DeleteAsync("e2");
        Assert.Equal((0, 2, 1, null), await mirror.RunAsync());
        var changed = mirror.Store.One("Zahnarzt");
        Assert.Equal("Mitte", (string)changed["location"]!);
        // A patch says what changed and nothing else.
        Assert.Contains(mirror.Store.Bodies, body => body.Select(member => member.Key).Order(StringComparer.Ordinal).SequenceEqual(["location", "summary"]));
        Assert.Null(mirror.Store.One("Urlaub")["start"]!["date"]);
        Assert.Equal(["Busy", "Urlaub", "Zahnarzt", "ohne Zone", "schon da"], mirror.Store.Living.Select(item => (string)item["summary"]!).Order(StringComparer.Ordinal));
        await mirror.IsQuietAsync();
    }

    [Fact]
    public async Task Whoever_exports_has_consented_to_it()
    {
        var (person, account) = (await world.PersonAsync(), GoogleHost.NewAccount());
        await world.CalendarAsync(person, "c1");
        await world.ConnectAsync(person, account);
        var status = (await person.GetAsync("calendar/google/status")).Ok()["accounts"][0];
        Assert.False(status.GetProperty("mayWrite").GetBoolean());
        var wish = new { provider = "google", accountId = status.GetProperty("id").GetGuid(), calendarId = "primary-" + account, targetCalendarId = "c1", direction = "both", enabled = false };
        (await person.PostAsync("calendar/external", wish)).Refused(409, "CONSENT_REQUIRED");
        var imported = (await person.PostAsync("calendar/external", wish with { direction = "import" })).Ok(201).String("id");
        (await person.PatchAsync("calendar/external/" + imported, new { direction = "export" })).Refused(409, "CONSENT_REQUIRED");
        (await person.PatchAsync("calendar/external/" + imported, new { direction = "sideways" })).Refused(400, "VALIDATION");
        await world.ConnectAsync(person, account, "write");
        Assert.Equal("both", (await person.PatchAsync("calendar/external/" + imported, new { direction = "both" })).Ok().String("direction"));
        (await person.PostAsync("calendar/external", new { provider = "ical_url", url = "https://calendar.example.test/x.ics", targetCalendarId = "c1", direction = "export" })).Refused(400, "VALIDATION");
        (await person.GetAsync("calendar/google/auth-url?access=everything")).Refused(400, "VALIDATION");
    }

    [Fact]
    public async Task Both_sides_take_what_the_other_changes_and_then_are_quiet()
    {
        var mirror = await MirrorWorld.NewAsync(world, "both", store => store.Add(MirrorWorld.Item("theirs", "von dort", "2026-01-05T09:00:00+01:00")));
        await mirror.EventAsync("e1", "von hier", Plain);
        Assert.Equal((1, 0, 0, null), await mirror.RunAsync());
        await mirror.IsQuietAsync();
        Assert.Equal(["von dort", "von hier"], (await mirror.EventsAsync()).Select(one => one.Text("title")).Order(StringComparer.Ordinal));

        // Each side renames the other's event, and moves its own.
        var mine = (string)mirror.Store.One("von hier")["id"]!;
        var theirs = (await mirror.EventsAsync()).Single(one => one.Text("title") == "von dort");
        mirror.Store.Edit(mine, MirrorWorld.Summary("dort umbenannt"));
        await mirror.ChangeAsync(theirs.Id, new { title = "hier umbenannt" });
        await mirror.ChangeBlockAsync("b-e1", new { startDate = "2026-01-06T08:00:00.000Z", endDate = "2026-01-06T09:00:00.000Z" });
        mirror.Store.Edit("theirs", new JsonObject { ["location"] = "Bonn" });
        Assert.Equal((0, 4, 0, null), await mirror.RunAsync());
        Assert.Equal(["dort umbenannt", "hier umbenannt"], (await mirror.EventsAsync()).Select(one => one.Text("title")).Order(StringComparer.Ordinal));
        Assert.Equal(["dort umbenannt", "hier umbenannt"], mirror.Store.Living.Select(item => (string)item["summary"]!).Order(StringComparer.Ordinal));
        Assert.Equal("Bonn", (await mirror.EventsAsync()).Single(one => one.Id == theirs.Id).Text("location"));
        Assert.StartsWith("2026-01-06T", (string)mirror.Store.One("dort umbenannt")["start"]!["dateTime"]!, StringComparison.Ordinal);
        Assert.All(mirror.Store.Writes.Where(write => write.Verb == "PATCH"), write => Assert.NotEqual("", write.IfMatch));
        await mirror.IsQuietAsync();

        // And each deletes the other's.
        await mirror.DeleteAsync(theirs.Id);
        mirror.Store.Remove(mine);
        Assert.Equal((0, 0, 2, null), await mirror.RunAsync());
        Assert.Empty(mirror.Store.Living);
        Assert.Empty(await mirror.EventsAsync());
        await mirror.IsQuietAsync();
    }

    [Fact]
    public async Task Of_two_changes_of_one_thing_the_later_stays_and_what_is_encrypted_is_not_overwritten()
    {
        var mirror = await MirrorWorld.NewAsync(world, "both");
        foreach (var id in (string[])["e1", "e2", "e3"])
            await mirror.EventAsync(id, id, Plain);
        await mirror.RunAsync();
        string Remote(string summary) => (string)mirror.Store.One(summary)["id"]!;
        var (first, second, third) = (Remote("e1"), Remote("e2"), Remote("e3"));
        mirror.Store.Edit(first, MirrorWorld.Summary("früher dort"));
        await mirror.ChangeAsync("e1", new { title = "später hier" });
        await mirror.ChangeAsync("e2", new { title = "früher hier" });
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        mirror.Store.Edit(second, MirrorWorld.Summary("später dort"));
        await mirror.ChangeAsync("e3", new { title = "enc:1:AAAA" });
        await mirror.RunAsync();
        mirror.Store.Edit(third, MirrorWorld.Summary("Besprechung"));
        await mirror.RunAsync();
        Assert.Equal(["enc:1:AAAA", "später dort", "später hier"], (await mirror.EventsAsync()).Select(one => one.Text("title")).Order(StringComparer.Ordinal));
        Assert.Equal(["Besprechung", "später dort", "später hier"], mirror.Store.Living.Select(item => (string)item["summary"]!).Order(StringComparer.Ordinal));
        await mirror.IsQuietAsync();
    }

    [Fact]
    public async Task Whoever_is_faster_at_Google_is_read_first()
    {
        var mirror = await MirrorWorld.NewAsync(world, "both");
        await mirror.EventAsync("e1", "alt", Plain);
        await mirror.RunAsync();
        var id = (string)mirror.Store.One("alt")["id"]!;
        await mirror.ChangeAsync("e1", new { title = "neu" });
        mirror.Store.BeforeWrite = () => mirror.Store.Edit(id, new JsonObject { ["location"] = "Bonn" });
        Assert.Equal((0, 0, 0, null), await mirror.RunAsync());
        Assert.Equal(412, mirror.Store.Writes[^1].Status);
        Assert.Equal((0, 2, 0, null), await mirror.RunAsync());
        Assert.Equal("Bonn", (string)mirror.Store.One("neu")["location"]!);
        Assert.Equal(("neu", "Bonn"), ((await mirror.EventsAsync()).Single().Text("title"), (await mirror.EventsAsync()).Single().Text("location")));
        await mirror.IsQuietAsync();
    }

    /// <summary>What a host leaves that is killed after Google has done it and before it wrote that down.</summary>
    [Theory]
    [InlineData("export")]
    [InlineData("both")]
    public async Task A_host_that_dies_between_Google_and_its_own_notes_does_nothing_twice(string direction)
    {
        var mirror = await MirrorWorld.NewAsync(world, direction);
        await mirror.EventAsync("e1", "neu", Plain);
        mirror.Store.BreakNext = true;
        Assert.Equal((0, 0, 0, "UPSTREAM_UNAVAILABLE"), await mirror.RunAsync());
        Assert.Single(mirror.Store.Living);
        Assert.Equal(0, await world.ScalarAsync<long>("SELECT count(*) FROM apps.external_links WHERE external_id = $1::uuid", Guid.Parse(mirror.Id)));
        // It changes before the host is back.
        await mirror.ChangeAsync("e1", new { title = "neuer" });
        await mirror.RunAsync();
        Assert.Equal("neuer", (string)Assert.Single(mirror.Store.Living)["summary"]!);
        await mirror.IsQuietAsync();

        await mirror.ChangeAsync("e1", new { title = "am neuesten" });
        mirror.Store.BreakNext = true;
        Assert.Equal("UPSTREAM_UNAVAILABLE", (await mirror.RunAsync()).Error);
        Assert.Null((await mirror.RunAsync()).Error);
        Assert.Equal("am neuesten", (string)Assert.Single(mirror.Store.Living)["summary"]!);
        await mirror.IsQuietAsync();

        await mirror.DeleteAsync("e1");
        mirror.Store.BreakNext = true;
        Assert.Equal("UPSTREAM_UNAVAILABLE", (await mirror.RunAsync()).Error);
        Assert.Null((await mirror.RunAsync()).Error);
        Assert.Empty(mirror.Store.Living);
        Assert.Empty(await mirror.EventsAsync());
        await mirror.IsQuietAsync();
    }

    [Fact]
    public async Task A_change_that_a_deletion_had_not_seen_wins()
    {
        var mirror = await MirrorWorld.NewAsync(world, "both");
        await mirror.EventAsync("e1", "eins", Plain);
        await mirror.EventAsync("e2", "zwei", Plain);
        await mirror.RunAsync();
        await mirror.DeleteAsync("e1");
        mirror.Store.Edit((string)mirror.Store.One("eins")["id"]!, MirrorWorld.Summary("eins, bleibt"));
        mirror.Store.Remove((string)mirror.Store.One("zwei")["id"]!);
        await mirror.ChangeAsync("e2", new { title = "zwei, bleibt" });
        Assert.Null((await mirror.RunAsync()).Error);
        Assert.Equal(["eins, bleibt", "zwei, bleibt"], (await mirror.EventsAsync()).Select(one => one.Text("title")).Order(StringComparer.Ordinal));
        Assert.Equal(["eins, bleibt", "zwei, bleibt"], mirror.Store.Living.Select(item => (string)item["summary"]!).Order(StringComparer.Ordinal));
        await mirror.IsQuietAsync();

        // Both have deleted it; somebody takes it out of Google's bin.
        var id = (string)mirror.Store.One("eins, bleibt")["id"]!;
        await mirror.DeleteAsync("e1");
        Assert.Equal((0, 0, 1, null), await mirror.RunAsync());
        await mirror.IsQuietAsync();
        mirror.Store.Edit(id, new JsonObject { ["status"] = "confirmed" });
        Assert.Equal((1, 0, 0, null), await mirror.RunAsync());
        Assert.Equal(["eins, bleibt", "zwei, bleibt"], (await mirror.EventsAsync()).Select(one => one.Text("title")).Order(StringComparer.Ordinal));
        await mirror.IsQuietAsync();
    }

    [Fact]
    public async Task Instances_of_series_are_changed_and_left_out_on_both_sides()
    {
        var mirror = await MirrorWorld.NewAsync(world, "both");
        await mirror.EventAsync("e1", "Woche", Weekly);
        await mirror.EventAsync("e2", "verlegt", new { startDate = "2026-01-13T08:00:00.000Z", endDate = "2026-01-13T09:00:00.000Z", allDay = false, timezone = "Europe/Berlin", parentBlockId = "b-e1", recurrenceDate = "2026-01-12" });
        Assert.Equal((1, 1, 0, null), await mirror.RunAsync());
        var series = (string)mirror.Store.One("Woche")["id"]!;
        var moved = mirror.Store.One("verlegt");
        Assert.Equal((series, series + "_20260112T080000Z"), ((string)moved["recurringEventId"]!, (string)moved["id"]!));
        Assert.StartsWith("2026-01-13", (string)moved["start"]!["dateTime"]!, StringComparison.Ordinal);
        await mirror.IsQuietAsync();

        // There: one is cancelled, another renamed.
        var (cancelled, renamed) = (MirrorWorld.Item(series + "_20260126T080000Z", "Woche", "2026-01-26T09:00:00+01:00"), MirrorWorld.Item(series + "_20260202T080000Z", "dort umbenannt", "2026-02-02T09:00:00+01:00"));
        foreach (var instance in (JsonObject[])[cancelled, renamed])
        {
            (instance["recurringEventId"], instance["originalStartTime"]) = (series, instance["start"]!.DeepClone());
            mirror.Store.Add(instance);
        }

        mirror.Store.Remove(series + "_20260126T080000Z");
        Assert.Equal((1, 1, 0, null), await mirror.RunAsync());
        var block = (await mirror.BlocksAsync()).Single(one => one.Id == "b-e1");
        Assert.Equal(["2026-01-19T08:00:00.000Z", "2026-01-26T08:00:00.000Z"], block.Fields["exdates"]!.AsArray().Select(date => (string)date!));
        var changed = (await mirror.BlocksAsync()).Single(one => one.Text("title") == "dort umbenannt");
        Assert.Equal(("b-e1", "2026-02-02"), (changed.Text("parentBlockId"), changed.Text("recurrenceDate")));
        await mirror.IsQuietAsync();

        // Here: the moved one is like the others again, and one more is left out.
        await mirror.DeleteAsync("e2");
        await mirror.ChangeBlockAsync("b-e1", new { exdates = new[] { "2026-01-19T08:00:00.000Z", "2026-01-26T08:00:00.000Z", "2026-02-09T08:00:00.000Z" } });
        Assert.Equal((0, 2, 0, null), await mirror.RunAsync());
        var again = mirror.Store.Living.Single(item => (string)item["id"]! == series + "_20260112T080000Z");
        Assert.Equal(("Woche", "2026-01-12T09:00:00+01:00"), ((string)again["summary"]!, (string)again["start"]!["dateTime"]!));
        Assert.Contains("20260209T080000Z", (string)mirror.Store.Living.Single(item => (string)item["id"]! == series)["recurrence"]![1]!, StringComparison.Ordinal);
        await mirror.IsQuietAsync();

        // The series goes, and everything of it.
        mirror.Store.Remove(series);
        Assert.Equal((0, 0, 1, null), await mirror.RunAsync());
        Assert.Empty(await mirror.EventsAsync());
        await mirror.IsQuietAsync();
    }

    [Fact]
    public async Task An_outdated_token_reads_everything_again_and_doubles_nothing()
    {
        var mirror = await MirrorWorld.NewAsync(world, "both", store =>
        {
            for (var i = 1; i <= 5; i++)
                store.Add(MirrorWorld.Item("theirs" + i, "dort " + i, $"2026-01-0{i}T09:00:00+01:00"));
        });
        await mirror.EventAsync("e1", "hier", Plain);
        await mirror.RunAsync();
        mirror.Store.TokensAreGone = true;
        mirror.Store.Forget("theirs3");
        mirror.Store.Edit("theirs4", MirrorWorld.Summary("dort vier"));
        Assert.Equal((0, 1, 1, null), await mirror.RunAsync());
        mirror.Store.TokensAreGone = false;
        Assert.Equal(["dort 1", "dort 2", "dort 5", "dort vier", "hier"], (await mirror.EventsAsync()).Select(one => one.Text("title")).Order(StringComparer.Ordinal));
        Assert.Equal(5, mirror.Store.Living.Count);
        await mirror.IsQuietAsync();
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    public async Task A_limit_is_respected_and_what_was_done_stays_done(int status)
    {
        var mirror = await MirrorWorld.NewAsync(world, "export");
        await mirror.EventAsync("e1", "eins", Plain);
        await mirror.RunAsync();
        await mirror.EventAsync("e2", "zwei", Plain);
        await mirror.ChangeAsync("e1", new { title = "eins, neu" });
        mirror.Store.FailNext = status;
        var before = world.Clock.GetUtcNow();
        Assert.Equal("RATE_LIMITED", (await mirror.RunAsync()).Error);
        var next = (await mirror.Person.GetAsync("calendar/external")).Ok()["items"][0].GetProperty("nextRunAt").GetDateTimeOffset();
        Assert.True(next >= before + TimeSpan.FromMinutes(2), next.ToString("o"));
        // What changes meanwhile does not shorten the pause.
        await mirror.ChangeAsync("e1", new { title = "eins, ganz neu" });
        await world.Host.DrainAsync();
        Assert.Equal(next, (await mirror.Person.GetAsync("calendar/external")).Ok()["items"][0].GetProperty("nextRunAt").GetDateTimeOffset());
        Assert.Equal((1, 1, 0, null), await mirror.RunAsync());
        Assert.Equal(["eins, ganz neu", "zwei"], mirror.Store.Living.Select(item => (string)item["summary"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_Google_never_takes_is_not_offered_again_until_it_changes()
    {
        var mirror = await MirrorWorld.NewAsync(world, "export");
        await mirror.EventAsync("e1", "eins", Plain);
        mirror.Store.FailNext = 400;
        Assert.Equal((0, 0, 0, null), await mirror.RunAsync());
        await mirror.IsQuietAsync();
        await mirror.ChangeAsync("e1", new { title = "besser" });
        Assert.Equal((1, 0, 0, null), await mirror.RunAsync());
        Assert.Equal("besser", (string)Assert.Single(mirror.Store.Living)["summary"]!);
    }

    [Fact]
    public async Task A_change_here_makes_the_mirror_due_and_our_own_writes_do_so_once_at_most()
    {
        var mirror = await MirrorWorld.NewAsync(world, "both");
        async Task<TimeSpan> WaitAsync()
        {
            await world.Host.DrainAsync();
            return (await mirror.Person.GetAsync("calendar/external")).Ok()["items"][0].GetProperty("nextRunAt").GetDateTimeOffset() - world.Clock.GetUtcNow();
        }

        Assert.True(await WaitAsync() > TimeSpan.FromMinutes(10));
        await mirror.EventAsync("e1", "neu", Plain);
        Assert.True(await WaitAsync() <= TimeSpan.FromSeconds(10));
        await mirror.RunAsync();
        Assert.True(await WaitAsync() > TimeSpan.FromMinutes(10));
        // A block of another module is no event.
        await world.PutAsync(mirror.Person, "timeblocks", "timeBlocks", "habit", new { startDate = "2026-01-05T08:00:00.000Z", sourceModule = "habits" });
        Assert.True(await WaitAsync() > TimeSpan.FromMinutes(10));
        mirror.Store.Add(MirrorWorld.Item("theirs", "dort", "2026-01-06T09:00:00+01:00"));
        await mirror.RunAsync();
        await WaitAsync();
        await mirror.RunAsync();
        Assert.True(await WaitAsync() > TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_mirror_that_is_turned_round_or_made_anew_doubles_nothing()
    {
        var mirror = await MirrorWorld.NewAsync(world, "import", store => store.Add(MirrorWorld.Item("theirs", "dort", "2026-01-05T09:00:00+01:00")));
        await mirror.EventAsync("e1", "hier", Plain);
        var theirs = (await mirror.EventsAsync()).Single(one => one.Text("title") == "dort");
        await mirror.ChangeAsync(theirs.Id, new { title = "dort, hier umbenannt" });
        (await mirror.Person.PatchAsync("calendar/external/" + mirror.Id, new { direction = "both" })).Ok();
        Assert.Equal((1, 1, 0, null), await mirror.RunAsync());
        Assert.Equal(["dort, hier umbenannt", "hier"], mirror.Store.Living.Select(item => (string)item["summary"]!).Order(StringComparer.Ordinal));
        await mirror.IsQuietAsync();

        // Back to reading only: what we wrote is not imported as another event.
        (await mirror.Person.PatchAsync("calendar/external/" + mirror.Id, new { direction = "import" })).Ok();
        await mirror.RunAsync();
        Assert.Equal(2, (await mirror.EventsAsync()).Count);

        (await mirror.Person.DeleteAsync("calendar/external/" + mirror.Id)).Ok();
        await mirror.SetUpAsync("export");
        Assert.Null((await mirror.RunAsync()).Error);
        Assert.Equal(2, mirror.Store.Living.Count);
        Assert.Equal(2, (await mirror.EventsAsync()).Count);
    }

    [Fact]
    public async Task Links_are_told_in_the_export_and_go_with_the_account()
    {
        var mirror = await MirrorWorld.NewAsync(world, "both");
        await mirror.EventAsync("e1", "Arzt", Plain);
        await mirror.RunAsync();
        Assert.DoesNotContain("Arzt", await world.ScalarAsync<string>("SELECT string_agg(row::text, ' ') FROM apps.external_links row WHERE external_id = $1", Guid.Parse(mirror.Id)), StringComparison.Ordinal);
        var data = world.Host.Services.GetServices<IPersonalData>().Single(one => one.Module == "calendar");
        using var exported = new MemoryStream();
        await data.ExportAsync(mirror.Person.UserId, exported, default);
        Assert.Contains("\"eventId\":\"e1\"", System.Text.Encoding.UTF8.GetString(exported.ToArray()), StringComparison.Ordinal);
        (await mirror.Person.DeleteAsync("calendar/google")).Ok();
        Assert.Equal(0, await world.ScalarAsync<long>("SELECT count(*) FROM apps.external_links WHERE external_id = $1", Guid.Parse(mirror.Id)));
        Assert.Equal(0, await data.CountAsync(mirror.Person.UserId, default));
        Assert.Single(mirror.Store.Living);
    }
}
