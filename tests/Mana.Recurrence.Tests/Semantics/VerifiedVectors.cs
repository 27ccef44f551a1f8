using System.Globalization;

namespace Mana.Recurrence.Tests.Semantics;

/// <summary>compute.md 6.13, row by row: conformance scenarios RS-V01 to RS-V41.</summary>
public sealed class VerifiedVectors
{
    [Theory]
    [InlineData("V01", "2026-01-31T09:00Z", "MONTHLY;COUNT=6", "2026-01-31 2026-03-31 2026-05-31 2026-07-31 2026-08-31 2026-10-31")]
    [InlineData("V02", "2024-02-29", "YEARLY;COUNT=4", "2024-02-29 2028-02-29 2032-02-29 2036-02-29")]
    [InlineData("V03", "2026-01-15", "MONTHLY;BYMONTHDAY=-1;COUNT=5", "2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31")]
    [InlineData("V04", "2026-01-31", "MONTHLY;BYMONTHDAY=29,30,31;BYSETPOS=-1;COUNT=5", "2026-01-31 2026-03-31 2026-04-30 2026-05-31 2026-06-30")]
    [InlineData("V05", "2026-01-02", "MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=5", "2026-01-30 2026-02-27 2026-03-31 2026-04-30 2026-05-29")]
    [InlineData("V06", "2026-01-02", "MONTHLY;BYDAY=1FR;COUNT=4", "2026-01-02 2026-02-06 2026-03-06 2026-04-03")]
    [InlineData("V07", "2026-01-15", "MONTHLY;BYDAY=-2TH;COUNT=4", "2026-01-22 2026-02-19 2026-03-19 2026-04-23")]
    [InlineData("V08", "2026-01-02", "MONTHLY;BYDAY=SA,SU;BYSETPOS=1;COUNT=4", "2026-01-03 2026-02-01 2026-03-01 2026-04-04")]
    [InlineData("V09", "1997-08-05", "WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05 1997-08-10 1997-08-19 1997-08-24")]
    [InlineData("V10", "1997-08-05", "WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05 1997-08-17 1997-08-19 1997-08-31")]
    [InlineData("V11", "2026-01-05", "WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=6", "2026-01-05 2026-01-09 2026-01-19 2026-01-23 2026-02-02 2026-02-06")]
    [InlineData("V12", "1997-09-02", "MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=5", "1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13")]
    [InlineData("V13", "1996-11-05", "YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3", "1996-11-05 2000-11-07 2004-11-02")]
    [InlineData("V14", "1997-09-04", "MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04 1997-10-07 1997-11-06")]
    [InlineData("V15", "1997-09-29", "MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=4", "1997-09-29 1997-10-30 1997-11-27 1997-12-30")]
    [InlineData("V16", "2026-01-01", "YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", "2026-05-11 2027-05-17 2028-05-15")]
    [InlineData("V17", "2026-01-01", "YEARLY;BYWEEKNO=-1;BYDAY=SU;COUNT=4", "2027-01-03 2028-01-02 2028-12-31 2029-12-30")]
    [InlineData("V18", "2026-01-01", "YEARLY;BYDAY=20MO;COUNT=3", "2026-05-18 2027-05-17 2028-05-15")]
    [InlineData("V19", "2026-01-01", "YEARLY;BYYEARDAY=1,100,200;COUNT=5", "2026-01-01 2026-04-10 2026-07-19 2027-01-01 2027-04-10")]
    [InlineData("V20", "2026-01-01", "YEARLY;BYYEARDAY=366;COUNT=3", "2028-12-31 2032-12-31 2036-12-31")]
    [InlineData("V21", "2026-01-01", "YEARLY;BYYEARDAY=-1;COUNT=3", "2026-12-31 2027-12-31 2028-12-31")]
    [InlineData("V22", "2026-01-01", "YEARLY;BYMONTH=1;BYDAY=-1SU;COUNT=3", "2026-01-25 2027-01-31 2028-01-30")]
    [InlineData("V23", "2026-01-01", "YEARLY;BYMONTH=6,7,8;BYDAY=TH;COUNT=3", "2026-06-04 2026-06-11 2026-06-18")]
    [InlineData("V24", "2026-01-10", "MONTHLY;INTERVAL=18;BYMONTHDAY=10,11,12,13,14,15;COUNT=8", "2026-01-10 2026-01-11 2026-01-12 2026-01-13 2026-01-14 2026-01-15 2027-07-10 2027-07-11")]
    [InlineData("V27", "2026-01-01T09:00", "DAILY;INTERVAL=10;COUNT=5", "2026-01-01 2026-01-11 2026-01-21 2026-01-31 2026-02-10")]
    [InlineData("V28", "2026-01-10", "WEEKLY;BYDAY=MO,WE,FR;COUNT=5", "2026-01-12 2026-01-14 2026-01-16 2026-01-19 2026-01-21")]
    [InlineData("V34", "2020-02-29", "YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29;COUNT=3", "2020-02-29 2024-02-29 2028-02-29")]
    public void Days_are_exact(string row, string start, string rule, string expected) =>
        Assert.Equal([row, .. Series.Split(expected)], [row, .. Series.Expander.Expand(Series.Of(start, rule)).Days()]);

    [Theory]
    [InlineData("V25", "2026-01-01T08:00", "DAILY;BYHOUR=8,20;COUNT=4", "2026-01-01T08:00Z 2026-01-01T20:00Z 2026-01-02T08:00Z 2026-01-02T20:00Z")]
    [InlineData("V26", "2026-01-01T00:00", "DAILY;BYHOUR=8,12,18;BYSETPOS=-1;COUNT=2", "2026-01-01T18:00Z 2026-01-02T18:00Z")]
    [InlineData("V29", "2026-01-01T12:00", "MINUTELY;INTERVAL=90;COUNT=4", "2026-01-01T12:00Z 2026-01-01T13:30Z 2026-01-01T15:00Z 2026-01-01T16:30Z")]
    [InlineData("V30", "2026-01-01T09:00", "MINUTELY;INTERVAL=20;BYHOUR=9,10;COUNT=8",
        "2026-01-01T09:00Z 2026-01-01T09:20Z 2026-01-01T09:40Z 2026-01-01T10:00Z 2026-01-01T10:20Z 2026-01-01T10:40Z 2026-01-02T09:00Z 2026-01-02T09:20Z")]
    [InlineData("V31", "2026-01-01T09:00", "HOURLY;INTERVAL=3;BYHOUR=9,12,15,18;UNTIL=20260101T180000", "2026-01-01T09:00Z 2026-01-01T12:00Z 2026-01-01T15:00Z 2026-01-01T18:00Z")]
    [InlineData("V32a", "2026-01-01T09:00Z", "DAILY;UNTIL=20260103T085959Z", "2026-01-01T09:00Z 2026-01-02T09:00Z")]
    [InlineData("V32b", "2026-01-01T09:00Z", "DAILY;UNTIL=20260103T090000Z", "2026-01-01T09:00Z 2026-01-02T09:00Z 2026-01-03T09:00Z")]
    [InlineData("V35", "2026-03-27T09:00 Europe/Berlin", "DAILY;COUNT=4", "2026-03-27T08:00Z 2026-03-28T08:00Z 2026-03-29T07:00Z 2026-03-30T07:00Z")]
    [InlineData("V36", "2026-03-07T02:30 America/New_York", "DAILY;COUNT=3", "2026-03-07T07:30Z 2026-03-08T07:30Z 2026-03-09T06:30Z")]
    [InlineData("V37", "2026-10-31T01:30 America/New_York", "DAILY;COUNT=3", "2026-10-31T05:30Z 2026-11-01T05:30Z 2026-11-02T06:30Z")]
    [InlineData("V38", "2026-11-01T00:00 America/New_York", "HOURLY;COUNT=5", "2026-11-01T04:00Z 2026-11-01T05:00Z 2026-11-01T07:00Z 2026-11-01T08:00Z 2026-11-01T09:00Z")]
    [InlineData("V39", "2026-10-18T01:30 Europe/London", "WEEKLY;COUNT=3", "2026-10-18T00:30Z 2026-10-25T00:30Z 2026-11-01T01:30Z")]
    [InlineData("V40", "2026-10-03T02:15 Australia/Lord_Howe", "DAILY;COUNT=3", "2026-10-02T15:45Z 2026-10-03T15:45Z 2026-10-04T15:15Z")]
    public void Instants_are_exact(string row, string start, string rule, string expected) =>
        Assert.Equal([row, .. Series.Split(expected)], [row, .. Series.Expander.Expand(Series.Of(start, rule)).Utc()]);

    [Fact]
    public void V33_excluded_dates_count() => Assert.Equal(["2026-01-05", "2026-01-12", "2026-01-26"],
        Series.Expander.Expand(Series.Of("2026-01-05T09:00", "WEEKLY;COUNT=4") with { ExDates = [Series.Date("2026-01-19T09:00")] }).Days());

    [Theory]
    [InlineData("MONTHLY;BYMONTHDAY=13;BYDAY=FR", 688)]
    [InlineData("YEARLY;BYMONTH=2;BYMONTHDAY=29", 97)]
    public void V41_four_hundred_years_repeat(string rule, int expected)
    {
        foreach (var century in (int[])[1600, 2000, 2026])
        {
            var from = new NodaTime.LocalDateTime(century, 1, 1, 0, 0);
            Assert.Equal(expected, Series.Rule(rule).CountBetween(from, from, from.PlusYears(400)));
            Assert.Equal(expected, Series.Rule(rule).Expand(from, from, from.PlusYears(400)).Count());
        }
    }

    [Fact]
    public void RS_47_the_host_s_zone_does_not_matter()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            // No clock, no zone and no culture of the machine is ever asked; the culture is the one that a test can change.
            CultureInfo.CurrentCulture = new CultureInfo("th-TH");
            Assert.Equal(["2026-03-28T08:00Z", "2026-03-29T07:00Z"], Series.Expander.Expand(Series.Of("2026-03-28T09:00 Europe/Berlin", "DAILY;COUNT=2")).Utc());
            Assert.Equal("FREQ=DAILY;UNTIL=20260101T000000Z", Series.Rule("DAILY;UNTIL=20260101T000000Z").ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
