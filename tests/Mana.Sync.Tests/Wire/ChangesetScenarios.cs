using System.Text.Json.Nodes;

namespace Mana.Sync.Tests.Wire;

/// <summary>sync.md 24.2, 21, 22, 26, 27, 32, 33, 35 and 36: the frame around the changes.</summary>
public sealed class ChangesetScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
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
