using System.Globalization;
using System.Text.Json.Nodes;

namespace Mana.Sync.Tests.Pull;

/// <summary>sync.md 24.3, 52–59: identity of changes, and who gets to see them.</summary>
public sealed class DeliveryScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const string EventId = "0E984725-C51C-4BF4-9960-E1C80E27ABA0";

    [Theory]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","spaceId":"_personal:guest","data":{"spaceId":"_personal:ME"}}""", "_personal:guest")]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","data":{"spaceId":"_personal:ME"}}""", "_personal:ME")]
    [InlineData("""{"table":"tasks","id":"t1","op":"update","fields":{"spaceId":{"value":"_personal:guest"}}}""", "_personal:guest")]
    [InlineData("""{"table":"tasks","id":"t1","op":"update","spaceId":"_personal:ME","fields":{"spaceId":{"value":"_personal:guest"}}}""", "_personal:ME")]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","spaceId":5,"data":{"spaceId":5}}""", null)]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","spaceId":"","data":{"spaceId":""}}""", null)]
    public async Task Scenario_24_3_52_the_space_is_top_level_then_data_then_field(string change, string? expected)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(change.Replace("ME", a.UserId, StringComparison.Ordinal));
        Assert.Equal(expected?.Replace("ME", a.UserId, StringComparison.Ordinal), (string?)(await a.As("b").PullAsync()).Ok().Only["spaceId"]);
    }

    [Theory]
    [InlineData("org-1")]
    [InlineData("_personal:somebody-else")]
    [InlineData("_personal:")]
    [InlineData("_Personal:guest")]
    public async Task Scenario_24_6_89_and_95_a_space_one_is_no_member_of_is_forbidden(string space)
    {
        var a = await fixture.PersonAsync();
        var answer = await a.PushAsync(Change.Insert("t0") + "," + Change.InsertData("t1", "{}", more: $"\"spaceId\":\"{space}\""));
        answer.Refused(403, "space_forbidden", 1);
        Assert.Equal(0, await fixture.RowsAsync(a));
    }

    [Fact]
    public async Task Scenario_24_3_53_an_event_id_is_kept()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", "{}", more: $"\"eventId\":\"{EventId}\""));
        Assert.Equal(EventId.ToLowerInvariant(), (string?)(await a.As("b").PullAsync()).Ok().Only["eventId"]);
    }

    [Fact]
    public async Task Scenario_24_3_54_the_same_request_twice_is_stored_once_and_acknowledged_twice()
    {
        var a = await fixture.PersonAsync();
        var change = Change.InsertData("t1", """{"title":"Milk"}""", more: $"\"eventId\":\"{EventId}\"");

        var first = await a.StoreAsync(change);
        var second = await a.StoreAsync(change.Replace(EventId, EventId.ToLowerInvariant(), StringComparison.Ordinal));

        JsonAssert.Same($$"""[{"index":0,"eventId":"{{EventId.ToLowerInvariant()}}","status":"stored"}]""", first.Acks);
        JsonAssert.Same($$"""[{"index":0,"eventId":"{{EventId.ToLowerInvariant()}}","status":"duplicate"}]""", second.Acks);
        Assert.Equal(1, await fixture.RowsAsync(a));
        Assert.Single((await a.As("b").PullAsync()).Ok().Changes);
    }

    [Fact]
    public async Task Scenario_24_3_54_two_people_may_use_the_same_event_id()
    {
        var change = Change.InsertData("t1", "{}", more: $"\"eventId\":\"{EventId}\"");
        foreach (var person in new[] { await fixture.PersonAsync(), await fixture.PersonAsync() })
        {
            Assert.Equal("stored", (string?)(await person.StoreAsync(change)).Acks![0]!["status"]);
            Assert.Equal(1, await fixture.RowsAsync(person));
        }
    }

    [Fact]
    public async Task Scenario_24_3_55_the_same_update_without_event_id_twice_is_delivered_once()
    {
        var a = await fixture.PersonAsync();
        var change = Change.Update("t1", "title", "\"Milk\"", 1);
        Assert.Null((await a.StoreAsync(change)).Acks);
        await a.StoreAsync(change);
        await a.StoreAsync(change + "," + change);
        Assert.Equal(1, await fixture.RowsAsync(a));
        Assert.Single((await a.As("b").PullAsync()).Ok().Changes);
    }

    [Fact]
    public async Task Scenario_24_3_56_a_push_answers_with_all_collections_of_its_app_and_no_other()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Insert("p1", table: "projects"));
        await a.As("a", "calendar").StoreAsync(Change.Insert("e1", table: "events"));

        var answer = await a.As("b").StoreAsync(Change.Insert("t2"));

        Assert.Equal([("tasks", "t1"), ("projects", "p1")], answer.Changes.Select(change => ((string)change!["table"]!, (string)change["id"]!)));
    }

    [Fact]
    public async Task Scenario_24_3_57_nobody_sees_what_another_person_wrote()
    {
        var u1 = await fixture.PersonAsync();
        var u2 = await fixture.PersonAsync();
        await u1.StoreAsync(Change.Insert("t1"));
        Assert.Empty((await u2.PullAsync()).Ok().Changes);
        Assert.Empty((await u2.PushAsync("")).Ok().Changes);
        Assert.Empty((await u2.As("a").StoreAsync(Change.Update("t1", "title", "\"mine\"", 9))).Changes);
        Assert.Equal("\"Milk\"", await fixture.ValueAsync(u1, "t1", "title"));
    }

    [Fact]
    public async Task Scenario_24_3_58_pull_and_push_deliver_identical_changes()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(string.Join(',', Change.Insert("t1"), Change.Update("t2", "n", "1.50", 1), Change.Delete("t3", 2), Change.Delete("t4"),
            Change.InsertData("t5", """{"x":[1, 2]}""", more: "\"actor\":{\"kind\":\"user\"},\"origin\":\"user\",\"spaceId\":\"_personal:guest\"")));
        var pulled = (await a.As("b").PullAsync()).Ok();
        var pushed = (await a.As("b").PushAsync("")).Ok();
        Assert.Equal(5, pulled.Changes.Count);
        Assert.Equal(pulled.Changes.ToJsonString(), pushed.Changes.ToJsonString());
    }

    [Fact]
    public async Task Scenario_24_3_59_no_optional_key_is_ever_null()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(string.Join(',', """{"table":"tasks","id":"n1","op":"insert"}""", Change.InsertData("n2", "null"), Change.Delete("n3"), Change.Delete("n4", 1),
            """{"table":"tasks","id":"n5","op":"update","fields":{"gone":{"at":"2026-01-01T00:00:00Z"}},"actor":null}"""));
        var changes = (await a.As("b").PullAsync()).Ok().Changes;
        Assert.Equal(["n1", "n2", "n3", "n4", "n5"], changes.Select(change => (string)change!["id"]!));
        Assert.All(changes, change => Assert.DoesNotContain(change!.AsObject(), member => member.Value is null));
        // A field is there even when its value is null: that is what "undefined" turns into on the way.
        JsonAssert.Same("""{"gone":{"value":null,"at":"2026-01-01T00:00:00Z"}}""", changes[4]!["fields"]);
    }

    [Fact]
    public async Task A_push_never_answers_with_itself_not_even_on_an_initial_read()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("old"));
        Assert.Equal(["old"], (await a.StoreAsync(Change.Insert("new") + "," + Change.Delete("new2", 1))).Ids);
    }

    [Fact]
    public async Task Changes_arrive_in_the_order_in_which_they_were_accepted()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Many(30, i => Change.Insert("r" + ((i * 7) % 30).ToString(CultureInfo.InvariantCulture), at: 30 - i)));
        await a.As("c").StoreAsync(Change.Insert("last"));
        var ids = (await a.As("b").PullAsync()).Ok().Ids.ToList();
        Assert.Equal([.. Enumerable.Range(0, 30).Select(i => "r" + ((i * 7) % 30).ToString(CultureInfo.InvariantCulture)), "last"], ids);
    }

    [Theory]
    [InlineData("a \"b\" \\c/ d?e#f&g=h+i%20")]
    [InlineData("🦄 Ünïcödé 漢字")]
    [InlineData("'; DROP TABLE sync.changes; --")]
    [InlineData("line\nbreak\ttab\u001f")]
    [InlineData(" ")]
    public async Task Names_and_ids_are_opaque_text(string name)
    {
        // A slash cannot be part of a path segment, so it cannot name an app.
        var a = (await fixture.PersonAsync()).As("a", name.Replace("/", "", StringComparison.Ordinal));
        var quoted = SyncClient.Quote(name);
        await a.StoreAsync($$$"""{"table":{{{quoted}}},"id":{{{quoted}}},"op":"insert","data":{"v":{{{quoted}}}}}""");
        var answer = (await a.As("b").PullAsync(name)).Ok();
        Assert.Equal((name, name, name), ((string)answer.Only["table"]!, (string)answer.Only["id"]!, (string)answer.Only["data"]!["v"]!));
        Assert.Equal(1, await fixture.RowsAsync(a));
        Assert.Empty((await a.As("b").PullAsync(name, cursor: answer.Cursor)).Ok().Changes);
        Assert.IsType<JsonObject>((await a.As("b").PullAsync(name, limit: 1)).Ok().Only);
    }
}
