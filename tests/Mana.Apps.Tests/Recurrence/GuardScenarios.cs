using System.Diagnostics;
using System.Text.Json;
using Mana.Apps.Recurrence;
using Mana.Apps.Wire;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Recurrence;

/// <summary>compute.md 32.3, over HTTP. Times are generous: the machine may be busy, and what never ends takes longer still.</summary>
[Collection(SharedHost.Name)]
public sealed class GuardScenarios(AppsFixture world)
{
    [Theory]
    [InlineData("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=MONTHLY;BYDAY=6MO")]
    public async Task Scenario_RG_01_a_rule_without_dates_is_told_at_once(string rule)
    {
        var person = await world.PersonAsync();
        var answer = (await person.ValidateAsync(rule)).Ok();
        Assert.Equal((false, "RRULE_UNSATISFIABLE"), (answer["valid"].GetBoolean(), answer.String("code")));
        Assert.Empty((await person.ExpandAsync(new { rrule = rule, dtstart = "2026-01-01T09:00:00Z" })).Ok().Strings("occurrences"));
        var next = (await person.NextAsync(new { rrule = rule })).Ok();
        Assert.Equal(JsonValueKind.Null, next["nextDate"].ValueKind);
    }

    [Fact]
    public async Task Scenario_RG_03_an_interval_that_misses_every_leap_year()
    {
        var answer = (await (await world.PersonAsync()).ExpandAsync(new { rrule = "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", dtstart = "2025-01-01", until = "9999-12-31" })).Ok();
        Assert.Equal((0, false), (answer["count"].GetInt32(), answer["truncated"].GetBoolean()));
    }

    [Fact]
    public async Task Scenario_RG_04_an_hour_that_is_never_visited()
    {
        var person = await world.PersonAsync();
        const string Rule = "FREQ=HOURLY;INTERVAL=24;BYHOUR=10";
        Assert.Equal("RRULE_UNSATISFIABLE", (await person.PostAsync("todo/compute/validate", new { rrule = Rule, dtstart = "2026-01-01T09:00:00Z" })).Ok().String("code"));
        Assert.Equal(["2026-01-01T10:00:00.000Z", "2026-01-02T10:00:00.000Z"], (await person.ExpandAsync(new { rrule = Rule, dtstart = "2026-01-01T10:00:00Z", maxOccurrences = 2 })).Ok().Strings("occurrences"));
    }

    [Fact]
    public async Task Scenario_RG_06_a_dense_rule_is_legal_and_told()
    {
        var person = await world.PersonAsync();
        var answer = (await person.ValidateAsync("FREQ=SECONDLY")).Ok();
        Assert.Equal((true, 5000), (answer["valid"].GetBoolean(), answer["occurrences"].GetInt32()));
        Assert.Equal("RRULE_TOO_DENSE", answer["warnings"][0].GetProperty("code").GetString());
        var next = (await person.NextAsync(new { rrule = "FREQ=SECONDLY" })).Ok();
        Assert.Equal("2026-01-01T00:00:01.000Z", next.String("nextDate"));
    }

    [Fact]
    public async Task Scenario_RG_08_the_cursor_leads_through_all_of_it()
    {
        var person = await world.PersonAsync();
        object Page(string? cursor) => new { rrule = "FREQ=DAILY", dtstart = "2026-01-01T09:00:00", tzid = "Europe/Berlin", until = "2046-01-01T09:00:00", maxOccurrences = 5000, cursor };
        var first = (await person.ExpandAsync(Page(null))).Ok();
        Assert.Equal((5000, true), (first["count"].GetInt32(), first["truncated"].GetBoolean()));
        var second = (await person.ExpandAsync(Page(first.String("nextCursor")))).Ok();
        Assert.False(second["truncated"].GetBoolean());
        string[] all = [.. first.Strings("occurrences"), .. second.Strings("occurrences")];
        Assert.Equal(7306, all.Length);
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(all.Order(StringComparer.Ordinal), all);
        (await person.ExpandAsync(new { rrule = "FREQ=WEEKLY", dtstart = "2026-01-01", cursor = first.String("nextCursor") })).Refused(400, "INVALID_CURSOR");
        (await (await world.PersonAsync()).ExpandAsync(Page(first.String("nextCursor")))).Refused(400, "INVALID_CURSOR");
        (await person.ExpandAsync(Page("nonsense"))).Refused(400, "INVALID_CURSOR");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(97)]
    public async Task Pages_together_are_what_one_page_is(int most)
    {
        var person = await world.PersonAsync();
        object Page(int size, string? cursor) => new
        {
            rrule = "FREQ=HOURLY;INTERVAL=5", dtstart = "2026-03-27T01:30:00", tzid = "Europe/Berlin", until = "2026-04-20", maxOccurrences = size, cursor,
            rdates = new[] { "2026-03-29T00:30:00Z", "2026-04-01T01:00:00Z" }, exdates = new[] { "2026-03-30" },
            overrides = new[] { new { recurrenceId = "2026-03-28T00:30:00Z", start = "2026-04-02T12:00:00Z" } },
        };
        var whole = (await person.ExpandAsync(Page(5000, null))).Ok().Strings("occurrences");
        var (parts, cursor) = (new List<string>(), (string?)null);
        do
        {
            var page = (await person.ExpandAsync(Page(most, cursor))).Ok();
            parts.AddRange(page.Strings("occurrences"));
            cursor = page.String("nextCursor");
        }
        while (cursor is not null);
        Assert.Equal(whole, parts);
    }

    [Fact]
    public async Task Scenario_RG_10_lines_come_one_by_one_and_end_with_their_reader()
    {
        var person = await world.PersonAsync();
        var request = Caller.Message(HttpMethod.Post, "calendar/events/expand", new { rrule = "FREQ=SECONDLY", dtstart = "2026-01-01T00:00:00Z", maxOccurrences = 1000 });
        request.Headers.Add("Accept", "application/x-ndjson");
        var answer = (await person.SendAsync(request)).Ok();
        Assert.Equal("application/x-ndjson", answer.Message.Content.Headers.ContentType?.MediaType);
        var lines = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1001, lines.Length);
        Assert.Equal("2026-01-01T00:16:39.000Z", JsonDocument.Parse(lines[999]).RootElement.GetProperty("start").GetString());
        var cursor = JsonDocument.Parse(lines[1000]).RootElement.GetProperty("nextCursor").GetString();
        var rest = (await person.ExpandAsync(new { rrule = "FREQ=SECONDLY", dtstart = "2026-01-01T00:00:00Z", maxOccurrences = 1, cursor })).Ok();
        Assert.Equal("2026-01-01T00:16:40.000Z", rest.Strings("occurrences")[0]);

        using var gone = new CancellationTokenSource();
        var (series, _) = ExpandRequest.Read(await FieldsAsync(new { rrule = "FREQ=SECONDLY", dtstart = "2026-01-01T00:00:00Z", maxOccurrences = 5000 }), false);
        var reader = new LeavingReader(gone, after: 20_000);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await world.Host.Services.GetRequiredService<SeriesExpansion>().StreamAsync(person.UserId, series!, () => { }, System.IO.Pipelines.PipeWriter.Create(reader), null, gone.Token));
        Assert.InRange(reader.Length, 20_000, 20_000 + (1_024 * 200));
    }

    [Fact]
    public async Task Scenario_RG_12_texts_by_chance_break_nothing()
    {
        var person = await world.PersonAsync();
        var random = new Random(20261120);
        string[] parts = ["FREQ=DAILY", "FREQ=SECONDLY", "FREQ=YEARLY", "FREQ=MONTHLY", "BYDAY=MO,-1FR", "BYMONTHDAY=31,-1", "BYSETPOS=-1", "INTERVAL=97", "COUNT=4", "BYHOUR=3", "BYSECOND=59", "UNTIL=20300101", "BYWEEKNO=53", "BYYEARDAY=366", "X=", ";", "\n", "EXRULE:FREQ=DAILY", "DTSTART:20200101T000000Z\nRRULE:"];
        for (var i = 0; i < 400; i++)
        {
            var rule = string.Join(random.Next(9) == 0 ? "" : ";", Enumerable.Range(0, random.Next(1, 6)).Select(_ => parts[random.Next(parts.Length)]));
            var started = Stopwatch.GetTimestamp();
            (await person.ValidateAsync(rule)).Ok();
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5), rule);
            Assert.True((int)(await person.NextAsync(new { rrule = rule })).Status is 200 or 400 or 422, rule);
            Assert.True((int)(await person.ExpandAsync(new { rrule = rule, dtstart = "2026-01-01T09:00:00", tzid = "Europe/Berlin" })).Status is 200 or 400 or 422, rule);
        }
    }

    internal static async Task<BodyFields> FieldsAsync(object body)
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        context.Request.Body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(body));
        return await BodyFields.ReadAsync(context);
    }

    /// <summary>Takes some bytes, then is gone.</summary>
    sealed class LeavingReader(CancellationTokenSource gone, int after) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, CancellationToken.None);
            if (Length >= after)
                await gone.CancelAsync();
        }
    }
}

/// <summary>As the original's clients expect it.</summary>
public sealed class RejectingHost : AppsFixture
{
    protected override TestHost Configure(TestHost host) => host.With("Recurrence:DensityPolicy", "reject").With("Compat:LegacyClamp", "true");
}

public sealed class RejectionScenarios(RejectingHost world) : IClassFixture<RejectingHost>
{
    [Fact]
    public async Task Scenario_RG_06_a_dense_rule_is_refused_in_the_old_words()
    {
        var person = await world.PersonAsync();
        var answer = (await person.ValidateAsync("FREQ=SECONDLY")).Ok();
        Assert.Equal((false, 5000, "Too many occurrences"), (answer["valid"].GetBoolean(), answer["occurrences"].GetInt32(), answer.String("error")));
        (await person.NextAsync(new { rrule = "FREQ=SECONDLY" })).Refused(400, error: "RRULE generates too many occurrences (max 5000)");
    }

    [Fact]
    public async Task Scenario_RG_07_twice_a_day_is_dense_and_a_hundred_times_is_not()
    {
        var person = await world.PersonAsync();
        const string Rule = "FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0";
        Assert.False((await person.ValidateAsync(Rule)).Ok()["valid"].GetBoolean());
        var bounded = (await person.ValidateAsync(Rule + ";COUNT=100")).Ok();
        Assert.Equal((true, 100), (bounded["valid"].GetBoolean(), bounded["occurrences"].GetInt32()));
    }

    [Fact]
    public async Task Scenario_RS_64_more_than_the_most_can_be_cut() =>
        Assert.Equal(5000, (await (await world.PersonAsync()).ExpandAsync(new { rrule = "FREQ=MINUTELY", dtstart = "2026-01-01T00:00:00Z", maxOccurrences = 6000 })).Ok()["count"].GetInt32());
}

/// <summary>Nothing is counted ahead, and a request may take a millisecond.</summary>
public sealed class HurriedHost : AppsFixture
{
    protected override TestHost Configure(TestHost host) => host.With("Recurrence:DensityPolicy", "off").With("Recurrence:DensityMax", "1").With("Recurrence:DeadlineMs", "1")
        .With(services => services.AddSingleton(provider => new RecurrenceWork(new Mana.Recurrence.Contracts.RecurrenceExpander(), provider.GetRequiredService<RecurrenceOptions>(), provider.GetRequiredService<RecurrenceMetrics>(), new SlowClock(world: AppsFixture.T0))));

    /// <summary>Every look at it is a millisecond later.</summary>
    sealed class SlowClock(DateTimeOffset world) : TimeProvider
    {
        long _ticks;

        public override DateTimeOffset GetUtcNow() => world;

        public override long GetTimestamp() => Interlocked.Add(ref _ticks, TimestampFrequency / 1000);
    }
}

public sealed class DeadlineScenarios(HurriedHost world) : IClassFixture<HurriedHost>
{
    [Fact]
    public async Task Scenario_RG_05_next_does_not_walk_from_the_start() => Assert.Equal("2026-01-01T00:00:01.000Z",
        (await (await world.PersonAsync()).NextAsync(new { rrule = "FREQ=SECONDLY", dtstart = "1970-01-01T00:00:00Z", after = "2026-01-01T00:00:00Z" })).Ok().String("nextDate"));

    [Fact]
    public async Task Scenario_RG_09_a_deadline_ends_what_takes_too_long()
    {
        var answer = await (await world.PersonAsync()).ExpandAsync(new { rrule = "FREQ=SECONDLY", dtstart = "2026-01-01T00:00:00Z", exrules = new[] { "FREQ=SECONDLY" } });
        Assert.Equal("deadline", answer.Refused(422, "RRULE_BUDGET_EXCEEDED")["details"].GetProperty("reason").GetString());
    }
}
