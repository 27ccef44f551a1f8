namespace Mana.Apps.Tests.Recurrence;

/// <summary>compute.md 32.2, over HTTP.</summary>
[Collection(SharedHost.Name)]
public sealed class GrammarScenarios(AppsFixture world)
{
    [Fact]
    public async Task Scenario_RR_01_a_daily_rule_of_ten_years()
    {
        var answer = (await (await world.PersonAsync()).ValidateAsync("FREQ=DAILY")).Ok();
        Assert.True(answer["valid"].GetBoolean());
        Assert.Equal(3653, answer["occurrences"].GetInt32());
        Assert.True(answer["infinite"].GetBoolean());
        Assert.Equal(["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"], answer.Strings("firstDates")[..2]);
    }

    [Fact]
    public async Task Scenario_RR_02_missing_or_too_long()
    {
        var person = await world.PersonAsync();
        foreach (var body in (object[])[new { }, new { rrule = "" }, new { rrule = 5 }, new { rrule = LongRule(501) }])
        {
            var answer = (await person.PostAsync("todo/compute/validate", body)).Ok();
            Assert.False(answer["valid"].GetBoolean());
            Assert.Equal("Missing or too long", answer.String("error"));
        }
    }

    [Fact]
    public async Task Scenario_RR_03_next_of_nothing_and_of_too_much()
    {
        var person = await world.PersonAsync();
        (await person.NextAsync(new { })).Refused(400, error: "Missing rrule parameter");
        (await person.NextAsync(new { rrule = LongRule(501) })).Refused(400, error: "RRULE too long (max 500 chars)");
        (await person.NextAsync(new { rrule = LongRule(500) })).Ok();
    }

    [Theory]
    [InlineData("RR-04", "INTERVAL=2", "RRULE_FREQ")]
    [InlineData("RR-05", "FREQ=DAILY;COUNT=-3", "RRULE_COUNT")]
    [InlineData("RR-05", "FREQ=DAILY;COUNT=0", "RRULE_COUNT")]
    [InlineData("RR-06", "FREQ=DAILY;COUNT=3;UNTIL=20260201T000000Z", "RRULE_COUNT_AND_UNTIL")]
    [InlineData("RR-07", "FREQ=DAILY;BYHOUR=25", "RRULE_BYHOUR")]
    [InlineData("RR-07", "FREQ=DAILY;BYMINUTE=60", "RRULE_BYMINUTE")]
    [InlineData("RR-07", "FREQ=DAILY;BYSECOND=61", "RRULE_BYSECOND")]
    [InlineData("RR-07", "FREQ=DAILY;BYMONTH=13", "RRULE_BYMONTH")]
    [InlineData("RR-07", "FREQ=DAILY;BYMONTHDAY=32", "RRULE_BYMONTHDAY")]
    [InlineData("RR-07", "FREQ=DAILY;BYMONTHDAY=0", "RRULE_BYMONTHDAY")]
    [InlineData("RR-07", "FREQ=YEARLY;BYYEARDAY=367", "RRULE_BYYEARDAY")]
    [InlineData("RR-07", "FREQ=YEARLY;BYWEEKNO=54", "RRULE_BYWEEKNO")]
    [InlineData("RR-08", "FREQ=DAILY;BYDAY=1MO", "RRULE_BYDAY_ORDINAL")]
    [InlineData("RR-08", "FREQ=WEEKLY;BYDAY=XX", "RRULE_BYDAY")]
    [InlineData("RR-09", "FREQ=WEEKLY;WKST=XX", "RRULE_WKST")]
    [InlineData("RR-10", "FREQ=DAILY;INTERVAL=0", "RRULE_INTERVAL")]
    [InlineData("RR-10", "FREQ=DAILY;INTERVAL=-1", "RRULE_INTERVAL")]
    [InlineData("RR-11", "FREQ=MONTHLY;BYSETPOS=1", "RRULE_BYSETPOS")]
    [InlineData("RR-14", "FREQ=DAILY;FREQ=WEEKLY", "RRULE_DUPLICATE_PART")]
    [InlineData("RR-14", "FREQ=DAILY;FOO=1", "RRULE_UNKNOWN_PART")]
    [InlineData("RR-15", "FREQ=WEEKLY;BYMONTHDAY=1", "RRULE_BYMONTHDAY")]
    [InlineData("RR-15", "FREQ=DAILY;BYWEEKNO=1", "RRULE_BYWEEKNO")]
    [InlineData("RS-62", "FREQ=MONTHLY;SKIP=BACKWARD", "RRULE_SKIP")]
    public async Task Scenario_RR_04_to_15_what_is_no_rule_is_refused_by_its_code(string scenario, string rule, string code)
    {
        var person = await world.PersonAsync();
        var answer = (await person.ValidateAsync(rule)).Ok();
        Assert.True(!answer["valid"].GetBoolean() && answer.String("code") == code, $"{scenario}: {answer.Text}");
        Assert.StartsWith("Invalid RRULE: ", answer.String("error"), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer.Text, StringComparison.Ordinal);
        var next = (await person.NextAsync(new { rrule = rule })).Refused(400, code);
        Assert.StartsWith("Invalid RRULE: ", next.String("error"), StringComparison.Ordinal);
        Assert.InRange(next["details"].GetProperty("position").GetInt32(), 0, rule.Length);
        (await person.ExpandAsync(new { rrule = rule, dtstart = "2026-01-01T09:00:00Z" })).Refused(400, code);
    }

    [Theory]
    [InlineData("RR-12", "freq=weekly;byday=mo,we", "FREQ=WEEKLY;BYDAY=MO,WE")]
    [InlineData("RR-13", "RRULE:RRULE:FREQ=DAILY", "FREQ=DAILY")]
    [InlineData("RR-13", "RRULE:FREQ=DAILY;INTERVAL=1", "FREQ=DAILY")]
    public async Task Scenario_RR_12_and_13_the_canonical_text(string scenario, string rule, string canonical)
    {
        var answer = (await (await world.PersonAsync()).ValidateAsync(rule)).Ok();
        Assert.True(answer["valid"].GetBoolean() && answer.String("canonical") == canonical, $"{scenario}: {answer.Text}");
    }

    /// <summary>A valid rule of exactly this many characters.</summary>
    static string LongRule(int length)
    {
        const string Start = "FREQ=DAILY;BYMONTHDAY=1";
        return Start + string.Concat(Enumerable.Repeat(",1", (length - Start.Length) / 2)) + ((length - Start.Length) % 2 == 1 ? "1" : "");
    }
}
