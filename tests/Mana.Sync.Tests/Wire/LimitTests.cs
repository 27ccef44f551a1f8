using System.Globalization;
using System.Text;

namespace Mana.Sync.Tests.Wire;

/// <summary>sync.md 6.2, the limits, and 2.11/2.12: what cannot be stored or read is refused with its position; nothing is stored.</summary>
public sealed class LimitTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    public static TheoryData<string, string> AtTheLimitAndBeyond() => new()
    {
        { Raw(table: Text(128)), Raw(table: Text(129)) },
        { Raw(id: Text(512)), Raw(id: Text(513)) },
        { Change.Update("x", Field(Text(256), "1")), Change.Update("x", Field(Text(257), "1")) },
        { Data($$"""{"{{Text(256)}}":1}"""), Data($$"""{"{{Text(257)}}":1}""") },
        { Change.Update("x", Fields(2000)), Change.Update("x", Fields(2001)) },
        { Raw($"\"actor\":\"{Text(8 * 1024 - 2)}\""), Raw($"\"actor\":\"{Text(8 * 1024 - 1)}\"") },
        { Raw($"\"origin\":\"{Text(64)}\""), Raw($"\"origin\":\"{Text(65)}\"") },
        // Changeset, list, change, fields, field: five of the 64 levels are taken; in data it is four.
        { Change.Update("x", Field("f", Nested(59))), Change.Update("x", Field("f", Nested(60))) },
        { Data($$"""{"f":{{Nested(60)}}}"""), Data($$"""{"f":{{Nested(61)}}}""") },
    };

    [Theory]
    [MemberData(nameof(AtTheLimitAndBeyond), DisableDiscoveryEnumeration = true)]
    public async Task A_limit_is_reached_exactly(string allowed, string refused)
    {
        var person = await fixture.PersonAsync();
        var answer = await person.PushAsync(Change.Insert("before") + "," + refused);
        Assert.Equal((400, "limit_exceeded"), ((int)answer.Status, answer.Error));
        Assert.Equal(0, await fixture.RowsAsync(person));

        await person.StoreAsync(Change.Insert("before") + "," + allowed);
        Assert.Equal(2, await fixture.RowsAsync(person));
        Assert.Equal(2, (await person.As("b").PushAsync("")).Ok().Changes.Count);
    }

    [Fact]
    public async Task App_and_client_names_end_at_128()
    {
        var person = await fixture.PersonAsync();
        await person.As(Text(128), Text(128)).StoreAsync(Change.Insert("t1"));
        (await person.As("a", Text(129)).PushAsync("")).Refused(400, "limit_exceeded");
        (await person.As(Text(129)).PushAsync("")).Refused(400, "limit_exceeded");
        (await person.As("a", Text(129)).PullAsync()).Refused(400, "limit_exceeded");
        (await person.As(Text(129)).PullAsync()).Refused(400, "limit_exceeded");
        (await person.PullAsync(Text(129))).Refused(400, "limit_exceeded");
        (await person.As("").PostAsync($$"""{"clientId":"{{Text(129)}}","changes":[]}""")).Refused(400, "limit_exceeded");
    }

    [Theory]
    [InlineData("""{"table":"ta\u0000sks","id":"t1","op":"insert","data":{}}""")]
    [InlineData("""{"table":"tasks","id":"t\u0000","op":"insert","data":{}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","data":{"title":"\u0000"}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","data":{"deep":[{"x":["a\\\u0000"]}]}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","data":{"na\u0000me":1}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"update","fields":{"title":{"value":"x\u0000"}}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"update","fields":{"ti\u0000tle":{"value":"x"}}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"update","fields":{"title":{"value":{"\u0000":1}}}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","data":{},"actor":{"kind":"\u0000"}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","data":{},"origin":"\u0000"}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","data":{},"spaceId":"\u0000"}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"update","data":{"a":1},"fieldMeta":{"\u0000":"2026-01-01T00:00:00Z"}}""")]
    public async Task Scenario_24_2_30_the_character_nul_is_refused_with_its_index(string change)
    {
        var person = await fixture.PersonAsync();
        (await person.PushAsync(Change.Insert("t0") + "," + change)).Refused(400, "unsupported_character", 1);
        Assert.Equal(0, await fixture.RowsAsync(person));
    }

    [Fact]
    public async Task Scenario_24_2_30_an_escaped_backslash_before_u0000_is_no_nul()
    {
        var person = await fixture.PersonAsync();
        await person.StoreAsync("""{"table":"tasks","id":"t1","op":"insert","data":{"path":"C:\\u0000"}}""");
        Assert.Equal("C:\\u0000", (string?)(await person.As("b").PullAsync()).Only["data"]!["path"]);
    }

    [Fact]
    public async Task Scenario_24_2_30_a_nul_outside_the_changes_has_no_index()
    {
        var person = await fixture.PersonAsync();
        (await person.As("").PostAsync("""{"clientId":"a\u0000","changes":[]}""")).Refused(400, "unsupported_character");
        (await person.GetAsync("collection=a%00b&since=" + SyncClient.Epoch)).Refused(400, "unsupported_character");
    }

    [Fact]
    public async Task Half_a_surrogate_pair_in_a_name_or_id_is_refused_and_in_a_value_kept()
    {
        var person = await fixture.PersonAsync();
        (await person.PushAsync("""{"table":"tasks","id":"\ud800","op":"insert","data":{}}""")).Refused(400, "invalid_json");
        (await person.PushAsync("""{"table":"tasks","id":"t1","op":"update","fields":{"\udc00":{"value":1}}}""")).Refused(400, "invalid_json");
        Assert.Equal(0, await fixture.RowsAsync(person));

        await person.StoreAsync("""{"table":"tasks","id":"t1","op":"insert","data":{"text":"a\ud800b"}}""");
        Assert.Contains("\"a\\ud800b\"", (await person.As("b").PullAsync()).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"table":"tasks","id":"t1","op":"insert","data":{"spaceId":"\ud800"}}""")]
    [InlineData("""{"table":"tasks","id":"t1","op":"update","fields":{"spaceId":{"value":"\udc00x"}}}""")]
    public async Task Half_a_surrogate_pair_names_no_space(string change)
    {
        var person = await fixture.PersonAsync();
        (await person.PushAsync(Change.Insert("t0") + "," + change)).Refused(403, "space_forbidden", 1);
        Assert.Equal(0, await fixture.RowsAsync(person));
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc3 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xc0, 0x80 })]
    public async Task Bytes_that_are_no_utf8_are_refused(byte[] bad)
    {
        var person = await fixture.PersonAsync();
        byte[] body =
        [
            .. """{"changes":[{"table":"tasks","id":"t1","op":"insert","data":{"title":" """u8, .. bad, .. "\"}}]}"u8,
        ];
        (await person.PostAsync(body)).Refused(400, "invalid_json");
        Assert.Equal(0, await fixture.RowsAsync(person));
    }

    [Theory]
    [InlineData("""{"fields":{"title":{"value":1,"at":"soon"}}}""")]
    [InlineData("""{"fields":{"title":{"value":1,"at":7}}}""")]
    [InlineData("""{"fields":{"title":{"value":1,"at":""}}}""")]
    [InlineData("""{"fields":{"title":{"value":1,"updatedAt":"2026-02-30T00:00:00Z"}}}""")]
    [InlineData("""{"data":{"title":1},"fieldMeta":{"title":"soon"}}""")]
    [InlineData("""{"data":{"title":1},"fieldMeta":{"title":{"at":"soon"}}}""")]
    [InlineData("""{"data":{"title":1},"fieldMeta":{"title":5}}""")]
    [InlineData("""{"deletedAt":"2026-01-01"}""")]
    [InlineData("""{"deletedAt":17}""")]
    public async Task Times_that_cannot_be_read_are_refused_with_their_index(string members)
    {
        var person = await fixture.PersonAsync();
        (await person.PushAsync(Change.Insert("t0") + "," + Raw(members[1..^1]))).Refused(400, "invalid_timestamp", 1);
        Assert.Equal(0, await fixture.RowsAsync(person));
    }

    static string Text(int length) => new('x', length);

    static string Nested(int levels) => new StringBuilder().Append('[', levels).Append(']', levels).ToString();

    static string Field(string name, string value) => "{\"" + name + "\":{\"value\":" + value + "}}";

    static string Fields(int count) => "{" + Change.Many(count, i => string.Create(CultureInfo.InvariantCulture, $$"""
        "f{{i}}":{"value":1}
        """)) + "}";

    static string Data(string data) => Change.InsertData("x", data);

    static string Raw(string? more = null, string table = "tasks", string id = "x") =>
        $$"""{"table":"{{table}}","id":"{{id}}","op":"insert"{{(more is null ? "" : "," + more)}}}""";
}
