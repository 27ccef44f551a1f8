using Mana.Recurrence.Contracts;
using Mana.Recurrence.Tests.Semantics;
using NodaTime;

namespace Mana.Recurrence.Tests.Guards;

/// <summary>compute.md 6.9 and 32.3: satisfiability, budgets, cancellation, the end of the calendar.</summary>
public sealed class GuardTests
{
    [Theory]
    [InlineData("SECONDLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("MINUTELY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("HOURLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("DAILY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("MONTHLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("MONTHLY;BYDAY=6MO")]
    [InlineData("HOURLY;INTERVAL=24;BYHOUR=10")]
    [InlineData("HOURLY;INTERVAL=84;BYDAY=TU")]
    [InlineData("SECONDLY;INTERVAL=2;BYSECOND=1")]
    [InlineData("DAILY;INTERVAL=146097;BYDAY=FR")]
    [InlineData("WEEKLY;BYDAY=MO;BYSETPOS=2")]
    [InlineData("MONTHLY;INTERVAL=5;BYMONTHDAY=31;BYMONTH=4")]
    public void RG_01_what_can_never_match_is_unsatisfiable(string rule) => Assert.False(Series.Expander.IsSatisfiable(Series.Rule(rule), Series.Start("2026-01-01T09:00")));

    [Fact]
    public void RG_02_leap_days_skip_the_century()
    {
        var rule = Series.Rule("YEARLY;BYMONTH=2;BYMONTHDAY=29");
        Assert.True(Series.Expander.IsSatisfiable(rule, Series.Start("2026-01-01")));
        Assert.Equal(1904, rule.Next(Series.Time("1896-02-29"), Series.Time("1896-02-29"))?.Year);
        Assert.Equal(2104, rule.Next(Series.Time("2096-02-29"), Series.Time("2096-02-29"))?.Year);
    }

    [Fact]
    public void RG_03_an_interval_that_misses_every_leap_year() =>
        Assert.Empty(Series.Expander.Expand(Series.Of("2025-01-01", "YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29")));

    [Fact]
    public void RG_04_an_hour_that_is_visited_is_satisfiable() =>
        Assert.Equal(["2026-01-01T10:00Z", "2026-01-02T10:00Z"], Series.Expander.Expand(Series.Of("2026-01-01T10:00", "HOURLY;INTERVAL=24;BYHOUR=10")).Take(2).Utc());

    [Fact]
    public void RG_05_next_does_not_walk_from_the_start() =>
        Assert.Equal(Series.Time("2026-01-01T00:00:01"), Series.Rule("SECONDLY").Next(Series.Time("1970-01-01"), Series.Time("2026-01-01")));

    [Fact]
    public void RG_09_a_deadline_ends_the_enumeration_and_says_so()
    {
        var clock = new SteppingClock();
        var budget = new WorkBudget(long.MaxValue, clock, TimeSpan.FromMilliseconds(1));
        var count = Series.Expander.Expand(Series.Of("2026-01-01T09:00", "SECONDLY"), default, budget).Count();
        Assert.Equal(WorkStop.Deadline, budget.Stop);
        Assert.InRange(count, 1, 5_000);
    }

    [Fact]
    public void RG_10_cancellation_is_seen_within_1024_units()
    {
        using var cancel = new CancellationTokenSource();
        var budget = new WorkBudget(cancellation: cancel.Token);
        var seen = 0;
        foreach (var _ in Series.Expander.Expand(Series.Of("2026-01-01T09:00", "SECONDLY"), default, budget))
            if (++seen == 5_000)
                cancel.Cancel();
        Assert.Equal(WorkStop.Cancelled, budget.Stop);
        Assert.InRange(seen, 5_000, 6_030);
    }

    [Fact]
    public void The_budget_bounds_sets_that_exclude_themselves()
    {
        var set = Series.Of("2026-01-01T09:00", "SECONDLY") with { ExRules = [Series.Rule("SECONDLY")] };
        var budget = new WorkBudget(50_000);
        Assert.Empty(Series.Expander.Expand(set, default, budget));
        Assert.Equal(WorkStop.Units, budget.Stop);
    }

    [Theory]
    [InlineData("DAILY", "9999-12-31")]
    [InlineData("WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;INTERVAL=1", "9999-12-31")]
    [InlineData("MONTHLY;BYMONTHDAY=-1;INTERVAL=1", "9999-12-31")]
    [InlineData("YEARLY;BYWEEKNO=52,53,1;BYDAY=FR", "9999-12-31")]
    [InlineData("RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=366;SKIP=FORWARD", "9999-01-01")]
    public void Nothing_comes_after_the_end_of_the_calendar(string rule, string last) =>
        Assert.Equal(last, Series.Expander.Expand(Series.Of("9990-01-01", rule)).Days()[^1]);

    [Theory]
    [InlineData("9999-12-31T23:30 America/New_York")]
    [InlineData("9999-12-31T23:30 Asia/Tokyo")]
    [InlineData("0001-01-01T00:30 Asia/Tokyo")]
    [InlineData("0001-01-01T00:30 America/New_York")]
    public void Zones_do_not_carry_a_series_over_the_ends_of_the_calendar(string start)
    {
        var set = Series.Of(start, "HOURLY;COUNT=3") with
        {
            RDates = [new(Series.Date("9999-12-31T23:59:59Z")), new(new SeriesDate(new LocalDateTime(-5, 1, 1, 0, 0)))],
            Overrides = [new(Series.Date("9999-12-31T23:00:00Z")) { Start = Series.Date("0001-01-01T01:00") }],
            Duration = SeriesDuration.Nominal(3, Duration.FromHours(30)),
        };
        Assert.InRange(Series.Expander.Expand(set).Count(), 1, 6);
        Assert.NotNull(Series.Expander.Previous(set, Instant.MaxValue));
        Assert.Null(Series.Expander.Next(set, Instant.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeriesStart.Floating(new LocalDateTime(0, 1, 1, 0, 0)));
    }

    [Fact]
    public void The_first_day_of_the_calendar_is_a_start()
    {
        foreach (var wkst in (string[])["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
            foreach (var rule in (string[])["WEEKLY;INTERVAL=2;BYDAY=MO,TH;BYSETPOS=1,2", "YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU", "WEEKLY"])
                Assert.All(Series.Rule($"{rule};WKST={wkst}").Expand(new LocalDateTime(1, 1, 1, 9, 0)).Take(5), time => Assert.InRange(time.Year, 1, 9));
    }

    [Theory]
    [InlineData("DAILY")]
    [InlineData("DAILY;BYDAY=MO,FR;BYHOUR=9,17")]
    [InlineData("MONTHLY;BYDAY=MO,TU;BYSETPOS=-1")]
    [InlineData("MONTHLY;INTERVAL=5;BYMONTHDAY=31")]
    [InlineData("HOURLY;INTERVAL=5;BYDAY=SA")]
    [InlineData("WEEKLY;INTERVAL=3;BYDAY=TU,TH")]
    [InlineData("YEARLY;BYWEEKNO=20")]
    [InlineData("RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD")]
    public void Enumerating_allocates_nothing_per_instance(string rule)
    {
        var start = new LocalDateTime(2000, 1, 31, 9, 0);
        var parsed = Series.Rule(rule);
        Assert.Equal(Allocated(Civil, 1), Allocated(Civil, 5_000));
        // NodaTime makes one object where the cursor asks it, at a transition: twice a year.
        if (parsed.Frequency <= Frequency.Weekly)
            Assert.InRange(Allocated(Zoned, 300) - Allocated(Zoned, 1), 0, 20 * 2 * 80);

        void Civil(int count)
        {
            foreach (var _ in parsed.Expand(start))
                if (--count == 0)
                    break;
        }

        void Zoned(int count)
        {
            foreach (var _ in parsed.Expand(start, DateTimeZoneProviders.Tzdb["Europe/Berlin"]))
                if (--count == 0)
                    break;
        }
    }

    static long Allocated(Action<int> walk, int count)
    {
        walk(count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        walk(count);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Every look at it is a millisecond later.</summary>
    sealed class SteppingClock : TimeProvider
    {
        long _ticks;

        public override long GetTimestamp() => _ticks += TimestampFrequency / 1000;
    }
}
