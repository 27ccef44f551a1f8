using Mana.Recurrence.Contracts;
using Mana.Recurrence.Tests.Sweep;
using NodaTime;

namespace Mana.Recurrence.Tests.Parsing;

/// <summary>compute.md 6.5 and 32.2: what is refused with which code, what is overlooked, what canonical text looks like.</summary>
public sealed class RuleParserTests
{
    [Theory]
    [InlineData("RR_04", "INTERVAL=2", "RRULE_FREQ")]
    [InlineData("RR_05", "FREQ=DAILY;COUNT=-3", "RRULE_COUNT")]
    [InlineData("RR_05", "FREQ=DAILY;COUNT=0", "RRULE_COUNT")]
    [InlineData("RR_06", "FREQ=DAILY;COUNT=3;UNTIL=20260201T000000Z", "RRULE_COUNT_AND_UNTIL")]
    [InlineData("RR_07", "FREQ=DAILY;BYHOUR=25", "RRULE_BYHOUR")]
    [InlineData("RR_07", "FREQ=DAILY;BYMINUTE=60", "RRULE_BYMINUTE")]
    [InlineData("RR_07", "FREQ=DAILY;BYSECOND=61", "RRULE_BYSECOND")]
    [InlineData("RR_07", "FREQ=DAILY;BYMONTH=13", "RRULE_BYMONTH")]
    [InlineData("RR_07", "FREQ=DAILY;BYMONTHDAY=32", "RRULE_BYMONTHDAY")]
    [InlineData("RR_07", "FREQ=DAILY;BYMONTHDAY=0", "RRULE_BYMONTHDAY")]
    [InlineData("RR_07", "FREQ=YEARLY;BYYEARDAY=367", "RRULE_BYYEARDAY")]
    [InlineData("RR_07", "FREQ=YEARLY;BYWEEKNO=54", "RRULE_BYWEEKNO")]
    [InlineData("RR_08", "FREQ=DAILY;BYDAY=1MO", "RRULE_BYDAY_ORDINAL")]
    [InlineData("RR_08", "FREQ=DAILY;BYDAY=XX", "RRULE_BYDAY")]
    [InlineData("RR_09", "FREQ=WEEKLY;WKST=XX", "RRULE_WKST")]
    [InlineData("RR_10", "FREQ=DAILY;INTERVAL=0", "RRULE_INTERVAL")]
    [InlineData("RR_10", "FREQ=DAILY;INTERVAL=-1", "RRULE_INTERVAL")]
    [InlineData("RR_11", "FREQ=MONTHLY;BYSETPOS=1", "RRULE_BYSETPOS")]
    [InlineData("RR_14", "FREQ=DAILY;FREQ=WEEKLY", "RRULE_DUPLICATE_PART")]
    [InlineData("RR_14", "FREQ=DAILY;FOO=1", "RRULE_UNKNOWN_PART")]
    [InlineData("RR_15", "FREQ=WEEKLY;BYMONTHDAY=1", "RRULE_BYMONTHDAY")]
    [InlineData("RR_15", "FREQ=DAILY;BYWEEKNO=1", "RRULE_BYWEEKNO")]
    [InlineData("RS_62", "FREQ=MONTHLY;SKIP=FORWARD", "RRULE_SKIP")]
    [InlineData("6.5", "RSCALE=HEBREW;FREQ=YEARLY", "RRULE_RSCALE")]
    [InlineData("6.5", "FREQ=DAILY;UNTIL=20260230", "RRULE_UNTIL")]
    public void Strict_reading_refuses_with_the_code_of_the_wire(string scenario, string text, string code)
    {
        Assert.False(RecurrenceRule.TryParse(text, RuleSyntax.Strict, null, out _, out var error), scenario);
        Assert.Equal(code, error.WireCode);
        Assert.InRange(error.Position, 0, text.Length);
        Assert.DoesNotContain("Exception", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RR_12", "freq=weekly;byday=mo,we", "FREQ=WEEKLY;BYDAY=MO,WE")]
    [InlineData("RR_13", "RRULE:RRULE:FREQ=DAILY", "FREQ=DAILY")]
    [InlineData("6.5", "  rrule: FREQ=DAILY; \r\n", "FREQ=DAILY")]
    [InlineData("6.5", "WKST=SU;BYSETPOS=-1,1;BYMONTH=2,1;BYDAY=-1FR,TU,2MO,MO;INTERVAL=3;FREQ=MONTHLY;UNTIL=20261231", "FREQ=MONTHLY;UNTIL=20261231;INTERVAL=3;BYDAY=MO,TU,-1FR;BYMONTH=1,2;BYSETPOS=-1,1;WKST=SU")]
    [InlineData("7529", "RSCALE=Gregorian;FREQ=MONTHLY;SKIP=backward", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD")]
    [InlineData("7529", "RSCALE=GREGORIAN;SKIP=OMIT;FREQ=MONTHLY", "FREQ=MONTHLY")]
    public void Strict_reading_accepts_what_clients_send(string scenario, string text, string canonical)
    {
        Assert.True(RecurrenceRule.TryParse(text, RuleSyntax.Strict, null, out var rule, out var error), $"{scenario} {error}");
        Assert.Equal(canonical, rule.ToString());
    }

    [Theory]
    [InlineData("FREQ=DAILY;FREQ=WEEKLY", "FREQ=WEEKLY", "RRULE_DUPLICATE_PART")]
    [InlineData("FREQ=DAILY;X-FOO=1", "FREQ=DAILY", "RRULE_UNKNOWN_PART")]
    [InlineData("FREQ=DAILY;BYHOUR=9,25", "FREQ=DAILY;BYHOUR=9", "RRULE_BYHOUR")]
    [InlineData("FREQ=DAILY;BYHOUR=25", "FREQ=DAILY", "RRULE_BYHOUR")]
    [InlineData("FREQ=WEEKLY;BYMONTHDAY=13", "FREQ=WEEKLY", "RRULE_BYMONTHDAY")]
    [InlineData("FREQ=MONTHLY;BYWEEKNO=13", "FREQ=MONTHLY", "RRULE_BYWEEKNO")]
    [InlineData("FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY;BYDAY=MO", "RRULE_BYDAY_ORDINAL")]
    [InlineData("FREQ=MONTHLY;BYSETPOS=1", "FREQ=MONTHLY", "RRULE_BYSETPOS")]
    [InlineData("FREQ=WEEKLY;WKST=XX", "FREQ=WEEKLY", "RRULE_WKST")]
    [InlineData("FREQ=MONTHLY;SKIP=FORWARD", "FREQ=MONTHLY", "RRULE_SKIP")]
    public void Lenient_reading_overlooks_with_a_warning(string text, string canonical, string warning)
    {
        Assert.True(RecurrenceRule.TryParse(text, RuleSyntax.Lenient, null, out var rule, out var error), $"{error}");
        Assert.Equal((canonical, warning), (rule.ToString(), Assert.Single(rule.Warnings).Code));
    }

    [Fact]
    public void Lenient_reading_takes_the_earlier_of_two_bounds()
    {
        var start = new LocalDateTime(2026, 1, 1, 9, 0);
        foreach (var (text, count) in (ValueTuple<string, int>[])[("FREQ=DAILY;COUNT=3;UNTIL=20260201", 3), ("FREQ=DAILY;COUNT=30;UNTIL=20260105", 5)])
        {
            Assert.True(RecurrenceRule.TryParse(text, RuleSyntax.Lenient, null, out var rule, out _));
            Assert.Equal(count, rule.Expand(start).Count());
        }
    }

    [Fact]
    public void RR_03_five_hundred_characters_are_enough()
    {
        var rule = "FREQ=DAILY;BYHOUR=" + string.Join(',', Enumerable.Repeat("9", 300));
        Assert.True(RecurrenceRule.TryParse(rule.AsSpan(0, 499), RuleSyntax.Strict, null, out _, out _));
        Assert.False(RecurrenceRule.TryParse(rule, RuleSyntax.Strict, null, out _, out var error));
        Assert.Equal("RRULE_TOO_LONG", error.WireCode);
    }

    [Fact]
    public void RR_16_canonical_text_is_the_same_rule()
    {
        var rules = new RandomRules(16);
        for (var i = 0; i < 10_000; i++)
        {
            var rule = RecurrenceRule.Parse(rules.Next().Text);
            var again = RecurrenceRule.Parse(rule.ToString());
            Assert.Equal((rule, rule.ToString(), rule.GetHashCode()), (again, again.ToString(), again.GetHashCode()));
        }
    }

    [Fact]
    public void Until_of_another_type_than_the_start_is_a_warning()
    {
        Assert.True(RecurrenceRule.TryParse("FREQ=DAILY;UNTIL=20260101", RuleSyntax.Strict, StartKind.Zoned, out var rule, out _));
        Assert.Equal("RRULE_UNTIL_TYPE", Assert.Single(rule.Warnings).Code);
    }
}
