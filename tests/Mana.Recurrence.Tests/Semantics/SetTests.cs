using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Tests.Semantics;

/// <summary>compute.md 6.6: exclusions, additions, overrides, durations, the start policy.</summary>
public sealed class SetTests
{
    [Fact]
    public void RS_53_an_excluded_date_removes_the_day_and_an_excluded_instant_removes_the_instant()
    {
        var set = Series.Of("2026-01-05T09:00 Europe/Berlin", "DAILY;COUNT=4");
        Assert.Equal(["2026-01-05", "2026-01-07", "2026-01-08"], Series.Expander.Expand(set with { ExDates = [Series.Date("2026-01-06")] }).Days());
        var elsewhere = new SeriesDate(Series.Time("2026-01-06T03:00"), DateTimeZoneProviders.Tzdb["America/New_York"]);
        Assert.Equal(["2026-01-05", "2026-01-07", "2026-01-08"], Series.Expander.Expand(set with { ExDates = [elsewhere] }).Days());
    }

    [Fact]
    public void RS_54_a_date_that_the_rule_gives_as_well_comes_once()
    {
        var set = Series.Of("2026-01-05T09:00", "DAILY;COUNT=2") with { RDates = [new(Series.Date("2026-01-06T09:00")), new(Series.Date("2026-01-04T09:00"))] };
        Assert.Equal(["2026-01-04", "2026-01-05", "2026-01-06"], Series.Expander.Expand(set).Days());
        Assert.Equal([true, false, false], Series.Expander.Expand(set).Select(occurrence => occurrence.IsRDate));
    }

    [Fact]
    public void RS_55_an_override_counts_where_it_lands()
    {
        var set = Series.Of("2026-01-05T09:00Z", "WEEKLY") with { Overrides = [new(Series.Date("2026-01-12T09:00Z")) { Start = Series.Date("2026-01-13T14:00Z") }] };
        var moved = Assert.Single(Series.Expander.Expand(set, Day("2026-01-13")));
        Assert.Equal((Series.At("2026-01-13T14:00"), Series.At("2026-01-12T09:00"), true), (moved.StartUtc, moved.Id.Utc, moved.IsOverride));
        Assert.Empty(Series.Expander.Expand(set, Day("2026-01-12")));
    }

    [Fact]
    public void RS_56_a_cancelled_override_removes_and_an_orphan_adds()
    {
        var set = Series.Of("2026-01-05T09:00Z", "WEEKLY;COUNT=3") with
        {
            Overrides =
            [
                new(Series.Date("2026-01-12T09:00Z")) { Cancelled = true },
                new(Series.Date("2026-01-14T09:00Z")) { Start = Series.Date("2026-01-15T09:00Z") },
                new(Series.Date("2026-01-16T09:00Z")) { Cancelled = true },
            ],
        };
        Assert.Equal(["2026-01-05", "2026-01-15", "2026-01-19"], Series.Expander.Expand(set).Days());
    }

    [Fact]
    public void RS_57_this_and_future_shifts_what_follows()
    {
        var set = Series.Of("2026-01-05T09:00 Europe/Berlin", "WEEKLY;COUNT=5") with
        {
            Overrides = [new(Series.Date("2026-01-19T09:00")) { Start = Series.Date("2026-01-19T10:00"), ThisAndFuture = true, Duration = SeriesDuration.Exact(Duration.FromHours(2)) }],
        };
        var all = Series.Expander.Expand(set).ToList();
        Assert.Equal(["2026-01-05T08:00Z", "2026-01-12T08:00Z", "2026-01-19T09:00Z", "2026-01-26T09:00Z", "2026-02-02T09:00Z"], all.Utc());
        Assert.Equal([0, 0, 2, 2, 2], all.Select(occurrence => (int)(occurrence.EndUtc - occurrence.StartUtc).TotalHours));
        Assert.Equal(["2026-02-02T09:00Z"], Series.Expander.Expand(set, Day("2026-02-02")).Utc());
        Assert.Equal(Series.At("2026-02-02T08:00"), all[^1].Id.Utc);
    }

    [Fact]
    public void Of_two_overrides_the_higher_sequence_wins()
    {
        OccurrenceOverride To(string time, int sequence) => new(Series.Date("2026-01-12T09:00Z")) { Start = Series.Date(time), Sequence = sequence };
        var set = Series.Of("2026-01-05T09:00Z", "WEEKLY;COUNT=2") with { Overrides = [To("2026-01-13T09:00Z", 2), To("2026-01-14T09:00Z", 1)] };
        Assert.Equal(["2026-01-05", "2026-01-13"], Series.Expander.Expand(set).Days());
    }

    [Fact]
    public void RS_58_an_end_is_exact_and_a_duration_in_days_is_nominal()
    {
        var start = "2026-03-28T23:00 Europe/Berlin";
        var exact = Series.Of(start, "DAILY;COUNT=3") with { Duration = SeriesDuration.Exact(Duration.FromHours(7)) };
        Assert.All(Series.Expander.Expand(exact), occurrence => Assert.Equal(7, (occurrence.EndUtc - occurrence.StartUtc).TotalHours));
        var nominal = Series.Of("2026-03-27T23:00 Europe/Berlin", "DAILY;COUNT=3") with { Duration = SeriesDuration.Nominal(1) };
        Assert.Equal([24, 23, 24], Series.Expander.Expand(nominal).Select(occurrence => (int)(occurrence.EndUtc - occurrence.StartUtc).TotalHours));
        var autumn = Series.Of("2026-10-24T23:00 Europe/Berlin", "DAILY;COUNT=1") with { Duration = SeriesDuration.Nominal(1) };
        Assert.Equal(25, (Series.Expander.Expand(autumn).Single() is var day ? day.EndUtc - day.StartUtc : default).TotalHours);
    }

    [Theory]
    [InlineData(StartPolicy.MatchingOnly, "2026-01-12 2026-01-19")]
    [InlineData(StartPolicy.AlwaysFirst, "2026-01-10 2026-01-12")]
    public void RS_59_a_start_that_does_not_match(StartPolicy policy, string expected) =>
        Assert.Equal(Series.Split(expected), Series.Expander.Expand(Series.Of("2026-01-10T09:00", "WEEKLY;BYDAY=MO;COUNT=2") with { StartPolicy = policy }).Days());

    [Fact]
    public void RS_59_a_start_that_matches_is_counted_once() =>
        Assert.Equal(["2026-01-12", "2026-01-19"], Series.Expander.Expand(Series.Of("2026-01-12T09:00", "WEEKLY;BYDAY=MO;COUNT=2") with { StartPolicy = StartPolicy.AlwaysFirst }).Days());

    [Fact]
    public void RS_60_times_on_a_date_are_ignored_with_a_warning()
    {
        var set = Series.Of("2026-07-01", "DAILY;COUNT=2;BYHOUR=5");
        Assert.Equal(["2026-07-01", "2026-07-02"], Series.Expander.Expand(set).Utc());
        Assert.Equal("RRULE_TIME_ON_DATE", Assert.Single(set.Rules[0].Warnings).Code);
    }

    [Fact]
    public void RS_61_a_rule_below_a_day_needs_a_time()
    {
        Assert.False(RecurrenceRule.TryParse("FREQ=HOURLY", RuleSyntax.Strict, StartKind.Date, out _, out var error));
        Assert.Equal("RRULE_FREQ_ON_DATE", error.WireCode);
    }

    [Theory]
    [InlineData("BACKWARD", "2026-01-31 2026-02-28 2026-03-31")]
    [InlineData("FORWARD", "2026-01-31 2026-03-01 2026-03-31")]
    public void RS_62_skip(string skip, string expected) =>
        Assert.Equal(Series.Split(expected), Series.Expander.Expand(Series.Of("2026-01-31T09:00", $"RSCALE=GREGORIAN;FREQ=MONTHLY;COUNT=3;SKIP={skip}")).Days());

    [Fact]
    public void Several_rules_are_merged_and_an_exclusion_rule_takes_out()
    {
        var set = Series.Of("2026-01-01T09:00", "WEEKLY;BYDAY=MO,FR", "MONTHLY;BYMONTHDAY=1") with { ExRules = [Series.Rule("MONTHLY;BYMONTHDAY=2,5")] };
        Assert.Equal(["2026-01-01", "2026-01-09", "2026-01-12", "2026-01-16"], Series.Expander.Expand(set).Take(4).Days());
    }

    [Fact]
    public void A_dense_exclusion_is_not_walked()
    {
        var set = Series.Of("2026-01-01T09:00", "YEARLY") with { ExRules = [Series.Rule("SECONDLY;BYMONTH=1"), Series.Rule("MINUTELY")], RDates = [new(Series.Date("9000-07-01T09:00:01"))] };
        var budget = new WorkBudget(100_000);
        Assert.Equal(["9000-07-01T09:00Z"], Series.Expander.Expand(set, default, budget).Utc());
        Assert.Equal(WorkStop.None, budget.Stop);
    }

    [Fact]
    public void What_reaches_into_a_window_is_in_it_when_asked()
    {
        var set = Series.Of("2026-01-05T22:00Z", "DAILY") with { Duration = SeriesDuration.Exact(Duration.FromHours(10)) };
        var window = new OccurrenceWindow(Series.At("2026-02-01T05:00"), Series.At("2026-02-01T06:00"));
        Assert.Empty(Series.Expander.Expand(set, window));
        Assert.Equal(["2026-01-31T22:00Z"], Series.Expander.Expand(set, window with { Overlapping = true }).Utc());
    }

    static OccurrenceWindow Day(string date) => new(Series.At(date), Series.At(date) + Duration.FromDays(1));
}
