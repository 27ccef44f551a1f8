using Mana.Recurrence.Contracts;
using Mana.Recurrence.Tests.Semantics;
using NodaTime;

namespace Mana.Recurrence.Tests.Parsing;

/// <summary>Series as text: lines, zones, folding, positions.</summary>
public sealed class RecurrenceTextTests
{
    static RecurrenceReading Read(string text, RuleSyntax syntax = RuleSyntax.Strict, string? start = null) =>
        RecurrenceText.Read(text, syntax, start is null ? null : Series.Start(start), DateTimeZoneProviders.Tzdb);

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\\n")]
    public void Lines_of_a_series(string lineBreak)
    {
        var reading = Read(string.Join(lineBreak, "DTSTART;TZID=Europe/Berlin:20260105T090000", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20260112T090000,20260113T090000",
            "RDATE;VALUE=PERIOD:20260114T090000Z/PT2H", "EXRULE:FREQ=MONTHLY;BYMONTHDAY=19", "DURATION:P1D"));
        Assert.Null(reading.Error);
        var all = Series.Expander.Expand(reading.Set!).ToList();
        Assert.Equal(["2026-01-05T08:00Z", "2026-01-14T09:00Z", "2026-01-26T08:00Z"], all.Utc());
        Assert.Equal([24, 2, 24], all.Select(occurrence => (int)(occurrence.EndUtc - occurrence.StartUtc).TotalHours));
    }

    [Fact]
    public void A_bare_rule_takes_the_given_start() =>
        Assert.Equal(["2026-03-02", "2026-03-16"], Series.Expander.Expand(Read("FREQ=WEEKLY;INTERVAL=2;COUNT=2", start: "2026-03-02").Set!).Utc());

    [Theory]
    [InlineData("W. Europe Standard Time")]
    [InlineData("/example.org/20260101/Europe/Berlin")]
    [InlineData("\"Europe/Berlin\"")]
    public void Zones_by_their_other_names(string name) =>
        Assert.Equal(["2026-01-05T08:00Z"], Series.Expander.Expand(Read($"DTSTART;TZID={name}:20260105T090000\nRRULE:FREQ=DAILY;COUNT=1").Set!).Utc());

    [Fact]
    public void An_unknown_zone_is_refused_or_read_as_floating()
    {
        const string Text = "DTSTART;TZID=Mars/Olympus:20260105T090000\nRRULE:FREQ=DAILY;COUNT=1";
        Assert.Equal("TZID_UNKNOWN", Read(Text).Error!.WireCode);
        var lenient = Read(Text, RuleSyntax.Lenient);
        Assert.Equal((StartKind.Floating, "TZID_UNKNOWN"), (lenient.Set!.Start.Kind, lenient.Warnings[0].Code));
    }

    [Fact]
    public void Positions_are_those_of_the_given_text()
    {
        const string Text = "DTSTART:20260105T090000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,\r\n XX";
        var error = Read(Text).Error!;
        Assert.Equal((Text.IndexOf("XX", StringComparison.Ordinal), "RRULE_BYDAY"), (error.Position, error.WireCode));
    }

    [Theory]
    [InlineData("RRULE:FREQ=DAILY", "INVALID_DTSTART")]
    [InlineData("DTSTART:abc\nRRULE:FREQ=DAILY", "INVALID_DTSTART")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=HOURLY", "RRULE_FREQ_ON_DATE")]
    [InlineData("DTSTART:20260101\nEXDATE:2026", "INVALID_EXDATE")]
    [InlineData("DTSTART:20260101\nSUMMARY:x", "RRULE_UNKNOWN_PART")]
    [InlineData("DTSTART:20260101\nRDATE;VALUE=PERIOD:20260101T000000/XY", "INVALID_RDATE")]
    public void What_is_wrong_has_a_code(string text, string code) => Assert.Equal(code, Read(text).Error!.WireCode);

    [Fact]
    public void Too_much_is_refused()
    {
        Assert.Equal("RRULE_TOO_LONG", Read(new string('A', 8_193)).Error!.WireCode);
        Assert.Equal("RRULE_TOO_LONG", Read("DTSTART:20260101\n" + string.Concat(Enumerable.Repeat("RRULE:FREQ=DAILY\n", 9))).Error!.WireCode);
    }

    [Fact]
    public void An_end_makes_every_instance_as_long()
    {
        var reading = Read("DTSTART;TZID=Europe/Berlin:20260328T230000\nDTEND;TZID=Europe/Berlin:20260329T070000\nRRULE:FREQ=DAILY;COUNT=2");
        Assert.Equal([7, 7], Series.Expander.Expand(reading.Set!).Select(occurrence => (int)(occurrence.EndUtc - occurrence.StartUtc).TotalHours));
    }
}
