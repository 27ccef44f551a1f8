using System.Globalization;
using System.Text.Json.Nodes;
using Mana.Devices;

namespace Mana.Sync.Tests.Merge;

/// <summary>sync.md 24.5, 74–88: the server's state, and what devices of both generations make of what they are told.</summary>
public sealed class MergeScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    static readonly Generation[] Both = [Generation.Legacy, Generation.Modern];

    [Fact]
    public async Task Scenario_24_5_74_the_newer_title_wins()
    {
        var a = await PushedAsync(("a", Change.Insert("t1")), ("a", Change.Update("t1", "title", "\"A\"", 1)), ("b", Change.Update("t1", "title", "\"B\"", 2)));
        await ShowsAsync(a, "t1", "title", "\"B\"");
    }

    [Fact]
    public async Task Scenario_24_5_75_edits_of_different_fields_both_survive()
    {
        var a = await PushedAsync(("a", Change.Insert("t1")), ("a", Change.Update("t1", "title", "\"A\"", 1)), ("b", Change.Update("t1", "done", "true", 1)));
        await ShowsAsync(a, "t1", "title", "\"A\"");
        await ShowsAsync(a, "t1", "done", "true");
    }

    [Fact]
    public async Task Scenario_24_5_76_an_older_edit_that_arrives_last_loses()
    {
        var a = await PushedAsync(("a", Change.Insert("t1")), ("b", Change.Update("t1", "title", "\"new\"", 2)), ("a", Change.Update("t1", "title", "\"old\"", 1)));
        await ShowsAsync(a, "t1", "title", "\"new\"");
        Assert.DoesNotContain("old", (await a.As("c").PullAsync()).Ok().Text, StringComparison.Ordinal);
        JsonAssert.Same($$$"""{"title":{"value":"old","at":"{{{Change.At(1)}}}"}}""", JsonNode.Parse((await fixture.LogAsync(a, "t1", "c.lost"))[^1]!));
    }

    [Fact]
    public async Task Scenario_24_5_77_a_tie_ends_equal_on_both_devices_and_the_server()
    {
        foreach (var (first, second) in new[] { (Generation.Legacy, Generation.Legacy), (Generation.Legacy, Generation.Modern), (Generation.Modern, Generation.Legacy) })
        {
            var person = await fixture.PersonAsync();
            var clock = new Testing.FakeClock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
            var a = new Device(person.Http, "a", generation: first, clock: clock);
            var b = new Device(person.Http, "b", generation: second, clock: clock);
            a.Insert("tasks", "t1", new JsonObject { ["title"] = "start" });
            await a.SyncAsync();
            await b.SyncAsync();
            clock.Advance(TimeSpan.FromSeconds(1));
            a.Update("tasks", "t1", ("title", "from A"));
            b.Update("tasks", "t1", ("title", "from B"));

            foreach (var device in new[] { a, b, a, b })
                await device.SyncAsync();

            Assert.Equal("from B", (string?)a.Store.Find("tasks", "t1")!["title"].Value);
            Assert.Equal(a.Store.Visible(), b.Store.Visible());
            Assert.Equal("\"from B\"", await fixture.ValueAsync(person, "t1", "title"));
        }
    }

    [Theory]
    [InlineData("2026-01-01T10:00:00Z", "2026-01-01T10:00:00.500Z", "second")]
    [InlineData("2026-01-01T10:00:00.500Z", "2026-01-01T10:00:00Z", "first")]
    [InlineData("2026-01-01T10:00:01Z", "2026-01-01T12:00:00+02:00", "first")]
    [InlineData("2026-01-01T10:00:00Z", "2026-01-01T12:00:00+02:00", "second")]
    [InlineData("2026-01-01T12:00:00+02:00", "2026-01-01T10:00:00Z", "second")]
    [InlineData("2026-01-01T10:00:00.000001Z", "2026-01-01T10:00:00.000000999Z", "first")]
    public async Task Scenario_24_5_78_times_compare_as_instants(string first, string second, string winner)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Update("t1", $$$"""{"v":{"value":"first","at":"{{{first}}}"}}"""));
        await a.As("b").StoreAsync(Change.Update("t1", $$$"""{"v":{"value":"second","at":"{{{second}}}"}}"""));
        Assert.Equal($"\"{winner}\"", await fixture.ValueAsync(a, "t1", "v"));
    }

    [Fact]
    public async Task Scenario_24_5_80_an_edit_does_not_revive_a_deleted_record()
    {
        var a = await PushedAsync(("a", Change.Insert("t1")), ("a", Change.Delete("t1", 5)), ("b", Change.Update("t1", "title", "\"edited\"", 9)));
        Assert.True((await fixture.StateAsync(a, "t1"))!.IsDeleted);
        Assert.Equal("\"edited\"", await fixture.ValueAsync(a, "t1", "title"));
        await OnFreshDevicesAsync(a, device => Assert.Equal(0, device.Store.LiveCount));
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(4, false)]
    public async Task Scenario_24_5_81_only_a_newer_undelete_revives(double at, bool live)
    {
        var a = await PushedAsync(("a", Change.Insert("t1")), ("a", Change.Delete("t1", 5)), ("b", Change.Undelete("t1", at)));
        Assert.Equal(!live, (await fixture.StateAsync(a, "t1"))!.IsDeleted);
        await OnFreshDevicesAsync(a, device => Assert.Equal(live ? 1 : 0, device.Store.LiveCount));
    }

    [Fact]
    public async Task Scenario_24_5_82_a_delete_that_came_before_the_insert_holds()
    {
        var a = await PushedAsync(("a", Change.Delete("t1", 5)), ("b", Change.Insert("t1", at: 1)));
        var state = (await fixture.StateAsync(a, "t1"))!;
        Assert.Equal((true, false), (state.IsDeleted, state.IsPartial));
        await OnFreshDevicesAsync(a, device => Assert.Equal(0, device.Store.LiveCount));
    }

    [Fact]
    public async Task Scenario_24_5_83_an_insert_of_a_known_id_is_merged()
    {
        var a = await PushedAsync(
            ("a", Change.InsertData("t1", $$"""{"id":"t1","title":"A","note":"a","createdAt":"{{Change.At(1)}}"}""")),
            ("b", Change.InsertData("t1", $$"""{"id":"t1","title":"B","list":"b","createdAt":"{{Change.At(2)}}"}""")));
        Assert.Equal(1, await fixture.RecordsAsync(a));
        foreach (var (field, value) in new[] { ("title", "\"B\""), ("note", "\"a\""), ("list", "\"b\"") })
            await ShowsAsync(a, "t1", field, value);
        await OnFreshDevicesAsync(a, device => Assert.Equal(1, device.Store.LiveCount));
    }

    [Fact]
    public async Task Scenario_24_5_84_a_fresh_device_shows_the_update_of_an_insert_without_times()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.InsertData("t1", """{"id":"t1","title":"initial"}"""));
        var later = DateTimeOffset.Parse((await a.PullAsync()).Ok().SyncedUntil, CultureInfo.InvariantCulture).AddMinutes(1);
        await a.StoreAsync(Change.Update("t1", $$$"""{"title":{"value":"updated","at":"{{{later:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}}"}}"""));

        var fresh = new Device(a.Http, "fresh", skew: TimeSpan.FromMinutes(3));
        await fresh.SyncAsync();

        Assert.Equal("updated", (string?)fresh.Store.Find("tasks", "t1")!["title"].Value);
        Assert.Equal("\"updated\"", await fixture.ValueAsync(a, "t1", "title"));
    }

    [Fact]
    public async Task Scenario_24_5_85_a_partial_record_is_completed_without_losing_what_is_newer()
    {
        var a = await PushedAsync(("a", Change.Update("t1", "title", "\"newer\"", 9)));
        Assert.True((await fixture.StateAsync(a, "t1"))!.IsPartial);
        await a.As("b").StoreAsync(Change.InsertData("t1", $$"""{"id":"t1","title":"older","note":"n","createdAt":"{{Change.At(1)}}"}"""));
        Assert.False((await fixture.StateAsync(a, "t1"))!.IsPartial);
        await ShowsAsync(a, "t1", "title", "\"newer\"");
        await ShowsAsync(a, "t1", "note", "\"n\"");
    }

    /// <summary>Unmodified clients date the fields of an insert by its <c>createdAt</c>, or by their own clock when it is missing.</summary>
    [Fact]
    public async Task An_insert_that_lost_its_creation_time_does_not_look_new_to_an_unmodified_client()
    {
        var a = await PushedAsync(
            ("a", Change.InsertData("t1", $$"""{"id":"t1","list":"newer","createdAt":"{{Change.At(5)}}"}""")),
            ("b", Change.InsertData("t1", $$"""{"id":"t1","title":"old","createdAt":"{{Change.At(1)}}"}""")),
            ("b", Change.Update("t1", "title", "\"edited\"", 2)));
        await ShowsAsync(a, "t1", "title", "\"edited\"");
        await ShowsAsync(a, "t1", "createdAt", $"\"{Change.At(5)}\"");
        var second = (await a.As("c").PullAsync()).Ok().Changes[1]!;
        Assert.Equal("update", (string?)second["op"]);
        JsonAssert.Same($$$"""{"title":{"value":"old","at":"{{{Change.At(1)}}}"}}""", second["fields"]);
    }

    [Fact]
    public async Task Scenario_24_5_86_a_seed_with_epoch_times_does_not_undo_a_customisation()
    {
        const string Seed = """{"id":"t1","color":"blue","size":1}""";
        const string Epoch = "\"fieldMeta\":{\"color\":\"1970-01-01T00:00:00.000Z\",\"size\":\"1970-01-01T00:00:00.000Z\"}";
        var a = await PushedAsync(("a", Change.InsertData("t1", Seed, more: Epoch)), ("a", Change.Update("t1", "color", "\"red\"", 1)), ("b", Change.InsertData("t1", Seed, more: Epoch)));
        await ShowsAsync(a, "t1", "color", "\"red\"", Generation.Modern);
        await ShowsAsync(a, "t1", "size", "1", Generation.Modern);
    }

    [Fact]
    public async Task Scenario_24_5_88_space_author_and_id_never_change()
    {
        var a = await PushedAsync(
            ("a", Change.InsertData("t1", """{"id":"t1","spaceId":"_personal:guest","authorId":"u1","userId":"u1","title":"x","createdAt":"2026-01-01T00:00:00.000Z"}""")),
            ("b", Change.Update("t1", $$$"""
                {"id":{"value":"t2","at":"{{{Change.At(5)}}}"},"spaceId":{"value":null,"at":"{{{Change.At(5)}}}"},"authorId":{"value":"u2","at":"{{{Change.At(5)}}}"},
                 "userId":{"value":"u2","at":"{{{Change.At(5)}}}"},"title":{"value":"y","at":"{{{Change.At(5)}}}"}}
                """)));
        foreach (var (field, value) in new[] { ("spaceId", "\"_personal:guest\""), ("authorId", "\"u1\""), ("userId", "\"u1\""), ("title", "\"y\"") })
            await ShowsAsync(a, "t1", field, value);
        Assert.False((await fixture.StateAsync(a, "t1"))!.Fields.ContainsKey("id"));
    }

    /// <summary>Changes pushed one request each, on the devices named.</summary>
    async Task<SyncClient> PushedAsync(params (string Device, string Change)[] pushes)
    {
        var person = await fixture.PersonAsync();
        foreach (var (device, change) in pushes)
            Assert.Empty((await person.As(device).StoreAsync(change)).Conflicts);
        return person;
    }

    /// <summary>The server's state and fresh devices agree on one value.</summary>
    async Task ShowsAsync(SyncClient person, string id, string field, string value, params Generation[] generations)
    {
        Assert.Equal(value, await fixture.ValueAsync(person, id, field));
        await OnFreshDevicesAsync(person, device => JsonAssert.Same(value, device.Store.Find("tasks", id)![field].Value), generations);
    }

    static async Task OnFreshDevicesAsync(SyncClient person, Action<Device> check, params Generation[] generations)
    {
        foreach (var generation in generations.Length == 0 ? Both : generations)
        {
            var fresh = new Device(person.Http, "fresh-" + generation, generation: generation);
            await fresh.SyncAsync();
            check(fresh);
        }
    }
}
