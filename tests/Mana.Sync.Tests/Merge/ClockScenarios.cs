using System.Globalization;
using System.Text.Json.Nodes;
using Mana.Devices;

namespace Mana.Sync.Tests.Merge;

/// <summary>sync.md 24.5, 79 and 87, and 13.6/13.7: clocks that are ahead, and edits that lost.</summary>
public sealed class ClockScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const string EventId = "0e984725-c51c-4bf4-9960-e1c80e27aba0";

    [Fact]
    public async Task Scenario_24_5_79_a_time_one_year_ahead_is_set_back_and_a_later_edit_wins()
    {
        var a = await fixture.PersonAsync();
        var now = await NowAsync(a);
        await a.StoreAsync(Update("future", now.AddYears(1)));

        var at = Instant((string)(await a.As("b").PullAsync()).Ok().Only["fields"]!["title"]!["at"]!);
        Assert.InRange(at, now.AddSeconds(-1), now.AddMinutes(1));

        await a.As("b").StoreAsync(Update("ten minutes later", at.AddMinutes(4)));
        Assert.Equal("\"ten minutes later\"", await fixture.ValueAsync(a, "t1", "title"));
    }

    [Fact]
    public async Task Scenario_24_5_79_an_insert_from_the_future_does_not_freeze_the_record_for_unmodified_clients()
    {
        var person = await fixture.PersonAsync();
        var wrong = new Device(person.Http, "wrong", generation: Generation.Legacy, skew: TimeSpan.FromDays(365));
        wrong.Insert("tasks", "t1", new JsonObject { ["title"] = "future" });
        await wrong.SyncAsync();
        var right = new Device(person.Http, "right", generation: Generation.Legacy, skew: TimeSpan.FromMinutes(1));
        await right.SyncAsync();
        right.Update("tasks", "t1", ("title", "edited"));
        await right.SyncAsync();

        var third = new Device(person.Http, "third", generation: Generation.Legacy);
        await third.SyncAsync();

        Assert.Equal("edited", (string?)right.Store.Find("tasks", "t1")!["title"].Value);
        Assert.Equal(right.Store.Visible(), third.Store.Visible());
        Assert.Equal("\"edited\"", await fixture.ValueAsync(person, "t1", "title"));
    }

    [Theory]
    [InlineData(4.9, false)]
    [InlineData(6.0, true)]
    public async Task Scenario_24_5_79_five_minutes_are_tolerated(double minutes, bool clamped)
    {
        var a = await fixture.PersonAsync();
        var sent = (await NowAsync(a)).AddMinutes(minutes);
        await a.StoreAsync(Update("x", sent));
        var stored = (string)(await a.As("b").PullAsync()).Ok().Only["fields"]!["title"]!["at"]!;
        Assert.Equal(clamped, stored != Text(sent));
    }

    [Fact]
    public async Task The_acknowledgement_reports_the_time_that_was_set_back()
    {
        var a = await fixture.PersonAsync();
        var future = Text((await NowAsync(a)).AddDays(1));
        var answer = await a.StoreAsync(
            Change.Update("t1", $$$"""{"title":{"value":"x","at":"{{{future}}}"}}""", $"\"eventId\":\"{EventId}\"") + "," + Change.Update("t2", "title", "\"x\"", 1));

        var change = (await a.As("b").PullAsync()).Ok().Changes[0]!;
        Assert.Equal((string)change["fields"]!["title"]!["at"]!, (string)answer.Acks![0]!["at"]!);
        JsonAssert.Same("""{"index":1,"status":"stored"}""", answer.Acks[1]);
    }

    [Fact]
    public async Task A_delete_from_the_future_is_set_back_in_value_and_time()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        var future = (await NowAsync(a)).AddDays(1);
        var answer = await a.StoreAsync($$"""{"table":"tasks","id":"t1","op":"delete","deletedAt":"{{Text(future)}}","eventId":"{{EventId}}"}""");

        var deletedAt = (string)(await a.As("b").PullAsync()).Ok().Changes[^1]!["deletedAt"]!;
        Assert.True(Instant(deletedAt) < future.AddHours(-1), deletedAt);
        Assert.Equal(deletedAt, (string)answer.Acks![0]!["at"]!);
        Assert.Equal($"\"{deletedAt}\"", await fixture.ValueAsync(a, "t1", "deletedAt"));
    }

    [Fact]
    public async Task Times_of_the_past_are_never_altered()
    {
        var a = await fixture.PersonAsync();
        foreach (var at in new[] { "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00+23:59", "1970-01-01T00:00:00Z" })
        {
            await a.StoreAsync(Change.Update(at, $$$"""{"v":{"value":1,"at":"{{{at}}}"}}"""));
            Assert.Equal(at, (string)(await a.As("b").PullAsync()).Ok().Changes[^1]!["fields"]!["v"]!["at"]!);
        }
    }

    [Fact]
    public async Task A_missing_time_is_the_time_of_receipt_in_milliseconds()
    {
        var a = await fixture.PersonAsync();
        var before = await NowAsync(a);
        await a.StoreAsync("""{"table":"tasks","id":"t1","op":"update","fields":{"v":{"value":1}}}""");
        var at = (string)(await a.As("b").PullAsync()).Ok().Only["fields"]!["v"]!["at"]!;
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", at);
        Assert.InRange(Instant(at), before.AddMilliseconds(-1), before.AddMinutes(1));
    }

    [Fact]
    public async Task Scenario_24_5_87_conflicts_are_reported_on_request()
    {
        var a = await fixture.PersonAsync();
        await a.As("b").StoreAsync(Change.Update("t1", "title", "\"new\"", 2));

        var answer = (await a.PushAsync(Change.Update("t1", "title", "\"old\"", 1), more: "\"reportConflicts\":true")).Ok();

        JsonAssert.Same($$"""
            [{"table":"tasks","id":"t1","field":"title","clientValue":"old","clientTimestamp":"{{Change.At(1)}}","serverValue":"new","serverTimestamp":"{{Change.At(2)}}"}]
            """, answer.Conflicts);
    }

    [Theory]
    [InlineData("\"reportConflicts\":false")]
    [InlineData("\"reportConflicts\":\"true\"")]
    [InlineData("\"reportConflicts\":null")]
    public async Task Scenario_24_5_87_conflicts_are_silent_otherwise(string member)
    {
        var a = await fixture.PersonAsync();
        await a.As("b").StoreAsync(Change.Update("t1", "title", "\"new\"", 2));
        Assert.Empty((await a.PushAsync(Change.Update("t1", "title", "\"old\"", 1), more: member)).Ok().Conflicts);
    }

    [Fact]
    public async Task A_won_tie_and_a_repetition_are_no_conflicts()
    {
        var a = await fixture.PersonAsync();
        await a.As("b").StoreAsync(Change.Update("t1", "title", "\"one\"", 2));
        var tie = Change.Update("t1", "title", "\"two\"", 2);
        Assert.Empty((await a.PushAsync(tie, more: "\"reportConflicts\":true")).Ok().Conflicts);
        Assert.Empty((await a.PushAsync(tie, more: "\"reportConflicts\":true")).Ok().Conflicts);
    }

    /// <summary>The server's clock, as it shows in the position of a row.</summary>
    async Task<DateTimeOffset> NowAsync(SyncClient person)
    {
        await person.As("clock", "clock").StoreAsync(Change.Insert("t"));
        return Instant((await person.As("other", "clock").PullAsync()).Ok().SyncedUntil);
    }

    static string Update(string title, DateTimeOffset at) => Change.Update("t1", $$$"""{"title":{"value":"{{{title}}}","at":"{{{Text(at)}}}"}}""");

    static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
