using Mana.Sync.Compaction;
using Mana.Sync.Tests.Spaces;
using Microsoft.Extensions.DependencyInjection;
using static Mana.Sync.Tests.History.HistoryCalls;

namespace Mana.Sync.Tests.History;

/// <summary>The versions of a record, those that lost included, and the way back to one.</summary>
public sealed class HistoryScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task Every_version_is_listed_newest_first_with_what_won_and_what_lost()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "first") + "," + Change.Update("t1", "title", "\"third\"", 30));
        await a.As("b").StoreAsync(Change.Update("t1", "title", "\"second, late\"", 20));
        await a.StoreAsync(Change.Insert("t2", "another record"));

        var versions = (await ReadAsync(a, "id=t1"))["versions"]!.AsArray();

        Assert.Equal(["update", "update", "insert"], versions.Select(version => (string)version!["op"]!));
        Assert.Equal(("b", "second, late"), ((string?)versions[0]!["clientId"], (string?)versions[0]!["lost"]!["title"]!["value"]));
        Assert.Equal(("third", true), ((string?)versions[1]!["fields"]!["title"]!["value"], (bool)versions[1]!["fields"]!["title"]!["current"]!));
        Assert.Equal(("first", false), ((string?)versions[2]!["fields"]!["title"]!["value"], (bool)versions[2]!["fields"]!["title"]!["current"]!));
    }

    [Fact]
    public async Task A_long_history_is_read_in_pages()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Many(24, i => Change.Update("t1", "title", $"\"v{i}\"", 10 + i)));
        var (seen, before) = (new List<string>(), "");
        do
        {
            var page = await ReadAsync(a, "id=t1&limit=10" + before);
            seen.AddRange(page["versions"]!.AsArray().Select(version => (string)version!["eventId"]!));
            before = page["before"] is { } next ? "&before=" + (string)next! : "";
        }
        while (before.Length > 0);
        Assert.Equal(25, seen.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_revert_is_an_ordinary_change_that_all_devices_receive()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "good"));
        var good = (string)(await ReadAsync(a, "id=t1"))["versions"]![0]!["eventId"]!;
        await a.StoreAsync(Change.Update("t1", $$$"""{"title":{"value":"bad","at":"{{{Change.At(10)}}}"},"note":{"value":"new","at":"{{{Change.At(10)}}}"}}"""));
        var cursor = (await a.PullAsync()).Ok().Cursor;

        JsonAssert.Same("""{"ok":true,"changed":["note","title"]}""", await RevertAsync(a, good));

        var change = (await a.PullAsync(cursor: cursor)).Ok().Only;
        Assert.Equal(("good", "user"), ((string?)change["fields"]!["title"]!["value"], (string?)change["origin"]));
        Assert.Null((string?)change["fields"]!["note"]!["value"]);
        Assert.Equal("\"good\"", await fixture.ValueAsync(a, "t1", "title"));
        JsonAssert.Same("""{"ok":true,"changed":[]}""", await RevertAsync(a, good));
    }

    [Fact]
    public async Task A_value_that_lost_can_be_brought_back_alone()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "first") + "," + Change.Update("t1", "title", "\"winner\"", 30) + "," + Change.Update("t1", "done", "true", 31));
        await a.As("b").StoreAsync(Change.Update("t1", "title", "\"mine\"", 20));
        var lost = (string)(await ReadAsync(a, "id=t1"))["versions"]![0]!["eventId"]!;
        JsonAssert.Same("""{"ok":true,"changed":["title"]}""", await RevertAsync(a, lost, "title"));
        Assert.Equal(("\"mine\"", "true"), (await fixture.ValueAsync(a, "t1", "title"), await fixture.ValueAsync(a, "t1", "done")));
    }

    [Fact]
    public async Task Others_see_nothing_and_hidden_records_have_no_history()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Change.Insert("own") + "," + SpaceScenarios.In(space, "t1", title: "shared"));
        (await GetAsync(b, "id=own")).Refused(404, "record_not_found");
        Assert.Contains("shared", (await GetAsync(b, $"id=t1&spaceId={space}")).Ok().Text, StringComparison.Ordinal);

        await a.StoreAsync(Change.Update("t1", $$$"""{"visibility":{"value":"private","at":"{{{Change.At(9)}}}"}}""", $"\"spaceId\":\"{space}\""));
        (await GetAsync(b, $"id=t1&spaceId={space}")).Refused(404, "record_not_found");
        Assert.Contains("shared", (await GetAsync(a, $"id=t1&spaceId={space}")).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folded_versions_are_one_and_a_version_that_is_gone_is_404()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1") + "," + Change.Update("t1", "title", "\"v1\"", 10));
        var first = (string)(await ReadAsync(a, "id=t1"))["versions"]![1]!["eventId"]!;
        await fixture.Host.Services.GetRequiredService<Compactor>().RunAsync(TimeSpan.Zero, TimeSpan.FromDays(180), default);
        var history = await ReadAsync(a, "id=t1");
        Assert.True((bool)Assert.Single(history["versions"]!.AsArray())!["folded"]!);
        Assert.NotNull(history["completeSince"]);
        Assert.Equal("version_not_found", (string?)(await RevertAsync(a, first))["error"]);
    }

    [Theory]
    [InlineData("table=tasks")]
    [InlineData("id=t1")]
    public async Task Record_and_table_must_be_named(string query)
    {
        var a = await fixture.PersonAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sync/todo/history?" + query);
        (await a.SendAsync(request)).Refused(400, "missing_parameter");
    }

    [Theory]
    [InlineData("/sync/todo/history?table=tasks&id=t%00", "unsupported_character")]
    [InlineData("/sync/todo/history?table=ta%00sks&id=t1", "unsupported_character")]
    [InlineData("/sync/todo/history?table=tasks&id=t1&spaceId=%00", "unsupported_character")]
    [InlineData("/sync/todo/history?table=tasks&id=513", "limit_exceeded")]
    [InlineData("/sync/todo/history?table=129&id=t1", "limit_exceeded")]
    public async Task What_no_record_can_be_called_is_refused(string path, string error)
    {
        var a = await fixture.PersonAsync();
        var long513 = path.Replace("513", new string('i', 513), StringComparison.Ordinal).Replace("129", new string('t', 129), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, long513);
        (await a.SendAsync(request)).Refused(400, error);
    }

    [Theory]
    [InlineData("""{"table":"tasks","id":"t\u0000","eventId":"5b1d6a54-5c0e-4d8e-9a53-4a2f8a4a9f01"}""", "unsupported_character")]
    [InlineData("""{"table":"tasks","id":"t1","spaceId":"\u0000","eventId":"5b1d6a54-5c0e-4d8e-9a53-4a2f8a4a9f01"}""", "unsupported_character")]
    [InlineData("""{"table":"tasks","id":"t1","fields":["\u0000"],"eventId":"5b1d6a54-5c0e-4d8e-9a53-4a2f8a4a9f01"}""", "unsupported_character")]
    [InlineData("""{"table":"tasks","id":"t1","eventId":"no id"}""", "invalid_json")]
    [InlineData("""{"table":"tasks",""", "invalid_json")]
    [InlineData("""[]""", "invalid_json")]
    [InlineData("null", "missing_parameter")]
    public async Task A_wish_to_go_back_that_nobody_can_read_is_refused(string body, string error)
    {
        var a = await fixture.PersonAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sync/todo/history/revert") { Content = new StringContent(body, null, "application/json") };
        (await a.SendAsync(request)).Refused(400, error);
    }

    [Fact]
    public async Task Records_of_two_tables_that_share_an_id_have_histories_of_their_own()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1", "project", table: "projects"));
        await a.StoreAsync(Change.Insert("t1", "task") + "," + Change.Many(450, i => Change.Update("t1", "title", $"\"v{i}\"", 10 + i)));
        var first = (string)(await fixture.LogAsync(a, "t1", "c.event_id"))[1]!;
        Assert.Equal("project", (string?)Assert.Single((await GetAsync(a, "id=t1", "projects")).Ok().Body["versions"]!.AsArray())!["fields"]!["title"]!["value"]);
        JsonAssert.Same("""{"ok":true,"changed":["title"]}""", await RevertAsync(a, first));
        Assert.Equal("\"task\"", await fixture.ValueAsync(a, "t1", "title"));
        var foreign = (string)(await fixture.LogAsync(a, "t1", "c.event_id"))[0]!;
        Assert.Equal("version_not_found", (string?)(await RevertAsync(a, foreign))["error"]);
    }
}
