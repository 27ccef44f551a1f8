namespace Mana.Sync.Tests.Push;

/// <summary>sync.md 2.7: what counts as the same change, and what does not.</summary>
public sealed class RepetitionTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const string EventId = "0e984725-c51c-4bf4-9960-e1c80e27aba0";

    [Theory]
    [InlineData("a", "tasks", "t1", "title", "\"x\"", 1.0, 1)]
    [InlineData("b", "tasks", "t1", "title", "\"x\"", 1.0, 2)]
    [InlineData("a", "tasks", "t1", "title", "\"y\"", 1.0, 2)]
    [InlineData("a", "tasks", "t1", "title", "\"x\"", 1.001, 2)]
    [InlineData("a", "tasks", "t1", "titles", "\"x\"", 1.0, 2)]
    [InlineData("a", "tasks", "t11", "title", "\"x\"", 1.0, 2)]
    [InlineData("a", "task", "t1", "title", "\"x\"", 1.0, 2)]
    public async Task An_update_with_times_is_known_by_all_it_says(string device, string table, string id, string field, string value, double at, int rows)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("t1", "title", "\"x\"", 1));
        await a.StoreAsync(Change.Insert("between"));
        await a.As(device).StoreAsync(Change.Update(id, field, value, at).Replace("\"tasks\"", $"\"{table}\"", StringComparison.Ordinal));
        Assert.Equal(rows + 1, await fixture.RowsAsync(a));
    }

    [Fact]
    public async Task The_order_of_fields_does_not_matter()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("t1", """{"a":{"value":1,"at":"2026-01-01T00:00:00Z"},"b":{"value":2,"at":"2026-01-01T00:00:00Z"}}"""));
        await a.StoreAsync(Change.Update("t1", """{"b":{"at":"2026-01-01T00:00:00Z","value":2},"a":{"value":1,"at":"2026-01-01T00:00:00Z"}}"""));
        Assert.Equal(1, await fixture.RowsAsync(a));
    }

    [Fact]
    public async Task A_soft_delete_is_known_by_its_time()
    {
        var a = await fixture.PersonAsync();
        foreach (var at in new[] { 1.0, 1.0, 2.0, 1.0 })
            await a.StoreAsync(Change.Delete("t1", at));
        Assert.Equal(2, await fixture.RowsAsync(a));
    }

    /// <summary>Without times the same text may be a new wish; only directly behind itself it is a repetition.</summary>
    [Theory]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","data":{"id":"t1","title":"x"}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"update","fields":{"title":{"value":"x"}}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"delete"}""")]
    public async Task A_change_without_times_is_compared_with_the_newest_row_of_its_record_only(string change)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(change);
        await a.StoreAsync(Change.Insert("other"));
        await a.StoreAsync(change + "," + change);
        Assert.Equal(2, await fixture.RowsAsync(a));

        await a.As("b").StoreAsync(Change.Update("t1", "title", "\"between\"", 1));
        await a.StoreAsync(change);
        Assert.Equal(4, await fixture.RowsAsync(a));
    }

    [Fact]
    public async Task A_delete_with_edits_is_two_rows_and_one_acknowledgement()
    {
        var a = await fixture.PersonAsync();
        var change = Change.Delete("t1", 2, $$$""" "eventId":"{{{EventId}}}","fields":{"note":{"value":"bye","at":"{{{Change.At(1)}}}"}} """);

        var first = await a.StoreAsync(change);
        var second = await a.StoreAsync(change);

        JsonAssert.Same($$"""[{"index":0,"eventId":"{{EventId}}","status":"stored"}]""", first.Acks);
        JsonAssert.Same($$"""[{"index":0,"eventId":"{{EventId}}","status":"duplicate"}]""", second.Acks);
        Assert.Equal(2, await fixture.RowsAsync(a));
        var rows = (await a.As("b").PullAsync()).Ok().Changes;
        Assert.Equal((EventId, false), ((string)rows[1]!["eventId"]!, (string)rows[0]!["eventId"]! == EventId));
    }

    [Fact]
    public async Task A_batch_that_is_partly_known_stores_the_rest()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("t1", "v", "1", 1));
        await a.StoreAsync(Change.Update("t1", "v", "1", 1) + "," + Change.Update("t2", "v", "1", 1) + "," + Change.Update("t1", "v", "2", 2));
        Assert.Equal(3, await fixture.RowsAsync(a));
        Assert.Equal(("2", "1"), (await fixture.ValueAsync(a, "t1", "v"), await fixture.ValueAsync(a, "t2", "v")));
    }

    [Fact]
    public async Task A_repetition_reports_the_clamped_time_again()
    {
        var a = await fixture.PersonAsync();
        var change = Change.Update("t1", """{"v":{"value":1,"at":"2999-01-01T00:00:00Z"}}""", $"\"eventId\":\"{EventId}\"");
        var first = (string)(await a.StoreAsync(change)).Acks![0]!["at"]!;
        Assert.Equal(first, (string)(await a.StoreAsync(change)).Acks![0]!["at"]!);
    }

    [Fact]
    public async Task Two_requests_at_once_with_the_same_event_id_store_one_row()
    {
        var a = await fixture.PersonAsync();
        var change = Change.InsertData("t1", "{}", more: $"\"eventId\":\"{EventId}\"");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => a.As("d" + i).PushAsync(change)));
        Assert.Equal(["duplicate", "stored"], answers.Select(answer => (string)answer.Ok().Acks![0]!["status"]!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(1, await fixture.RowsAsync(a));
    }
}
