using System.Text;
using System.Text.Json;
using Mana.Apps.Calendar.Ics;

namespace Mana.Apps.Tests.Calendar;

/// <summary>compute.md 32.6, imports over HTTP.</summary>
[Collection(SharedHost.Name)]
public sealed class IcsScenarios(AppsFixture world)
{
    [Fact]
    public async Task Scenario_IC_01_folded_lines() =>
        Assert.Equal("one two three", (await EventAsync("SUMMARY:one\r\n  two\r\n\t three")).GetProperty("title").GetString());

    [Fact]
    public async Task Scenario_IC_02_escapes_in_one_pass() =>
        Assert.Equal("a, b; c\\n d\n e", (await EventAsync("SUMMARY:a\\, b\\; c\\\\n d\\n e")).GetProperty("title").GetString());

    [Fact]
    public async Task Scenario_IC_03_an_alarm_keeps_its_own_description()
    {
        var item = await EventAsync("BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:alarm\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nDESCRIPTION:event");
        Assert.Equal("event", item.GetProperty("description").GetString());
        Assert.Equal((15, "DISPLAY"), (item.GetProperty("alarms")[0].GetProperty("minutesBefore").GetInt32(), item.GetProperty("alarms")[0].GetProperty("action").GetString()));
    }

    [Fact]
    public async Task Scenario_IC_04_a_time_in_its_zone()
    {
        var item = await EventAsync("DTSTART;TZID=Europe/Berlin:20260329T090000", start: "");
        Assert.Equal(("2026-03-29T09:00:00", "Europe/Berlin", "2026-03-29T07:00:00.000Z"), Start(item));
    }

    [Fact]
    public async Task Scenario_IC_05_a_date_lasts_its_day()
    {
        var item = await EventAsync("DTSTART;VALUE=DATE:20260701", start: "");
        Assert.True(item.GetProperty("allDay").GetBoolean());
        Assert.Equal(("2026-07-01", "2026-07-02"), (item.GetProperty("start").GetString(), item.GetProperty("end").GetString()));
    }

    [Fact]
    public async Task Scenario_IC_06_zones_by_other_names()
    {
        Assert.Equal("Europe/Berlin", (await EventAsync("DTSTART;TZID=\"W. Europe Standard Time\":20260701T090000", start: "")).GetProperty("timezone").GetString());
        const string Own = """
            BEGIN:VTIMEZONE
            TZID:Mein Büro
            BEGIN:STANDARD
            DTSTART:19701025T030000
            TZOFFSETFROM:+0200
            TZOFFSETTO:+0100
            RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
            END:STANDARD
            BEGIN:DAYLIGHT
            DTSTART:19700329T020000
            TZOFFSETFROM:+0100
            TZOFFSETTO:+0200
            RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
            END:DAYLIGHT
            END:VTIMEZONE
            """;
        // The zone may stand behind what uses it.
        var item = (await ImportAsync($"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:z\nDTSTART;TZID=Mein Büro:20260701T090000\nEND:VEVENT\n{Own}\nEND:VCALENDAR\n"))["events"][0];
        Assert.Equal(("2026-07-01T09:00:00", "Europe/Berlin", "2026-07-01T07:00:00.000Z"), Start(item));
        // One that no place on earth has is read as it is written.
        var odd = (await ImportAsync($"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:z\nDTSTART;TZID=Mein Büro:20260701T090000\nEND:VEVENT\n{Own.Replace("+0200", "+0237", StringComparison.Ordinal)}\nEND:VCALENDAR\n"))["events"][0];
        Assert.Equal("2026-07-01T06:23:00.000Z", odd.GetProperty("startUtc").GetString());
        var unknown = await EventAsync("DTSTART;TZID=Nowhere:20260701T090000", start: "");
        Assert.Contains("TZID_UNKNOWN", unknown.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_IC_07_instances_and_newer_ones()
    {
        var answer = await ImportAsync("""
            BEGIN:VCALENDAR
            BEGIN:VEVENT
            UID:m
            DTSTART:20260105T090000Z
            RRULE:FREQ=WEEKLY
            SUMMARY:master
            END:VEVENT
            BEGIN:VEVENT
            UID:m
            RECURRENCE-ID:20260112T090000Z
            DTSTART:20260113T090000Z
            SEQUENCE:2
            SUMMARY:newer
            END:VEVENT
            BEGIN:VEVENT
            UID:m
            RECURRENCE-ID:20260112T090000Z
            DTSTART:20260114T090000Z
            SEQUENCE:1
            SUMMARY:older
            END:VEVENT
            END:VCALENDAR
            """);
        Assert.Equal(["master", "newer"], answer["events"].EnumerateArray().Select(item => item.GetProperty("title").GetString()));
        Assert.Equal(("m", "2026-01-12T09:00:00Z"), (answer["events"][1].GetProperty("uid").GetString(), answer["events"][1].GetProperty("recurrenceId").GetString()));
        Assert.Equal(1, answer["skipped"].GetArrayLength());
    }

    [Fact]
    public async Task Scenario_IC_08_exception_dates() =>
        Assert.Equal(["2026-01-02T09:00:00Z", "2026-01-03T09:00:00Z"], (await EventAsync("EXDATE:20260102T090000Z,20260103T090000Z")).GetProperty("exdates").EnumerateArray().Select(one => one.GetString()));

    [Fact]
    public async Task Scenario_IC_09_files_that_are_too_large_or_none_or_half()
    {
        const string Start = "BEGIN:VCALENDAR\r\n";
        var filler = Encoding.ASCII.GetBytes("X-FILL:" + new string('x', 1000) + "\r\n");
        using var large = new MemoryStream();
        large.Write(Encoding.ASCII.GetBytes(Start));
        while (large.Length + filler.Length <= IcsLimits.FileBytes)
            large.Write(filler);
        large.Write(Encoding.ASCII.GetBytes(new string('\n', (int)(IcsLimits.FileBytes - large.Length))));
        Assert.Equal(IcsLimits.FileBytes, large.Length);
        (await SendAsync(large.ToArray())).Ok();
        large.WriteByte((byte)'\n');
        (await SendAsync(large.ToArray())).Refused(413, "FILE_TOO_LARGE");
        (await SendAsync("hello\nworld"u8.ToArray())).Refused(400, "NOT_ICALENDAR");
        (await SendAsync([])).Refused(400, "NOT_ICALENDAR");
        var half = (await SendAsync(Encoding.UTF8.GetBytes("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20260101T090000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:b\nDTSTART:20260102T0900"))).Ok();
        Assert.Equal(["a"], half["events"].EnumerateArray().Select(item => item.GetProperty("uid").GetString()));
        Assert.Contains(half["warnings"].EnumerateArray(), warning => warning.GetProperty("code").GetString() == "MISSING_END");
        var many = new StringBuilder(Start);
        for (var i = 0; i <= IcsLimits.Components; i++)
            many.Append("BEGIN:VEVENT\nEND:VEVENT\n");
        (await SendAsync(Encoding.UTF8.GetBytes(many.ToString()))).Refused(413, "FILE_TOO_LARGE");
    }

    [Fact]
    public async Task Scenario_IC_10_no_file()
    {
        var person = await world.PersonAsync();
        using var empty = new MultipartFormDataContent { { new StringContent("x"), "other" } };
        (await person.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/calendar/import/ics") { Content = empty })).Refused(400, error: "No file");
        (await person.PostAsync("calendar/import/ics", new { })).Refused(400, error: "No file");
        (await person.PostAsync("import/ics")).Refused(400, error: "No file");
    }

    [Fact]
    public async Task Scenario_IC_11_other_encodings()
    {
        const string File = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260101T090000Z\r\nSUMMARY:Grüße – Öl\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode, new UTF8Encoding(true), new UTF8Encoding(false), CodePagesEncodingProvider.Instance.GetEncoding(1252)!])
        {
            var answer = (await SendAsync([.. encoding.GetPreamble(), .. encoding.GetBytes(File)])).Ok();
            Assert.Equal("Grüße – Öl", answer["events"][0].GetProperty("title").GetString());
            Assert.Equal(encoding.CodePage == 1252, answer["warnings"].EnumerateArray().Any(warning => warning.GetProperty("code").GetString() == "ENCODING"));
        }
    }

    [Fact]
    public async Task Scenario_IC_15_parameters_and_colons()
    {
        Assert.Equal("Test", (await EventAsync("SUMMARY;LANGUAGE=de:Test")).GetProperty("title").GetString());
        Assert.Equal("https://a.test:8080/x?y:z", (await EventAsync("DESCRIPTION:https://a.test:8080/x?y:z")).GetProperty("description").GetString());
        Assert.Equal("Jörg \"J\" Öl", (await EventAsync("ATTENDEE;CN=\"Jörg ^'J^' Öl\";PARTSTAT=ACCEPTED:mailto:j@example.test")).GetProperty("attendees")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Ends_durations_rules_and_names_are_made_good()
    {
        Assert.Equal("2026-01-01T10:30:00Z", (await EventAsync("DURATION:PT1H30M")).GetProperty("end").GetString());
        var backwards = await EventAsync("DTEND:20250101T090000Z");
        Assert.Equal("2026-01-01T09:00:00Z", backwards.GetProperty("end").GetString());
        Assert.Equal(1, backwards.GetProperty("warnings").GetArrayLength());
        Assert.Equal("FREQ=WEEKLY", (await EventAsync("RRULE:RRULE:freq=weekly;X-FOO=1")).GetProperty("rrule").GetString());
        Assert.Equal(JsonValueKind.Null, (await EventAsync("RRULE:FREQ=SOMETIMES")).GetProperty("rrule").ValueKind);
        var answer = await ImportAsync("BEGIN:VCALENDAR\nX-WR-CALNAME:Privat\nBEGIN:VTODO\nEND:VTODO\nBEGIN:VEVENT\nSUMMARY:no start\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20260101\nSUMMARY:nameless\nEND:VEVENT\nEND:VCALENDAR\n");
        Assert.Equal("Privat", answer["calendars"][0].GetProperty("name").GetString());
        Assert.Equal(64, answer["events"][0].GetProperty("uid").GetString()!.Length);
        Assert.Equal(["DTSTART is missing", "1 × VTODO"], answer["skipped"].EnumerateArray().Select(one => one.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Raw_texts_are_there_for_old_readers()
    {
        using var form = Form("BEGIN:VEVENT\nUID:a\nDTSTART:20260131T090000Z\nEND:VEVENT\n"u8.ToArray());
        var answer = (await (await world.PersonAsync()).SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/import/ics?raw=1") { Content = form })).Ok();
        Assert.Equal("20260131T090000Z", answer["events"][0].GetProperty("rawStart").GetString());
    }

    static (string?, string?, string?) Start(JsonElement item) => (item.GetProperty("start").GetString(), item.GetProperty("timezone").GetString(), item.GetProperty("startUtc").GetString());

    async Task<JsonElement> EventAsync(string lines, string start = "DTSTART:20260101T090000Z\r\n") =>
        (await ImportAsync($"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\n{start}{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))["events"][0];

    async Task<Answer> ImportAsync(string file) => (await SendAsync(Encoding.UTF8.GetBytes(file))).Ok();

    async Task<Answer> SendAsync(byte[] file)
    {
        using var form = Form(file);
        return await (await world.PersonAsync()).SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/calendar/import/ics") { Content = form });
    }

    internal static MultipartFormDataContent Form(byte[] file) => new() { { new ByteArrayContent(file), "file", "calendar.ics" } };
}
