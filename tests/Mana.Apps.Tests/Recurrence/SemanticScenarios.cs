using System.Text.Json;

namespace Mana.Apps.Tests.Recurrence;

/// <summary>compute.md 32.4 from RS-40 on, over HTTP. The vectors and the examples of the RFC are tests of the engine.</summary>
[Collection(SharedHost.Name)]
public sealed class SemanticScenarios(AppsFixture world)
{
    [Fact]
    public async Task Scenario_RS_40_after_a_completion()
    {
        var next = await NextAsync(new { rrule = "FREQ=WEEKLY;INTERVAL=2", after = "2026-03-02T08:00:00Z" });
        Assert.Equal("2026-03-16T08:00:00.000Z", next.String("nextDate"));
    }

    [Fact]
    public async Task Scenario_RS_41_the_anchor_is_the_only_one()
    {
        Assert.Equal(JsonValueKind.Null, (await NextAsync(new { rrule = "FREQ=DAILY;COUNT=1", after = "2026-01-01T00:00:00Z" }))["nextDate"].ValueKind);
        Assert.Equal("2026-01-01T00:00:00.000Z", (await NextAsync(new { rrule = "FREQ=DAILY;COUNT=1", after = "2026-01-01T00:00:00Z", inclusive = true })).String("nextDate"));
    }

    [Fact]
    public async Task Scenario_RS_42_past_the_end_date()
    {
        var next = await NextAsync(new { rrule = "FREQ=WEEKLY", after = "2026-03-02T08:00:00Z", recurrenceEndDate = "2026-03-09T07:59:59Z" });
        Assert.Equal((JsonValueKind.Null, "No more occurrences (past end date)"), (next["nextDate"].ValueKind, next.String("message")));
    }

    [Theory]
    [InlineData("2026-03-15T22:30:00Z", true)]
    [InlineData("2026-03-15T23:30:00Z", false)]
    public async Task Scenario_RS_43_an_end_date_is_a_day_in_its_zone(string after, bool allowed)
    {
        var next = await NextAsync(new { rrule = "FREQ=DAILY", after, tzid = "Europe/Berlin", recurrenceEndDate = "2026-03-16" });
        Assert.Equal(allowed ? JsonValueKind.String : JsonValueKind.Null, next["nextDate"].ValueKind);
    }

    [Fact]
    public async Task Scenario_RS_44_ten_are_ten() => Assert.Equal(10, (await NextAsync(new { rrule = "FREQ=DAILY;COUNT=10" }))["totalOccurrences"].GetInt32());

    [Theory]
    [InlineData("RS-45", "2026-01-01T09:00:00", "Europe/Berlin", "FREQ=DAILY;UNTIL=20260103", "2026-01-01T08:00,2026-01-02T08:00,2026-01-03T08:00")]
    [InlineData("RS-46", "2026-03-27T09:00:00", "Europe/Berlin", "FREQ=DAILY;UNTIL=20260330T070000Z", "2026-03-27T08:00,2026-03-28T08:00,2026-03-29T07:00,2026-03-30T07:00")]
    [InlineData("RS-51", "2026-03-08T00:00:00", "America/New_York", "FREQ=HOURLY;COUNT=6", "2026-03-08T05:00,2026-03-08T06:00,2026-03-08T07:00,2026-03-08T08:00,2026-03-08T09:00,2026-03-08T10:00")]
    [InlineData("RS-62", "2026-01-31T09:00:00Z", null, "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=3", "2026-01-31T09:00,2026-02-28T09:00,2026-03-31T09:00")]
    [InlineData("RS-62", "2026-01-31T09:00:00Z", null, "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;COUNT=3", "2026-01-31T09:00,2026-03-01T09:00,2026-03-31T09:00")]
    public async Task Scenario_RS_45_to_62_series(string scenario, string dtstart, string? tzid, string rrule, string expected)
    {
        var answer = (await (await world.PersonAsync()).ExpandAsync(new { rrule, dtstart, tzid })).Ok();
        Assert.True(expected == string.Join(',', answer.Strings("occurrences").Select(one => one[..16])), $"{scenario}: {answer.Text}");
    }

    [Fact]
    public async Task Scenario_RS_48_floating_time_is_shown_as_it_is()
    {
        var answer = (await (await world.PersonAsync()).ExpandAsync(new { rrule = "FREQ=DAILY;COUNT=2", dtstart = "2026-01-01T09:00:00" })).Ok();
        Assert.True(answer["floating"].GetBoolean());
        Assert.Equal(["2026-01-01T09:00:00.000Z", "2026-01-02T09:00:00.000Z"], answer.Strings("occurrences"));
    }

    [Fact]
    public async Task Scenario_RS_49_and_50_gaps_and_overlaps()
    {
        var person = await world.PersonAsync();
        var skipped = (await person.ExpandAsync(new { rrule = "FREQ=DAILY;COUNT=3", dtstart = "2026-03-07T02:30:00", tzid = "America/New_York", gap = "skip", detail = true })).Ok();
        Assert.Equal(["2026-03-07T02:30:00", "2026-03-09T02:30:00", "2026-03-10T02:30:00"], skipped["items"].EnumerateArray().Select(item => item.GetProperty("local").GetString()));
        var second = (await person.ExpandAsync(new { rrule = "FREQ=DAILY;COUNT=2", dtstart = "2026-10-31T01:30:00", tzid = "America/New_York", overlap = "second" })).Ok();
        Assert.Equal(["2026-10-31T05:30:00.000Z", "2026-11-01T06:30:00.000Z"], second.Strings("occurrences"));
    }

    [Fact]
    public async Task Scenario_RS_53_and_54_dates_taken_away_and_added()
    {
        var person = await world.PersonAsync();
        async Task<string[]> Of(string[] exdates, string[] rdates) =>
            (await person.ExpandAsync(new { rrule = "FREQ=DAILY;COUNT=3", dtstart = "2026-01-01T09:00:00", tzid = "Europe/Berlin", exdates, rdates })).Ok().Strings("occurrences");
        string[] without = ["2026-01-01T08:00:00.000Z", "2026-01-03T08:00:00.000Z"];
        Assert.Equal(without, await Of(["2026-01-02"], []));
        Assert.Equal(without, await Of(["2026-01-02T03:00:00-05:00"], []));
        Assert.Equal(3, (await Of([], ["2026-01-02T08:00:00Z"])).Length);
    }

    [Fact]
    public async Task Scenario_RS_55_to_57_changed_instances()
    {
        var person = await world.PersonAsync();
        async Task<string[]> Of(object change, string from, string until) => (await person.ExpandAsync(new
        {
            rrule = "FREQ=WEEKLY;COUNT=5", dtstart = "2026-01-05T09:00:00Z", from, until, overrides = new[] { change },
        })).Ok().Strings("occurrences");
        var moved = new { recurrenceId = "2026-01-12T09:00:00Z", start = "2026-01-13T14:00:00Z" };
        Assert.Equal(["2026-01-13T14:00:00.000Z"], await Of(moved, "2026-01-13", "2026-01-13"));
        Assert.Empty(await Of(moved, "2026-01-12", "2026-01-12"));
        Assert.Equal(4, (await Of(new { recurrenceId = "2026-01-12T09:00:00Z", cancelled = true }, "2026-01-01", "2026-12-31")).Length);
        Assert.Equal(6, (await Of(new { recurrenceId = "2026-01-14T09:00:00Z", start = "2026-01-14T10:00:00Z" }, "2026-01-01", "2026-12-31")).Length);
        Assert.Equal(["05T09", "12T09", "19T10", "26T10", "02T10"], (await Of(new { recurrenceId = "2026-01-19T09:00:00Z", start = "2026-01-19T10:00:00Z", thisAndFuture = true }, "2026-01-01", "2026-12-31"))
            .Select(one => one[8..13]));
    }

    /// <summary>Clocks go forward between them: four hours on the wall are three.</summary>
    [Fact]
    public async Task A_changed_instance_ends_on_the_clock_of_its_zone()
    {
        var person = await world.PersonAsync();
        Task<Answer> ChangeAsync(string end) => person.ExpandAsync(new
        {
            rrule = "FREQ=WEEKLY;COUNT=2", dtstart = "2026-03-22T09:00:00", end = "2026-03-22T10:00:00", tzid = "Europe/Berlin", detail = true,
            overrides = new[] { new { recurrenceId = "2026-03-29T09:00:00", start = "2026-03-29T01:00:00", end } },
        });
        var items = (await ChangeAsync("2026-03-29T05:00:00")).Ok()["items"];
        Assert.Equal(("2026-03-29T00:00:00.000Z", "2026-03-29T03:00:00.000Z"), (items[1].GetProperty("start").GetString(), items[1].GetProperty("end").GetString()));
        (await ChangeAsync("2026-03-28T05:00:00")).Refused(400, "VALIDATION");
    }

    [Fact]
    public async Task Scenario_RS_58_exact_and_nominal_durations()
    {
        var person = await world.PersonAsync();
        async Task<string[]> Of(object body) => [.. (await person.ExpandAsync(body)).Ok()["items"].EnumerateArray().Select(item =>
            (item.GetProperty("end").GetDateTimeOffset() - item.GetProperty("start").GetDateTimeOffset()).TotalHours.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(["7", "7"], await Of(new { rrule = "FREQ=DAILY;COUNT=2", dtstart = "2026-03-28T23:00:00", end = "2026-03-29T07:00:00", tzid = "Europe/Berlin", detail = true }));
        Assert.Equal(["24", "23", "24"], await Of(new { rrule = "FREQ=DAILY;COUNT=3", dtstart = "2026-03-27T12:00:00", duration = "P1D", tzid = "Europe/Berlin", detail = true }));
    }

    [Fact]
    public async Task Scenario_RS_59_a_start_that_does_not_match()
    {
        var person = await world.PersonAsync();
        async Task<string[]> Of(string startPolicy) => [.. (await person.ExpandAsync(new { rrule = "FREQ=WEEKLY;BYDAY=MO;COUNT=2", dtstart = "2026-01-10", startPolicy })).Ok().Strings("occurrences")];
        Assert.Equal(["2026-01-12", "2026-01-19"], await Of("matching"));
        Assert.Equal(["2026-01-10", "2026-01-12"], await Of("always"));
    }

    [Fact]
    public async Task Scenario_RS_60_and_61_times_on_a_date()
    {
        var person = await world.PersonAsync();
        var answer = (await person.ExpandAsync(new { rrule = "FREQ=DAILY;COUNT=2;BYHOUR=5", dtstart = "2026-07-01" })).Ok();
        Assert.Equal(["2026-07-01", "2026-07-02"], answer.Strings("occurrences"));
        Assert.Equal("RRULE_TIME_ON_DATE", answer["warnings"][0].GetProperty("code").GetString());
        (await person.ExpandAsync(new { rrule = "FREQ=HOURLY", dtstart = "2026-07-01" })).Refused(400, "RRULE_FREQ_ON_DATE");
    }

    [Fact]
    public async Task Scenario_RS_63_and_64_requests_that_are_none()
    {
        var person = await world.PersonAsync();
        (await person.ExpandAsync(new { rrule = "FREQ=DAILY" })).Refused(400, error: "rrule and dtstart required");
        (await person.ExpandAsync(new { dtstart = "2026-01-01" })).Refused(400, error: "rrule and dtstart required");
        (await person.ExpandAsync(new { rrule = "FREQ=DAILY", dtstart = "abc" })).Refused(400, "INVALID_DTSTART");
        (await person.ExpandAsync(new { rrule = "FREQ=DAILY", dtstart = "2026-01-01", until = "2025-12-31" })).Refused(400, "INVALID_RANGE");
        (await person.ExpandAsync(new { rrule = "FREQ=DAILY", dtstart = "2026-01-01", tzid = "Mars/Olympus" })).Refused(400, "TZID_UNKNOWN");
        Assert.Equal(365, (await person.ExpandAsync(new { rrule = "FREQ=HOURLY", dtstart = "2026-01-01T00:00:00Z" })).Ok()["count"].GetInt32());
        foreach (var most in (int[])[0, -1, 6000])
            (await person.ExpandAsync(new { rrule = "FREQ=DAILY", dtstart = "2026-01-01", maxOccurrences = most })).Refused(400, "VALIDATION");
    }

    [Fact]
    public async Task A_fixed_offset_is_told()
    {
        var answer = (await (await world.PersonAsync()).ExpandAsync(new { rrule = "FREQ=DAILY;COUNT=1", dtstart = "2026-07-01T09:00:00+02:00" })).Ok();
        Assert.Equal("FIXED_OFFSET_SERIES", answer["warnings"][0].GetProperty("code").GetString());
        Assert.Equal("2026-07-01T07:00:00.000Z", answer.Strings("occurrences")[0]);
    }

    async Task<Answer> NextAsync(object body) => (await (await world.PersonAsync()).NextAsync(body)).Ok();
}
