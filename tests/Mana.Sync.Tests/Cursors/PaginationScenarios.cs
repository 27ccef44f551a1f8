namespace Mana.Sync.Tests.Cursors;

/// <summary>sync.md 24.4 without the races (64–66): pages, and where the next one begins.</summary>
public sealed class PaginationScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Theory]
    [InlineData(CursorKind.Timestamp)]
    [InlineData(CursorKind.Opaque)]
    public async Task Scenario_24_4_60_fifteen_hundred_rows_are_two_pages(CursorKind kind)
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 1500);
        var b = a.As("b");

        var first = (await b.PullAsync()).Ok();
        Assert.Equal((1000, true), (first.Changes.Count, first.HasMore));
        var second = (await b.PullAfterAsync(first, kind)).Ok();

        Assert.Equal((500, false), (second.Changes.Count, second.HasMore));
        Assert.Null(second.Body["hasMore"]);
        Assert.Equal(Names(1500), first.Ids.Concat(second.Ids));
    }

    [Fact]
    public async Task Scenario_24_4_61_exactly_one_page_has_no_more()
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 1000);
        var answer = (await a.As("b").PullAsync()).Ok();
        Assert.Equal(1000, answer.Changes.Count);
        Assert.Null(answer.Body["hasMore"]);
        Assert.Empty((await a.As("b").PullAsync(since: answer.SyncedUntil)).Ok().Changes);
    }

    [Theory]
    [InlineData(CursorKind.Timestamp)]
    [InlineData(CursorKind.Opaque)]
    public async Task Scenario_24_4_62_rows_with_equal_times_are_not_lost_between_pages(CursorKind kind)
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 2500);
        Assert.Equal(Names(2500), await a.As("b").PullAllAsync(kind));
    }

    [Theory]
    [InlineData(CursorKind.Timestamp)]
    [InlineData(CursorKind.Opaque)]
    public async Task Scenario_24_4_63_six_thousand_pending_rows_come_with_empty_pushes(CursorKind kind)
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 6000);

        var first = (await a.As("b").PushAsync("")).Ok();
        Assert.True(first.HasMore);
        var received = first.Ids.ToList();
        for (var answer = first; answer.HasMore;)
        {
            answer = (await a.As("b").PushAfterAsync(answer, kind)).Ok();
            received.AddRange(answer.Ids);
        }

        Assert.Equal(Names(6000), received);
    }

    [Fact]
    public async Task Scenario_24_4_67_when_nothing_is_new_the_cursor_does_not_go_back()
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 3);
        var first = (await a.As("b").PullAsync()).Ok();
        var second = (await a.As("b").PullAsync(since: first.SyncedUntil)).Ok();
        Assert.Empty(second.Changes);
        Assert.True(string.CompareOrdinal(second.SyncedUntil, first.SyncedUntil) >= 0);
    }

    [Fact]
    public async Task Scenario_24_4_68_cursors_sort_as_strings()
    {
        var a = await fixture.PersonAsync();
        var previous = (await a.As("b").PullAsync()).Ok().SyncedUntil;
        for (var i = 0; i < 40; i++)
        {
            await a.StoreAsync(Change.Insert("t" + i));
            var next = (await a.As("b").PullAsync(since: previous, limit: 1)).Ok().SyncedUntil;
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", next);
            Assert.True(string.CompareOrdinal(next, previous) > 0, $"{next} after {previous}");
            previous = next;
        }
    }

    [Fact]
    public async Task Scenario_24_4_69_any_offset_names_the_same_instant()
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 2);
        var cut = DateTimeOffset.Parse((await a.As("b").PullAsync(limit: 1)).Ok().SyncedUntil, System.Globalization.CultureInfo.InvariantCulture);
        var utc = cut.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var berlin = cut.ToOffset(TimeSpan.FromHours(2)).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", System.Globalization.CultureInfo.InvariantCulture);

        foreach (var since in new[] { Uri.EscapeDataString(utc), Uri.EscapeDataString(berlin), berlin, berlin.ToLowerInvariant() })
            Assert.Equal(["t1"], (await a.As("b").GetAsync($"collection=tasks&since={since}")).Ok().Ids);
    }

    [Theory]
    [InlineData("since=1970-01-01T00:00:00.000Z")]
    [InlineData("collection=&since=1970-01-01T00:00:00.000Z")]
    [InlineData("collection=tasks")]
    [InlineData("collection=tasks&since=")]
    [InlineData("collection=tasks&since=&cursor=")]
    [InlineData("")]
    public async Task Scenario_24_4_70_collection_and_a_position_are_required(string query)
    {
        var answer = await (await fixture.PersonAsync()).GetAsync(query);
        answer.Refused(400, "missing_parameter");
        Assert.Equal("missing collection or since parameter", (string?)answer.Body["message"]);
    }

    [Fact]
    public async Task Scenario_24_4_71_an_unknown_collection_is_empty()
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 2);
        var answer = (await a.As("b").PullAsync("Tasks")).Ok();
        Assert.Empty(answer.Changes);
        Assert.NotEmpty(answer.SyncedUntil);
    }

    [Fact]
    public async Task Scenario_24_4_72_a_cursor_of_a_push_continues_in_a_pull_without_gap()
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 2);
        var pushed = (await a.As("b").PushAsync("")).Ok();
        await a.StoreAsync(Change.Insert("t2") + "," + Change.Insert("p1", table: "projects"));
        Assert.Equal(["t2"], (await a.As("b").PullAsync(cursor: pushed.Cursor)).Ok().Ids);
        Assert.Equal(["p1"], (await a.As("b").PullAsync("projects", cursor: pushed.Cursor)).Ok().Ids);
    }

    [Fact]
    public async Task Scenario_24_4_72_a_cursor_of_one_collection_serves_no_other()
    {
        var a = await fixture.PersonAsync();
        var tasks = (await a.PullAsync()).Ok().Cursor;
        (await a.PullAsync("projects", cursor: tasks)).Refused(400, "invalid_cursor");
        (await a.PostAsync($$"""{"cursor":"{{tasks}}","changes":[{{Change.Insert("t1")}}]}""")).Refused(400, "invalid_cursor");
        (await a.As("a", "calendar").PullAsync(cursor: tasks)).Refused(400, "invalid_cursor");
        Assert.Equal(0, await fixture.RowsAsync(a));
    }

    [Fact]
    public async Task Scenario_24_4_72_a_tampered_cursor_is_refused()
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 1);
        var cursor = (await a.PullAsync()).Ok().Cursor;
        foreach (var forged in new[] { cursor[..^1], cursor + "A", cursor[..8] + (cursor[8] == 'A' ? 'B' : 'A') + cursor[9..], "v2" + cursor[2..], "v1.", "x", cursor + "=" })
        {
            (await a.PullAsync(cursor: forged)).Refused(400, "invalid_cursor");
            (await a.PostAsync($$"""{"cursor":"{{forged}}","changes":[]}""")).Refused(400, "invalid_cursor");
        }
    }

    [Fact]
    public async Task A_cursor_wins_over_since()
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 2);
        var cut = (await a.As("b").PullAsync(limit: 1)).Ok().Cursor;
        Assert.Equal(["t1"], (await a.As("b").GetAsync($"collection=tasks&since={SyncClient.Epoch}&cursor={cut}")).Ok().Ids);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("", 5)]
    [InlineData("3", 3)]
    [InlineData("100000", 5)]
    public async Task The_page_size_stays_between_1_and_1000(string limit, int rows)
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 5);
        Assert.Equal(rows, (await a.As("b").GetAsync($"collection=tasks&since={SyncClient.Epoch}&limit={limit}")).Ok().Changes.Count);
    }

    [Theory]
    [InlineData("many")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    public async Task A_page_size_that_is_no_number_from_1_is_refused(string limit) =>
        (await (await fixture.PersonAsync()).GetAsync($"collection=tasks&since={SyncClient.Epoch}&limit={limit}")).Refused(400, "invalid_parameter");

    [Fact]
    public async Task A_since_of_the_future_is_brought_back_to_the_newest_position()
    {
        var a = await fixture.PersonAsync();
        await FillAsync(a, 1);
        var newest = (await a.As("b").PullAsync()).Ok().SyncedUntil;
        foreach (var future in new[] { "2999-01-01T00:00:00Z", "9999-12-31T23:59:59.999999-23:59" })
        {
            var answer = (await a.As("b").PullAsync(since: future)).Ok();
            Assert.Empty(answer.Changes);
            Assert.Equal(newest, answer.SyncedUntil);
        }

        await a.StoreAsync(Change.Insert("later"));
        Assert.Equal(["later"], (await a.As("b").PullAsync(since: newest)).Ok().Ids);
    }

    /// <summary>Rows t0, t1, …, all with the same field times.</summary>
    static async Task FillAsync(SyncClient device, int count)
    {
        foreach (var batch in Names(count).Chunk(1000))
            await device.StoreAsync(string.Join(',', batch.Select(id => Change.Insert(id))));
    }

    static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(i => $"t{i}");
}
