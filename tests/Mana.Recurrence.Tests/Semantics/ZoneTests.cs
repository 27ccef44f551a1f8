using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Tests.Semantics;

/// <summary>compute.md 6.7: gaps, overlaps, UNTIL in zones.</summary>
public sealed class ZoneTests
{
    [Fact]
    public void RS_45_until_as_a_date_is_the_whole_day_in_the_zone() => Assert.Equal(["2026-01-01", "2026-01-02", "2026-01-03"],
        Series.Expander.Expand(Series.Of("2026-01-01T09:00 Europe/Berlin", "DAILY;UNTIL=20260103")).Days());

    [Fact]
    public void RS_46_until_in_utc_is_inclusive() => Assert.Equal(["2026-03-27T08:00Z", "2026-03-28T08:00Z", "2026-03-29T07:00Z", "2026-03-30T07:00Z"],
        Series.Expander.Expand(Series.Of("2026-03-27T09:00 Europe/Berlin", "DAILY;UNTIL=20260330T070000Z")).Utc());

    [Fact]
    public void RS_48_floating_time_is_shown_as_if_it_were_utc()
    {
        var occurrence = Assert.Single(Series.Expander.Expand(Series.Of("2026-07-01T09:00", "DAILY;COUNT=1")));
        Assert.Equal((Series.At("2026-07-01T09:00Z"), (string?)null, Offset.Zero), (occurrence.StartUtc, occurrence.ZoneId, occurrence.Offset));
    }

    [Fact]
    public void RS_49_a_skipped_gap_is_not_counted() => Assert.Equal(["2026-03-07", "2026-03-09", "2026-03-10"],
        Series.Expander.Expand(Series.Of("2026-03-07T02:30 America/New_York", "DAILY;COUNT=3") with { Gap = GapPolicy.Skip }).Days());

    [Fact]
    public void RS_50_the_second_of_two() => Assert.Equal(["2026-10-31T05:30Z", "2026-11-01T06:30Z"],
        Series.Expander.Expand(Series.Of("2026-10-31T01:30 America/New_York", "DAILY;COUNT=2") with { Overlap = OverlapPolicy.Second }).Utc());

    [Fact]
    public void RS_51_two_civil_times_that_are_one_instant_are_one_instance()
    {
        var set = Series.Of("2026-03-08T00:00 America/New_York", "HOURLY;COUNT=6");
        Assert.Equal(["2026-03-08T05:00Z", "2026-03-08T06:00Z", "2026-03-08T07:00Z", "2026-03-08T08:00Z", "2026-03-08T09:00Z", "2026-03-08T10:00Z"], Series.Expander.Expand(set).Utc());
    }

    [Fact]
    public void RS_52_a_zone_that_skips_a_day_has_no_instance_on_it() => Assert.Equal(["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"],
        Series.Expander.Expand(Series.Of("2011-12-28T10:00 Pacific/Apia", "DAILY;COUNT=4")).Days());

    [Fact]
    public void A_shifted_instance_says_so_and_the_next_one_is_at_its_own_time()
    {
        var all = Series.Expander.Expand(Series.Of("2026-03-07T02:30 America/New_York", "DAILY;COUNT=3")).ToList();
        Assert.Equal([false, true, false], all.Select(occurrence => occurrence.Shifted));
        Assert.Equal(Series.Time("2026-03-08T03:30"), all[1].StartCivil);
        Assert.Equal(Series.Time("2026-03-08T02:30"), all[1].Id.Civil);
        Assert.Equal(Series.Time("2026-03-09T02:30"), all[2].StartCivil);
    }

    [Fact]
    public void In_a_gap_instants_stay_in_order()
    {
        // 02:45 becomes 03:45, after 03:15 and beside 03:45.
        var set = Series.Of("2026-03-08T01:45 America/New_York", "DAILY;BYHOUR=1,2,3;BYMINUTE=15,45;COUNT=5");
        Assert.Equal(["2026-03-08T06:45Z", "2026-03-08T07:15Z", "2026-03-08T07:45Z", "2026-03-09T05:15Z", "2026-03-09T05:45Z"], Series.Expander.Expand(set).Utc());
        var uneven = Series.Of("2026-03-08T01:00 America/New_York", "DAILY;BYHOUR=2,3;BYMINUTE=10,50;BYSETPOS=2,3;COUNT=2");
        Assert.Equal(["2026-03-08T07:10Z", "2026-03-08T07:50Z"], Series.Expander.Expand(uneven).Utc());
    }

    [Theory]
    [InlineData("America/New_York", GapPolicy.ShiftForward, OverlapPolicy.First)]
    [InlineData("America/New_York", GapPolicy.Skip, OverlapPolicy.Second)]
    [InlineData("Australia/Lord_Howe", GapPolicy.ShiftForward, OverlapPolicy.Second)]
    [InlineData("Pacific/Apia", GapPolicy.ShiftForward, OverlapPolicy.First)]
    [InlineData("Africa/Casablanca", GapPolicy.ShiftForward, OverlapPolicy.First)]
    public void Seeking_and_counting_agree_with_walking_across_every_transition(string zone, GapPolicy gap, OverlapPolicy overlap)
    {
        foreach (var rule in (string[])["MINUTELY;INTERVAL=7;COUNT=100000", "MINUTELY;INTERVAL=20;BYHOUR=0,1,2,3,12;BYDAY=SA,SU;COUNT=20000", "SECONDLY;INTERVAL=900;BYHOUR=1,2;COUNT=20000", "HOURLY;INTERVAL=5;BYMINUTE=10,50;COUNT=30000", "DAILY;BYHOUR=0,1,2,3,4;BYMINUTE=15;COUNT=9000"])
        {
            var set = Series.Of($"2011-10-20T01:10 {zone}", rule) with { Gap = gap, Overlap = overlap };
            var walked = Series.Expander.Expand(set).TakeWhile(occurrence => occurrence.StartUtc < Series.At("2012-06-01T00:00")).Select(occurrence => occurrence.StartUtc).ToList();
            Assert.Equal(walked, walked.Distinct().Order());
            for (var i = 0; i < walked.Count; i += walked.Count / 150)
            {
                Assert.Equal(walked[i], Series.Expander.Next(set, walked[i] - Duration.Epsilon)?.StartUtc);
                Assert.Equal(i, Series.Expander.Count(set, new OccurrenceWindow(null, walked[i])));
            }
        }
    }

    [Fact]
    public void Count_ends_at_the_same_instance_wherever_one_starts_to_look()
    {
        var set = Series.Of("2020-01-01T02:30 America/New_York", "DAILY;BYHOUR=2,3;COUNT=9000");
        var last = Series.Expander.Expand(set).Last();
        Assert.Equal(9000, Series.Expander.Expand(set).Count());
        Assert.Equal(last.StartUtc, Series.Expander.Expand(set, new OccurrenceWindow(last.StartUtc - Duration.FromDays(100))).Last().StartUtc);
        Assert.Equal(last.StartUtc, Series.Expander.Last(set)?.StartUtc);
    }
}
