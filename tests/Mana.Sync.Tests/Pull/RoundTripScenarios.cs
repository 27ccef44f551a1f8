using System.Text.Json.Nodes;

namespace Mana.Sync.Tests.Pull;

/// <summary>sync.md 24.3, 37–51: what goes in on one device comes out on another.</summary>
public sealed class RoundTripScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task Scenario_24_3_37_an_insert_arrives_as_it_was_pushed()
    {
        const string Data = """{"id":"t1","title":"Milk","tags":["a",{"b":null}],"createdAt":"2026-01-01T00:00:00.000Z","spaceId":null}""";
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", Data));

        var change = (await a.As("b").PullAsync()).Ok().Only;

        Assert.Equal(("insert", "t1", "tasks", 1), ((string)change["op"]!, (string)change["id"]!, (string)change["table"]!, (int)change["schemaVersion"]!));
        Assert.True(Guid.TryParseExact((string)change["eventId"]!, "D", out _));
        JsonAssert.Same(Data, change["data"]);
        JsonAssert.Same(
            """{"title":"2026-01-01T00:00:00.000Z","tags":"2026-01-01T00:00:00.000Z","createdAt":"2026-01-01T00:00:00.000Z","spaceId":"2026-01-01T00:00:00.000Z"}""",
            change["fieldMeta"]);
        Assert.Equal(["eventId", "schemaVersion", "table", "id", "op", "data", "fieldMeta"], change.Select(member => member.Key));
    }

    [Fact]
    public async Task Scenario_24_3_38_own_rows_are_left_out_behind_a_non_initial_cursor()
    {
        var a = await fixture.PersonAsync();
        await a.As("b").StoreAsync(Change.Insert("t0"));
        var before = (await a.PullAsync()).Ok();
        await a.StoreAsync(Change.Insert("t1"));
        await a.As("b").StoreAsync(Change.Insert("t2"));

        Assert.Equal(["t2"], (await a.PullAsync(since: before.SyncedUntil)).Ok().Ids);
        Assert.Equal(["t2"], (await a.PullAsync(cursor: before.Cursor)).Ok().Ids);
        Assert.Equal(["t1"], (await a.As("b").PullAsync(since: before.SyncedUntil)).Ok().Ids);
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00.000Z")]
    [InlineData("yesterday")]
    [InlineData("1970-01-01T01:00:00+01:00")]
    [InlineData("1901-01-01T00:00:00Z")]
    public async Task Scenario_24_3_39_an_initial_read_brings_own_rows_back(string since)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        Assert.Equal(["t1"], (await a.PullAsync(since: since)).Ok().Ids);
        Assert.Equal(["t1"], (await a.PushAsync("", since)).Ok().Ids);
    }

    [Fact]
    public async Task Scenario_24_3_40_without_client_id_own_rows_are_contained()
    {
        var a = await fixture.PersonAsync();
        await a.As("b").StoreAsync(Change.Insert("t0"));
        var before = (await a.PullAsync()).Ok().SyncedUntil;
        await a.StoreAsync(Change.Insert("t1"));
        await a.As("").StoreAsync(Change.Insert("t2"));
        Assert.Equal(["t1", "t2"], (await a.As("").PullAsync(since: before)).Ok().Ids);
        Assert.Equal(["t1", "t2"], (await a.As("b").PullAsync(since: before)).Ok().Ids);
    }

    [Fact]
    public async Task Scenario_24_3_41_an_update_arrives_with_exactly_its_fields()
    {
        const string Fields = """{"title":{"value":"Bread","at":"2026-01-01T00:00:07.1Z"},"completed":{"value":true,"at":"2026-01-01T01:00:08+01:00"}}""";
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        var before = (await a.PullAsync()).Ok().SyncedUntil;
        await a.StoreAsync(Change.Update("t1", Fields));

        var change = (await a.As("b").PullAsync(since: before)).Ok().Only;

        Assert.Equal("update", (string)change["op"]!);
        JsonAssert.Same(Fields, change["fields"]);
        Assert.False(change.ContainsKey("data"));
    }

    public static TheoryData<string> Values() =>
    [
        "null", "false", "true", "0", "-0", "\"\"", "[]", "{}", "[1,[2,[3,null]],{\"a\":{\"b\":[]}}]", "\"👩‍👩‍👧 \\u00e9 ß \\\" \\\\ \\/ \\n \\t \u2028 \u007f\"",
        "\"enc:1:aGVsbG8=.d29ybGQ=\"", "\"  untrimmed  \"", "\"<b>&amp;</b>\"", "9007199254740993", "-9223372036854775809", "1.10", "1E400", "1e-400",
        "0.1000000000000000055511151231257827", "123456789012345678901234567890.123456789", "\"" + new string('x', 1024 * 1024) + "\"",
    ];

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public async Task Scenario_24_3_42_and_43_a_value_arrives_in_the_very_characters_it_was_sent(string value)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("updated", "v", value, 1) + "," + Change.InsertData("inserted", $$"""{"id":"inserted","v":{{value}}}"""));

        var answer = (await a.As("b").PullAsync()).Ok();

        Assert.Equal(2, answer.Changes.Count);
        Assert.Contains($$"""{"v":{"value":{{value}},"at":"{{Change.At(1)}}"}""", answer.Text, StringComparison.Ordinal);
        Assert.Contains($$"""{"id":"inserted","v":{{value}}}""", answer.Text, StringComparison.Ordinal);
        Assert.Equal(value, await fixture.ValueAsync(a, "updated", "v"));
        Assert.Equal(value, await fixture.ValueAsync(a, "inserted", "v"));
    }

    [Theory]
    [InlineData("interview.answeredIds")]
    [InlineData("a \"quoted\" \\ name")]
    [InlineData("Ünïcödé 🦄")]
    [InlineData("")]
    [InlineData("value")]
    [InlineData("__proto__")]
    public async Task Scenario_24_3_44_field_names_are_opaque(string name)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("t1", $$$"""{{{{SyncClient.Quote(name)}}}:{"value":1,"at":"{{{Change.At(1)}}}"}}"""));
        Assert.Equal([name], (await a.As("b").PullAsync()).Ok().Only["fields"]!.AsObject().Select(field => field.Key));
        Assert.Equal("1", await fixture.ValueAsync(a, "t1", name));
    }

    [Fact]
    public async Task Scenario_24_3_45_a_soft_delete_arrives_with_its_time_only()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        var before = (await a.PullAsync()).Ok().SyncedUntil;
        await a.StoreAsync(Change.Delete("t1", 5));

        var change = (await a.As("b").PullAsync(since: before)).Ok().Only;

        Assert.Equal(["eventId", "schemaVersion", "table", "id", "op", "deletedAt"], change.Select(member => member.Key));
        Assert.Equal(("delete", Change.At(5)), ((string)change["op"]!, (string)change["deletedAt"]!));
        Assert.True((await fixture.StateAsync(a, "t1"))!.IsDeleted);
    }

    [Fact]
    public async Task Scenario_24_3_46_a_bare_delete_arrives_without_time()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        var before = (await a.PullAsync()).Ok().SyncedUntil;
        await a.StoreAsync(Change.Delete("t1"));

        var change = (await a.As("b").PullAsync(since: before)).Ok().Only;

        Assert.Equal(["eventId", "schemaVersion", "table", "id", "op"], change.Select(member => member.Key));
        Assert.True((await fixture.StateAsync(a, "t1"))!.IsErased);
    }

    [Theory]
    [InlineData(5.0)]
    [InlineData(null)]
    public async Task Scenario_24_3_47_edits_that_travel_with_a_delete_are_not_lost(double? deletedAt)
    {
        const string Note = """{"note":{"value":"bye","at":"2026-01-01T00:00:04.000Z"}}""";
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        var before = (await a.PullAsync()).Ok().SyncedUntil;
        await a.StoreAsync(Change.Delete("t1", deletedAt, "\"fields\":" + Note));

        var changes = (await a.As("b").PullAsync(since: before)).Ok().Changes;

        Assert.Equal(["update", "delete"], changes.Select(change => (string)change!["op"]!));
        JsonAssert.Same(Note, changes[0]!["fields"]);
        Assert.Equal(deletedAt is null ? null : Change.At(5), (string?)changes[1]!["deletedAt"]);
    }

    [Fact]
    public async Task Scenario_24_3_48_an_update_by_data_arrives_as_fields()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync("""{"table":"tasks","id":"t1","op":"update","data":{"id":"t1","title":"Bread","done":false}}""");
        var fields = (await a.As("b").PullAsync()).Ok().Only["fields"]!.AsObject();
        Assert.Equal(["title", "done"], fields.Select(field => field.Key));
        Assert.Equal("Bread", (string?)fields["title"]!["value"]);
    }

    [Fact]
    public async Task Scenario_24_3_49_updatedAt_is_the_old_name_of_at()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("t1", """{"title":{"value":"x","updatedAt":"2026-01-01T00:00:03.000Z"}}"""));
        Assert.Equal(Change.At(3), (string?)(await a.As("b").PullAsync()).Ok().Only["fields"]!["title"]!["at"]);
    }

    [Theory]
    [InlineData("""{"kind":"ai","principalId":"p","unknown":{"x":[1,2.50,null]},"displayName":"<Ü>"}""")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    public async Task Scenario_24_3_50_an_actor_is_opaque(string actor)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", "{}", more: $"\"actor\":{actor}"));
        JsonAssert.Same(actor, (await a.As("b").PullAsync()).Ok().Only["actor"]);
    }

    [Theory]
    [InlineData("\"actor\":null,\"origin\":null,\"spaceId\":null,\"eventId\":null,\"deletedAt\":null,\"fields\":null,\"fieldMeta\":null,\"schemaVersion\":null")]
    [InlineData("\"origin\":\"\",\"spaceId\":\"\",\"eventId\":\"not-a-uuid\"")]
    [InlineData("\"spaceId\":7,\"eventId\":{}")]
    public async Task Scenario_24_3_50_51_and_59_what_is_absent_or_null_is_not_sent(string members)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", """{"id":"t1"}""", more: members));
        var change = (await a.As("b").PullAsync()).Ok().Only;
        Assert.Equal(["eventId", "schemaVersion", "table", "id", "op", "data"], change.Select(member => member.Key));
        Assert.DoesNotContain(change, member => member.Value is null);
        Assert.Equal(JsonValueKindOf(change["eventId"]), System.Text.Json.JsonValueKind.String);
    }

    [Fact]
    public async Task Scenario_24_3_51_the_origin_arrives()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", "{}", more: "\"origin\":\"agent\""));
        Assert.Equal("agent", (string?)(await a.As("b").PullAsync()).Ok().Only["origin"]);
    }

    static System.Text.Json.JsonValueKind? JsonValueKindOf(JsonNode? node) => node?.GetValueKind();
}
