using Mana.Analytics.Metrics;
using Mana.Kernel.Figures;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using static Mana.Analytics.Tests.BoardFixture;

namespace Mana.Analytics.Tests.Metrics;

[Collection(nameof(BoardCollection))]
public sealed class DailyMetricsTests(BoardFixture fixture)
{
    async Task SeenAsync(ApiCaller person, string app)
    {
        await fixture.ScalarAsync<object>("""
            INSERT INTO sync.devices (owner, client_id, app_id, seen_at, cursor) VALUES ('user:' || $1, 'c', $2, $3, 0) ON CONFLICT (owner, client_id, app_id) DO UPDATE SET seen_at = excluded.seen_at
            """, person.UserId, app, fixture.Clock.GetUtcNow());
    }

    [Fact]
    public async Task A_day_is_told_in_numbers_and_in_nothing_else()
    {
        // A week of its own, whatever other tests did with the clock.
        fixture.Clock.Advance(TimeSpan.FromDays(30));
        var monday = fixture.Clock.GetUtcNow();
        fixture.Clock.Advance(TimeSpan.FromDays((8 - (int)monday.DayOfWeek) % 7));
        var (app, other) = (fixture.NewApp(), fixture.NewApp());
        var (returns, leaves) = (await fixture.MemberAsync("Returns"), await fixture.MemberAsync("Leaves"));
        await SeenAsync(returns, app);
        await SeenAsync(leaves, app);
        fixture.Clock.Advance(TimeSpan.FromDays(7));
        await fixture.MemberAsync("New");
        await SeenAsync(returns, app);
        await SeenAsync(returns, other);
        await SubmitAsync(await fixture.PersonAsync(), "Twenty characters and some more");
        await fixture.DrainAsync();
        await fixture.RunAsync<DailyMetrics>();
        await fixture.RunAsync<DailyMetrics>();

        var answer = (await (await fixture.AdminAsync()).GetAsync("admin/metrics?days=1")).Ok();
        var day = Assert.Single(answer["days"].EnumerateArray());
        Assert.Equal(fixture.Clock.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), day.GetProperty("day").GetString());
        long Value(string name, string label = "") => day.GetProperty("figures").GetProperty(name).GetProperty(label).GetInt64();
        Assert.Equal((1, 1, 1, 1), (Value("active_users"), Value("active_users", app), Value("active_users", other), Value("registrations")));
        Assert.Equal((2, 1), (Value("retention_week_registered", "1"), Value("retention_week_active", "1")));
        Assert.Equal((1, 5, 5), (Value("feedback_submissions"), Value("credits_in"), Value("credits_in", "grant")));
        Assert.True(Value("storage_bytes") > Value("storage_bytes", "sync") && Value("storage_bytes", "sync") > 0);
        foreach (var person in (ApiCaller[])[returns, leaves])
            Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM feedback.daily_metrics m WHERE m::text LIKE '%' || $1 || '%'", person.UserId));
        (await (await fixture.AdminAsync()).GetAsync("admin/metrics?days=abc")).Refused(400);
    }

    [Fact]
    public async Task What_one_module_cannot_tell_keeps_nothing_from_the_others()
    {
        var day = new DateOnly(2020, 2, 2);
        var job = new DailyMetrics(
            fixture.Host.Services.GetRequiredService<NpgsqlDataSource>(), [new Broken(), new Whole()], [new Broken()], fixture.Clock, NullLogger<DailyMetrics>.Instance);
        await job.ComputeAsync(day, default);
        Assert.Equal("whole=7", await fixture.ScalarAsync<string>("SELECT string_agg(name || '=' || value, ',') FROM feedback.daily_metrics WHERE day = $1", day));
    }

    sealed class Broken : IDailyFigures, IPeopleOfPeriod
    {
        public PeopleOf Kind => PeopleOf.Active;

        public Task<IReadOnlyList<DailyFigure>> OfDayAsync(DateOnly day, CancellationToken cancellationToken) => throw new InvalidOperationException("not today");

        public Task<IReadOnlyCollection<string>> BetweenAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) => throw new InvalidOperationException("not today");
    }

    sealed class Whole : IDailyFigures
    {
        public Task<IReadOnlyList<DailyFigure>> OfDayAsync(DateOnly day, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<DailyFigure>>([new("whole", "", 7)]);
    }
}
