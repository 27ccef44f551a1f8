using System.Text.Json.Nodes;
using Mana.Auth.Data;
using Mana.Auth.Spaces;
using static Mana.Sync.Tests.Import.History;

namespace Mana.Sync.Tests.Import;

/// <summary>sync.md 15.3: what rows of an original become.</summary>
public sealed class ImportTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const string Id = "11111111-2222-4333-8444-555555555555";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Scenario_24_8_123_an_imported_database_is_pulled_with_its_times(bool early)
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync(early);
        await original.AddAsync(
            Insert("t1", $$"""{"id": "t1", "title": "Milk", "createdAt": "{{Change.At(1)}}", "updatedAt": "{{Change.At(2)}}"}""", 10) with { Id = Guid.Parse(Id), User = a.UserId, SchemaVersion = null, Actor = "null" },
            Update("t1", """{"title": "Oat milk", "done": true}""", $$"""{"title": {"at": "{{Change.At(11)}}", "actor": null, "origin": "user"}, "done": "{{Change.At(12)}}"}""", 13.000001) with { User = a.UserId, Actor = "null", Space = "_personal:guest" },
            Update("t2", """{"title": "Bread"}""", """{"title": ""}""", 14.5) with { User = a.UserId });

        await fixture.ImportedAsync(original);
        var changes = (await a.PullAsync()).Ok().Changes;
        Assert.Equal(3, changes.Count);
        Assert.Equal((Id, 1, "insert"), ((string)changes[0]!["eventId"]!, (int)changes[0]!["schemaVersion"]!, (string)changes[0]!["op"]!));
        JsonAssert.Same($$"""{"title":"{{Change.At(2)}}","createdAt":"{{Change.At(2)}}","updatedAt":"{{Change.At(2)}}"}""", changes[0]!["fieldMeta"]);
        JsonAssert.Same($$$"""{"title":{"value":"Oat milk","at":"{{{Change.At(11)}}}"},"done":{"value":true,"at":"{{{Change.At(12)}}}"}}""", changes[1]!["fields"]);
        JsonAssert.Same($$$"""{"title":{"value":"Bread","at":"{{{Change.At(14.5)}}}"}}""", changes[2]!["fields"]);
        Assert.All(changes, change => Assert.Null(change!["actor"]));
        Assert.Equal(early ? null : "_personal:guest", (string?)changes[1]!["spaceId"]);
    }

    [Fact]
    public async Task Inserts_take_their_times_from_themselves_and_else_from_the_row()
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(
            Insert("created", $$"""{"id": "created", "x": 1, "createdAt": "{{Change.At(5)}}"}""", 20) with { User = a.UserId },
            Insert("bare", """{"id": "bare", "x": 1}""", 21.0005) with { User = a.UserId },
            Insert("ahead", $$"""{"id": "ahead", "x": 1, "updatedAt": "{{Change.At(9999)}}"}""", 22) with { User = a.UserId },
            Insert("none", null!, 23) with { User = a.UserId });
        await fixture.ImportedAsync(original);
        Assert.Equal(Change.At(5), await TimeAsync(a, "created", "x"));
        Assert.Equal(Change.At(21), await TimeAsync(a, "bare", "x"));
        Assert.Equal(Change.At(22), await TimeAsync(a, "ahead", "x"));
        Assert.Empty((await fixture.StateAsync(a, "none"))!.Fields);
    }

    [Fact]
    public async Task Deletes_are_soft_with_a_time_and_hard_without()
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(new[] { "soft", "hard", "odd" }.Select(id => Insert(id, $$"""{"id": "{{id}}", "x": 1}""", 1) with { User = a.UserId }));
        await original.AddAsync(
            Delete("soft", $$"""{"deletedAt": "{{Change.At(2)}}", "x": 2}""", 3) with { User = a.UserId },
            Delete("hard", null, 3) with { User = a.UserId },
            Delete("odd", """{"deletedAt": "yesterday"}""", 3) with { User = a.UserId });
        var result = await fixture.ImportedAsync(original);
        Assert.Equal(Change.At(2), await TimeAsync(a, "soft", "deletedAt"));
        Assert.Equal("1", await fixture.ValueAsync(a, "soft", "x"));
        Assert.True((await fixture.StateAsync(a, "hard"))!.IsErased);
        Assert.Equal(Change.At(3), await TimeAsync(a, "odd", "deletedAt"));
        Assert.Equal(1, result.Remarks.Single().Count);
    }

    [Fact]
    public async Task Rows_that_say_nothing_are_skipped_and_told_and_the_rest_is_stored()
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        var deep = string.Concat(Enumerable.Repeat("[", 70)) + string.Concat(Enumerable.Repeat("]", 70));
        OriginalChange[] bad =
        [
            Insert("x", "[1]", 1), Insert("x", "\"text\"", 2), Insert("", "{}", 3), Insert(new string('x', 600), "{}", 4), Insert("x", $$"""{"deep": {{deep}}}""", 5),
            Insert("x", "{}", 6) with { SchemaVersion = 2 }, Insert("x", "{}", 7) with { App = new string('a', 200) }, Update("x", $$"""{"{{new string('n', 300)}}": 1}""", "{}", 8),
        ];
        await original.AddAsync(bad.Select(change => change with { User = a.UserId }));
        await original.ExecuteAsync("UPDATE sync_changes SET created_at = 'infinity' WHERE record_id = ''");
        await original.AddAsync(
            Insert("good", """{"id": "good", "n": 12345678901234567890.10, "s": "\u00e9 <b> \\u0000"}""", 9) with { User = a.UserId, Actor = $$"""{"rationale": "{{new string('r', 9000)}}"}""", Origin = new string('o', 100) },
            Update("good", "{}", "[1]", 10) with { User = a.UserId });
        var result = await fixture.ImportedAsync(original, batch: 2);
        Assert.Equal(8, result.Skipped.Sum(skipped => skipped.Count));
        Assert.Equal(bad.Select(change => change.Id).Order(), result.Skipped.SelectMany(skipped => skipped.FirstIds).Order());
        Assert.Equal(2, result.Skipped.Single(skipped => skipped.What == "data is not an object").Count);
        Assert.Equal(2, result.Apps.Single(app => app.AppId == "todo").Stored);
        Assert.Equal("12345678901234567890.10", await fixture.ValueAsync(a, "good", "n"));
        Assert.Contains(result.Remarks, remark => remark.What.StartsWith("actor", StringComparison.Ordinal));
        Assert.Null((await a.PullAsync()).Ok().Changes[0]!["actor"]);
    }

    [Fact]
    public async Task Former_names_become_the_new_ones()
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(
            Insert("q1", """{"id": "q1"}""", 1) with { User = a.UserId, App = "zitare", Table = "favorites" },
            Insert("q2", """{"id": "q2"}""", 2) with { User = a.UserId, App = "zitare", Table = "zitareLists" });
        var result = await fixture.ImportedAsync(original, renames: new() { ["zitare"] = "quotes", ["zitare/zitareLists"] = "lists" });
        Assert.Equal("quotes", Assert.Single(result.Apps).AppId);
        Assert.Equal(["q1"], (await a.As("b", "quotes").PullAsync("favorites")).Ok().Ids);
        Assert.Equal(["q2"], (await a.As("b", "quotes").PullAsync("lists")).Ok().Ids);
    }

    [Fact]
    public async Task Rows_go_to_the_space_they_name_and_everything_personal_to_its_author()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(
            Insert("shared", """{"id": "shared", "x": 1}""", 1) with { User = a.UserId, Space = space },
            Update("shared", """{"x": 2}""", $$"""{"x": "{{Change.At(2)}}"}""", 2) with { User = b.UserId, Space = space },
            Insert("mine", """{"id": "mine"}""", 3) with { User = a.UserId, Space = "_personal:" + a.UserId },
            Insert("foreign", """{"id": "foreign"}""", 4) with { User = a.UserId, Space = "_personal:" + b.UserId },
            Insert("deserted", """{"id": "deserted"}""", 5) with { User = a.UserId, Space = "nobody-is-here" });
        var result = await fixture.ImportedAsync(original);
        Assert.Equal(["foreign", "mine", "shared", "shared"], (await a.As("new").PullAsync()).Ok().Ids.Order());
        Assert.Equal(["shared", "shared"], (await b.As("new").PullAsync()).Ok().Ids);
        Assert.Contains(result.Warnings, warning => warning.StartsWith("1 space(s)", StringComparison.Ordinal));
        Assert.Equal(1, result.Remarks.Single(remark => remark.What.StartsWith("placeholder", StringComparison.Ordinal)).Count);
    }

    [Fact]
    public async Task The_personal_space_is_the_own_scope()
    {
        var a = await fixture.MemberAsync();
        var personal = Assert.IsType<SpaceCreation.Created>(
            await fixture.SpacesAsync(a, spaces => spaces.CreateAsync(SpaceType.Personal, "Mine", a.UserId, default))).SpaceId;
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Insert("t1", """{"id": "t1"}""", 1) with { User = a.UserId, Space = personal });
        await fixture.ImportedAsync(original);
        Assert.NotNull(await fixture.StateAsync(a, "t1"));
        Assert.Equal(personal, (string?)(await a.As("new").PullAsync()).Ok().Only["spaceId"]);
    }

    [Fact]
    public async Task A_pushed_change_wins_or_loses_against_imported_ones_by_its_time()
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Update("t1", """{"x": 1, "y": 1}""", $$"""{"x": "{{Change.At(10)}}", "y": "{{Change.At(10)}}"}""", 11) with { User = a.UserId });
        await fixture.ImportedAsync(original);
        await a.StoreAsync(Change.Update("t1", "x", "2", 9) + "," + Change.Update("t1", "y", "2", 12));
        Assert.Equal(("1", "2"), (await fixture.ValueAsync(a, "t1", "x"), await fixture.ValueAsync(a, "t1", "y")));
    }

    async Task<string?> TimeAsync(SyncClient person, string id, string field) =>
        (await fixture.StateAsync(person, id))!.Fields.TryGetValue(field, out var version) ? (string?)JsonNode.Parse(version.At.Span) : null;
}
