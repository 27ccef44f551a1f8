using System.Globalization;
using System.Text;

namespace Mana.Sync.Tests.Wire;

/// <summary>sync.md 24.2, 23–25, 28, 29 and 31: what a push may not look like. A refused push leaves no row behind.</summary>
public sealed class PushValidationScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
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

    static string Insert(string id) => Change.Insert(id);
}
