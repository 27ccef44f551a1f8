using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Mana.Sync.Tests.Wire;

/// <summary>sync.md 24.2 without 34: what a push may look like. A refused push leaves no row behind.</summary>
public sealed class PushValidationScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task Scenario_24_2_21_an_empty_changeset_is_a_pull_of_the_whole_app()
    {
        var person = await fixture.PersonAsync();
        var answer = (await person.PostAsync($$"""{"clientId":"a","since":"{{SyncClient.Epoch}}","changes":[]}""")).Ok();
        Assert.Empty(answer.Changes);
        Assert.Empty(answer.Conflicts);
        Assert.NotEmpty(answer.SyncedUntil);
        Assert.Equal("application/json", answer.Message.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"clientId":"a","since":"1970-01-01T00:00:00.000Z"}""")]
    [InlineData("""{"clientId":null,"since":null,"cursor":null,"schemaVersion":null,"changes":null}""")]
    public async Task Scenario_24_2_22_missing_and_null_changes_are_no_changes(string body)
    {
        var person = await fixture.PersonAsync();
        await person.As("b").StoreAsync(Insert("t1"));
        Assert.Equal(["t1"], (await person.PostAsync(body)).Ok().Ids);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("""{"changes":[}""")]
    [InlineData("""{"changes":[]""")]
    [InlineData("""{"changes":[{"table":"tasks","id":"t1","op":"insert","data":{"id":"t1"}}]""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("""{"changes":{}}""")]
    [InlineData("""{"changes":"x"}""")]
    [InlineData("""{"clientId":7,"changes":[]}""")]
    [InlineData("""{"since":7,"changes":[]}""")]
    [InlineData("""{"cursor":7,"changes":[]}""")]
    [InlineData("""{"schemaVersion":"1","changes":[]}""")]
    [InlineData("""{"schemaVersion":1.5,"changes":[]}""")]
    [InlineData("""{"clientId":"\ud800","changes":[]}""")]
    [InlineData("{'changes':[]}")]
    [InlineData("""{"changes":[],}""")]
    [InlineData("""{/* note */"changes":[]}""")]
    public async Task Scenario_24_2_23_malformed_bodies_are_refused(string body)
    {
        var person = await fixture.PersonAsync();
        (await person.PostAsync(body)).Refused(400, "invalid_json");
        Assert.Equal(0, await fixture.RowsAsync(person));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("""{"table":7,"id":"t","op":"insert"}""")]
    [InlineData("""{"table":"tasks","id":7,"op":"insert"}""")]
    [InlineData("""{"table":"tasks","id":"t","op":7}""")]
    [InlineData("""{"table":"tasks","id":"t","op":"insert","data":[]}""")]
    [InlineData("""{"table":"tasks","id":"t","op":"insert","data":"x"}""")]
    [InlineData("""{"table":"tasks","id":"t","op":"update","fieldMeta":[]}""")]
    [InlineData("""{"table":"tasks","id":"t","op":"update","schemaVersion":"1"}""")]
    [InlineData("""{"table":"tasks","id":"t","op":"update","origin":1}""")]
    public async Task Scenario_24_2_23_wrong_types_inside_a_change_name_its_index(string change)
    {
        var person = await fixture.PersonAsync();
        (await person.PushAsync(Insert("ok") + "," + change)).Refused(400, "invalid_json", 1);
        Assert.Equal(0, await fixture.RowsAsync(person));
    }

    [Theory]
    [InlineData("\"upsert\"")]
    [InlineData("\"\"")]
    [InlineData("\"INSERT\"")]
    [InlineData("\"Insert\"")]
    [InlineData("\" insert\"")]
    [InlineData("null")]
    public async Task Scenario_24_2_24_an_unknown_op_stores_nothing_of_the_batch(string op)
    {
        var person = await fixture.PersonAsync();
        var answer = await person.PushAsync(Insert("t0") + "," + $$$"""{"table":"tasks","id":"t1","op":{{{op}}},"data":{"id":"t1"}}""");
        answer.Refused(400, "invalid_op", 1);
        Assert.Equal(0, await fixture.RowsAsync(person));
        Assert.Equal(0, await fixture.RecordsAsync(person));
    }

    [Fact]
    public async Task Scenario_24_2_24_a_missing_op_is_refused() =>
        (await (await fixture.PersonAsync()).PushAsync("""{"table":"tasks","id":"t1"}""")).Refused(400, "invalid_op", 0);

    [Theory]
    [InlineData("""{"table":"","id":"t2","op":"insert","data":{}}""")]
    [InlineData("""{"table":"tasks","id":"","op":"insert","data":{}}""")]
    [InlineData("""{"id":"t2","op":"insert","data":{}}""")]
    [InlineData("""{"table":"tasks","op":"insert","data":{}}""")]
    [InlineData("""{"table":null,"id":"t2","op":"delete"}""")]
    public async Task Scenario_24_2_25_empty_table_or_id_in_the_third_of_five_stores_nothing(string third)
    {
        var person = await fixture.PersonAsync();
        var answer = await person.PushAsync(string.Join(',', Insert("t0"), Insert("t1"), third, Insert("t3"), Insert("t4")));
        answer.Refused(400, "missing_table_or_id", 2);
        Assert.Equal(0, await fixture.RowsAsync(person));
        Assert.Equal(0, await fixture.RecordsAsync(person));
    }

    [Fact]
    public async Task Scenario_24_2_26_schema_version_2_is_refused_and_named()
    {
        var person = await fixture.PersonAsync();
        var answer = await person.PostAsync($$"""{"schemaVersion":2,"changes":[{{Insert("t1")}}]}""");
        answer.Refused(400, "unsupported_schema_version");
        Assert.Equal("unsupported schemaVersion 2 (max 1)", (string?)answer.Body["message"]);
        Assert.Equal(0, await fixture.RowsAsync(person));
    }

    [Theory]
    [InlineData("\"schemaVersion\":0,")]
    [InlineData("\"schemaVersion\":-1,")]
    [InlineData("\"schemaVersion\":1,")]
    [InlineData("")]
    public async Task Scenario_24_2_26_schema_versions_up_to_1_are_stored_as_1(string member)
    {
        var person = await fixture.PersonAsync();
        (await person.PostAsync($$"""{{{member}}"changes":[{{Insert("t1")}}]}""")).Ok();
        Assert.Equal(["1"], await fixture.LogAsync(person, "t1", "c.schema_version"));
        Assert.Equal(1, (int)(await person.As("b").PullAsync()).Only["schemaVersion"]!);
    }

    [Fact]
    public async Task Scenario_24_2_27_a_change_level_version_is_checked_too()
    {
        var person = await fixture.PersonAsync();
        (await person.PushAsync(Insert("t0") + """,{"table":"tasks","id":"t1","op":"insert","schemaVersion":9,"data":{}}"""))
            .Refused(400, "unsupported_schema_version", 1);
        Assert.Equal(0, await fixture.RowsAsync(person));
    }

    [Fact]
    public async Task Scenario_24_2_28_ten_mebibytes_are_accepted_and_one_byte_more_is_413()
    {
        const int Limit = 10 * 1024 * 1024;
        var person = await fixture.PersonAsync();
        var frame = $$"""{"changes":[{{Insert("big")}}],"filler":""}""";
        var exact = frame.Replace("\"filler\":\"\"", "\"filler\":\"" + new string('x', Limit - Encoding.UTF8.GetByteCount(frame)) + "\"", StringComparison.Ordinal);
        Assert.Equal(Limit, Encoding.UTF8.GetByteCount(exact));

        (await person.PostAsync(exact + " ")).Refused(413, "body_too_large");
        Assert.Equal(0, await fixture.RowsAsync(person));
        (await person.PostAsync(exact)).Ok();
        Assert.Equal(1, await fixture.RowsAsync(person));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"Milk\"")]
    [InlineData("[]")]
    [InlineData("7")]
    public async Task Scenario_24_2_29_a_field_that_is_no_object_is_refused(string field)
    {
        var person = await fixture.PersonAsync();
        var answer = await person.PushAsync(Insert("t0") + $$$""",{"table":"tasks","id":"t1","op":"update","fields":{"title":{{{field}}}}}""");
        answer.Refused(400, "invalid_field", 1);
        Assert.Equal("title", (string?)answer.Body["details"]!["field"]);
        Assert.Equal(0, await fixture.RowsAsync(person));
        (await person.PushAsync("")).Ok();
    }

    [Fact]
    public async Task Scenario_24_2_31_a_thousand_changes_are_accepted_and_one_more_is_refused()
    {
        var person = await fixture.PersonAsync();
        var thousand = string.Join(',', Enumerable.Range(0, 1000).Select(i => Insert("t" + i.ToString(CultureInfo.InvariantCulture))));
        (await person.PushAsync(thousand + "," + Insert("one-more"))).Refused(400, "limit_exceeded");
        Assert.Equal(0, await fixture.RowsAsync(person));
        await person.StoreAsync(thousand);
        Assert.Equal(1000, await fixture.RowsAsync(person));
    }

    [Fact]
    public async Task Scenario_24_2_32_unknown_keys_anywhere_are_ignored()
    {
        var person = await fixture.PersonAsync();
        (await person.PostAsync("""
            {"new":{"deep":[1,{"x":null}]},"clientId":"a","changes":[{"table":"tasks","id":"t1","op":"update","later":[[]],
             "fields":{"title":{"value":"Milk","at":"2026-01-01T00:00:00.000Z","actor":{"kind":"user"},"origin":"user"}}}],"more":1e9}
            """)).Ok();
        JsonAssert.Same("""{"title":{"value":"Milk","at":"2026-01-01T00:00:00.000Z"}}""", (await person.As("b").PullAsync()).Only["fields"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"since\":\"\",")]
    [InlineData("\"since\":null,")]
    [InlineData("\"since\":\"yesterday\",")]
    [InlineData("\"since\":\"2026-13-45T99:99:99Z\",")]
    [InlineData("\"since\":\"0\",")]
    public async Task Scenario_24_2_33_without_a_readable_since_everything_is_replayed(string since)
    {
        var person = await fixture.PersonAsync();
        await person.StoreAsync(Insert("t1") + "," + Insert("t2"));
        Assert.Equal(["t1", "t2"], (await person.PostAsync($$"""{{{since}}"clientId":"b","changes":[]}""")).Ok().Ids);
    }

    [Fact]
    public async Task Scenario_24_2_35_the_path_decides_the_app_not_the_body()
    {
        var person = await fixture.PersonAsync();
        (await person.PostAsync($$"""{"appId":"calendar","changes":[{{Insert("t1")}}]}""")).Ok();
        Assert.Equal(1, await fixture.RowsAsync(person));
        Assert.Equal(0, await fixture.RowsAsync(person.As("a", "calendar")));
    }

    [Theory]
    [InlineData("h", "h")]
    [InlineData("", "b")]
    public async Task Scenario_24_2_36_the_header_names_the_client_else_the_body(string header, string stored)
    {
        var person = await fixture.PersonAsync(header);
        (await person.PostAsync($$"""{"clientId":"b","changes":[{{Insert("t1")}}]}""")).Ok();
        Assert.Equal([stored], await fixture.LogAsync(person, "t1", "c.client_id"));
    }

    [Fact]
    public async Task Protocol_names_match_whatever_their_case_and_the_last_of_two_counts()
    {
        var person = await fixture.PersonAsync();
        (await person.PostAsync("""
            {"CHANGES":[{"table":"old","id":"x","op":"insert"}],"changes":[{"Table":"tasks","ID":"t0","id":"t1","OP":"update",
             "Fields":{"title":{"Value":"a","value":"b","AT":"2026-01-01T00:00:00.000Z"}}}]}
            """)).Ok();
        Assert.Equal("\"b\"", await fixture.ValueAsync(person, "t1", "title"));
        Assert.Equal(1, await fixture.RowsAsync(person));
    }

    [Theory]
    [InlineData("\n\n  {\"changes\":[]}  \n")]
    [InlineData("{\"changes\":[]} trailing")]
    [InlineData("\uFEFF{\"changes\":[]}")]
    public async Task What_stands_around_the_first_value_does_not_matter(string body) =>
        Assert.IsType<JsonArray>((await (await fixture.PersonAsync()).PostAsync(body)).Ok().Changes);

    static string Insert(string id) => Change.Insert(id);
}
