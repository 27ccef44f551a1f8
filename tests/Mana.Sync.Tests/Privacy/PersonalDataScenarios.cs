using System.Text;
using System.Text.Json.Nodes;
using Mana.Kernel.Privacy;
using Mana.Sync.Privacy;
using Mana.Sync.Tests.Spaces;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Privacy;

/// <summary>sync.md 18 and scenario 124: what someone synchronised can be taken along, and taken away without harm to others.</summary>
public sealed class PersonalDataScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    static readonly string[] Tables = ["scopes", "changes", "records", "read_states", "devices", "outbox"];

    IPersonalData Data => fixture.Host.Services.GetServices<IPersonalData>().Single(part => part.Module == "sync");

    [Fact]
    public async Task Scenario_24_8_124_after_erasure_no_row_names_the_person_and_the_others_keep_what_they_shared()
    {
        var (a, b) = (await fixture.MemberAsync("phone-of-a"), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Change.Many(20, i => Change.Insert("own-" + i)));
        await a.StoreAsync(
            Shared(space, "t1", a.UserId, "\"visibility\":\"space\"") + "," + Shared(space, "hidden", a.UserId, "\"visibility\":\"private\""));
        await b.StoreAsync(Change.Update("t1", $$$"""{"note":{"value":"from b","at":"{{{Change.At(5)}}}"},"assignee":{"value":"{{{a.UserId}}}","at":"{{{Change.At(5)}}}"}}""", $"\"spaceId\":\"{space}\""));
        await a.PullAsync();
        await fixture.Host.Services.GetRequiredService<Mana.Sync.Devices.DeviceLog>().WriteAsync(default);
        var before = (await b.As("b2").PullAsync()).Ok().Text;
        Assert.Contains(a.UserId, before, StringComparison.Ordinal);

        await fixture.LeaveAsync(space, a);
        await Data.EraseAsync(a.UserId, default);

        foreach (var table in Tables)
            Assert.DoesNotContain(a.UserId + "\"", await fixture.DumpAsync(table), StringComparison.Ordinal);
        Assert.DoesNotContain("user:" + a.UserId + ",", await fixture.DumpAsync("scopes"), StringComparison.Ordinal);
        Assert.DoesNotContain("phone-of-a", await fixture.DumpAsync("changes"), StringComparison.Ordinal);
        Assert.Equal(0, await fixture.RecordsAsync(a));
        var after = (await b.As("b3").PullAsync()).Ok();
        Assert.Equal(["t1", "t1"], after.Ids);
        var kept = after.Changes[0]!;
        Assert.Equal(("kept", SharedTraces.Nobody), ((string?)kept["data"]!["title"], (string?)kept["data"]!["authorId"]));
        JsonAssert.Same("""{"kind":"user","principalId":"erased-user"}""", kept["actor"]);
        Assert.Contains("from b", after.Text, StringComparison.Ordinal);

        await Data.EraseAsync(a.UserId, default);
        Assert.Equal(after.Ids, (await b.As("b4").PullAsync()).Ok().Ids);
        await b.StoreAsync(Change.Update("t1", $$$"""{"note":{"value":"goes on","at":"{{{Change.At(9)}}}"}}""", $"\"spaceId\":\"{space}\""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("member-")]
    public async Task A_record_that_is_called_by_the_person_keeps_its_name_inside_and_out(string prefix)
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Shared(space, prefix + a.UserId, a.UserId, "\"visibility\":\"space\""));
        await fixture.LeaveAsync(space, a);
        await Data.EraseAsync(a.UserId, default);
        var kept = (await b.PullAsync()).Ok().Only;
        Assert.Equal((prefix + a.UserId, prefix + a.UserId, SharedTraces.Nobody), ((string?)kept["id"], (string?)kept["data"]!["id"], (string?)kept["data"]!["authorId"]));
    }

    [Fact]
    public async Task The_export_holds_one_s_own_records_and_those_one_wrote_in_spaces_and_nobody_else_s()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(Change.Many(600, i => Change.Insert($"own-{i}", "value " + i)) + "," + SpaceScenarios.In(space, "mine"));
        await b.StoreAsync(SpaceScenarios.In(space, "theirs") + "," + Change.Insert("secret of b"));
        using var output = new MemoryStream();
        await Data.ExportAsync(a.UserId, output, default);
        var records = JsonNode.Parse(Encoding.UTF8.GetString(output.ToArray()))!["records"]!.AsArray()
            .Where(record => (string)record!["app"]! == "todo").ToList();
        Assert.Equal(601, records.Count);
        Assert.Equal(("mine", space), records.Where(record => record!["spaceId"] is not null).Select(record => ((string?)record!["id"], (string?)record["spaceId"])).Single());
        Assert.Contains(records, record => (string?)record!["fields"]?["title"]?["value"] == "value 599");
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_space_that_nobody_belongs_to_is_purged_when_its_time_is_over_and_no_sooner()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var (closed, open) = (await fixture.SpaceAsync(a), await fixture.SpaceAsync(b));
        await a.StoreAsync(SpaceScenarios.In(closed, "t1"));
        await b.StoreAsync(SpaceScenarios.In(open, "t1"));
        await fixture.SpacesAsync(a, spaces => spaces.DeleteAsync(closed, default));
        var purge = fixture.Host.Services.GetRequiredService<ClosedSpaces>();
        var now = fixture.Host.Services.GetRequiredService<TimeProvider>().GetUtcNow();

        await purge.PurgeAsync(now - TimeSpan.FromDays(1), default);
        Assert.Contains(closed, await fixture.DumpAsync("scopes"), StringComparison.Ordinal);
        await purge.PurgeAsync(now + TimeSpan.FromMinutes(1), default);
        Assert.DoesNotContain(closed, await fixture.DumpAsync("scopes"), StringComparison.Ordinal);
        Assert.Equal(["t1"], (await b.As("b2").PullAsync()).Ok().Ids);
    }

    static string Shared(string space, string id, string author, string more) => Change.InsertData(
        id, $$"""{"id":"{{id}}","title":"kept","authorId":"{{author}}","createdAt":"{{Change.At(0)}}",{{more}}}""",
        more: $$"""
        "spaceId":"{{space}}","actor":{"kind":"user","principalId":"{{author}}","displayName":"A"}
        """);
}
