using Mana.Sync.Spaces;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Spaces;

/// <summary>sync.md 24.6, 89–97, and section 19: what members share, and what they do not.</summary>
public sealed class SpaceScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task Scenario_24_6_89_a_stranger_cannot_write_into_a_space()
    {
        var (stranger, owner) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(owner);
        (await stranger.PushAsync(Change.Insert("t0") + "," + In(space, "t1"))).Refused(403, "space_forbidden", 1);
        Assert.Equal(0, await fixture.RowsAsync(stranger));
        Assert.Empty((await owner.As("b").PullAsync()).Ok().Changes);
    }

    [Fact]
    public async Task Scenario_24_6_90_nobody_writes_into_the_personal_space_of_another()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var personal = await PersonalAsync(b);
        (await a.PushAsync(In(personal, "t1"))).Refused(403, "space_forbidden", 0);
        await b.StoreAsync(In(personal, "mine"));
        Assert.Equal(["mine"], (await b.As("b2").PullAsync()).Ok().Ids);
    }

    [Fact]
    public async Task The_personal_space_the_placeholders_and_no_space_are_one_place()
    {
        var a = await fixture.MemberAsync();
        var personal = await PersonalAsync(a);
        await a.StoreAsync(In("_personal:" + a.UserId, "t1", title: "placeholder"));
        await a.StoreAsync(Change.Update("t1", $$$"""{"title":{"value":"real","at":"{{{Change.At(5)}}}"}}""", $"\"spaceId\":\"{personal}\""));
        Assert.Equal("\"real\"", await fixture.ValueAsync(a, "t1", "title"));
        Assert.Equal(1, await fixture.RecordsAsync(a));
    }

    [Fact]
    public async Task Scenario_24_6_91_members_receive_what_is_written_into_their_space_and_others_nothing()
    {
        var (a, b, c) = (await fixture.MemberAsync(), await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await a.StoreAsync(In(space, "t1"));

        var received = (await b.PullAsync()).Ok().Only;
        Assert.Equal((space, "t1"), ((string?)received["spaceId"], (string?)received["id"]));
        Assert.Empty((await c.PullAsync()).Ok().Changes);
        Assert.Equal(["t1"], (await b.PushAsync("")).Ok().Ids);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Scenario_24_6_92_who_joins_receives_the_whole_history_whatever_the_cursor(bool opaque)
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a);
        await a.StoreAsync(Change.Many(250, i => In(space, $"old-{i}")));
        await b.As("other").StoreAsync(Change.Insert("own"));
        var before = (await b.PullAsync()).Ok();
        Assert.Equal(["own"], before.Ids);

        await fixture.JoinAsync(space, b);
        await a.StoreAsync(In(space, "new"));

        var reader = new CatchUp(b, before, opaque);
        var ids = await reader.DrainAsync(limit: 40);
        Assert.Equal(251, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.DoesNotContain("own", ids);
        // Once caught up, only news arrive.
        Assert.Empty(await reader.DrainAsync());
        await a.StoreAsync(In(space, "newer"));
        Assert.Equal(["newer"], await reader.DrainAsync());
    }

    [Fact]
    public async Task A_page_of_history_that_got_lost_is_delivered_again()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a);
        await a.StoreAsync(Change.Many(30, i => In(space, $"old-{i}")));
        await b.As("other").StoreAsync(Change.Insert("own"));
        var since = (await b.PullAsync()).Ok().SyncedUntil;
        await fixture.JoinAsync(space, b);

        var first = (await b.PullAsync(since: since, limit: 10)).Ok();
        var second = (await b.PullAsync(since: first.SyncedUntil, limit: 10)).Ok();
        var secondAgain = (await b.PullAsync(since: first.SyncedUntil, limit: 10)).Ok();
        Assert.Equal(second.Ids, secondAgain.Ids);
        Assert.True(string.CompareOrdinal(since, first.SyncedUntil) < 0 && string.CompareOrdinal(first.SyncedUntil, second.SyncedUntil) < 0);

        var reader = new CatchUp(b, first, opaque: false);
        Assert.Equal(20, (await reader.DrainAsync(limit: 10)).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_push_in_the_middle_of_the_back_fill_loses_nothing()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a);
        await a.StoreAsync(Change.Many(30, i => In(space, $"old-{i}")));
        await a.StoreAsync(In(space, "p1", table: "projects"));
        await b.As("other").StoreAsync(Change.Insert("own"));
        var since = (await b.PullAsync()).Ok().SyncedUntil;
        await fixture.JoinAsync(space, b);
        var seen = new List<string>();

        var page = (await b.PullAsync(since: since, limit: 10)).Ok();
        seen.AddRange(page.Ids);
        // The unmodified client pushes from the oldest of its cursors and takes the end of the answer for all of them.
        var push = (await b.PushAsync(Change.Insert("mine"), since)).Ok();
        seen.AddRange(push.Ids);
        seen.AddRange(await new CatchUp(b, push, opaque: false).DrainAsync());
        seen.AddRange((await b.PullAsync("projects", since: push.SyncedUntil)).Ok().Ids);

        Assert.Equal(31, seen.Where(id => id.StartsWith("old-", StringComparison.Ordinal) || id == "p1").Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_timestamp_that_was_given_by_a_host_which_did_not_know_of_the_membership_skips_nothing()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a);
        await a.StoreAsync(Change.Many(30, i => In(space, $"old-{i}")));
        await b.PullAsync();
        // Joined, but this host still answers from memory when b pushes and is given a cursor from behind the beginning of the membership.
        await fixture.SpacesAsync(a, spaces => spaces.AddAsync(space, b.UserId, "member", default));
        var push = (await b.PushAsync(Change.Insert("own"))).Ok();

        fixture.Host.Services.GetRequiredService<Tenancy>().Forget(b.UserId);
        var reader = new CatchUp(b, push, opaque: false);
        // The event may have been faster: then the push has told it already.
        var seen = push.Ids.Concat(await reader.DrainAsync(limit: 12));
        Assert.Equal(30, seen.Distinct(StringComparer.Ordinal).Count(id => id.StartsWith("old-", StringComparison.Ordinal)));
        // Also while the membership is so young that no timestamp can speak for it, nothing comes twice without end.
        Assert.Empty(await reader.DrainAsync());
        Assert.Empty(await reader.DrainAsync());
        await a.StoreAsync(In(space, "new"));
        Assert.Equal(["new"], await reader.DrainAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Scenario_24_6_93_who_left_receives_nothing_more_not_even_their_own(bool opaque)
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        var reader = new CatchUp(b.As("b2"), (await b.As("b2").PullAsync()).Ok(), opaque);
        await a.StoreAsync(In(space, "theirs"));
        await b.StoreAsync(In(space, "mine") + "," + Change.Insert("private-life"));

        await fixture.LeaveAsync(space, b);
        Assert.Equal(["private-life"], await reader.DrainAsync());
        Assert.Equal(["private-life"], (await b.As("fresh").PullAsync()).Ok().Ids);
        (await b.PushAsync(In(space, "late"))).Refused(403, "space_forbidden", 0);

        // A new membership is a new reader: everything from the beginning.
        await fixture.JoinAsync(space, b);
        Assert.Equal(["mine", "theirs"], (await reader.DrainAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scenario_24_6_95_the_placeholder_of_the_caller_is_the_caller_s_own_and_that_of_another_is_forbidden()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        await fixture.SpaceAsync(a, b);
        await a.StoreAsync(In("_personal:" + a.UserId, "t1"));
        Assert.Equal(["t1"], (await a.As("a2").PullAsync()).Ok().Ids);
        Assert.Empty((await b.PullAsync()).Ok().Changes);
        (await b.PushAsync(In("_personal:" + a.UserId, "t2"))).Refused(403, "space_forbidden", 0);
    }

    [Fact]
    public async Task Scenario_24_6_96_a_role_that_only_reads_reads_and_does_not_write()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a);
        await fixture.JoinAsync(space, b, "viewer");
        await a.StoreAsync(In(space, "t1"));
        Assert.Equal(["t1"], (await b.PullAsync()).Ok().Ids);
        (await b.PushAsync(In(space, "t2"))).Refused(403, "space_forbidden", 0);

        await fixture.SpacesAsync(b, spaces => spaces.ChangeRoleAsync(space, b.UserId, "member", default));
        (await b.PushAsync(In(space, "t2"))).Ok();
    }

    [Fact]
    public async Task Scenario_24_6_97_two_people_on_one_browser_profile_receive_each_other_s_changes()
    {
        var (a, b) = (await fixture.MemberAsync("shared-profile"), await fixture.MemberAsync("shared-profile"));
        var space = await fixture.SpaceAsync(a, b);
        var (sinceA, sinceB) = ((await a.StoreAsync(In(space, "first"))).SyncedUntil, (await b.PushAsync("")).Ok().SyncedUntil);
        await a.StoreAsync(In(space, "from-a"), sinceA);
        await b.StoreAsync(In(space, "from-b"), sinceB);
        Assert.Equal(["from-b"], (await a.PullAsync(since: sinceA)).Ok().Ids);
        Assert.Equal(["from-a"], (await b.PullAsync(since: sinceB)).Ok().Ids);
    }

    [Fact]
    public async Task One_push_may_write_to_several_spaces_and_is_one_transaction()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var (first, second) = (await fixture.SpaceAsync(a, b), await fixture.SpaceAsync(a, b));
        var answer = await a.StoreAsync(In(second, "s2") + "," + Change.Insert("own") + "," + In(first, "s1") + "," + In(second, "s2b"));
        Assert.Empty(answer.Changes);
        Assert.Equal(["s1", "s2", "s2b"], (await b.PullAsync()).Ok().Ids.Order(StringComparer.Ordinal));
        (await a.PushAsync(In(first, "s3") + "," + In("nowhere", "s4"))).Refused(403, "space_forbidden", 1);
        Assert.Equal(3, (await b.PullAsync()).Ok().Changes.Count);
    }

    [Fact]
    public async Task An_event_id_that_went_into_a_space_one_has_left_cannot_be_used_again()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        const string id = "5b1d6a54-5c0e-4d8e-9a53-4a2f8a4a9f01";
        await b.StoreAsync(In(space, "t1", more: $",\"eventId\":\"{id}\""));
        await fixture.LeaveAsync(space, b);
        (await b.PushAsync(Change.InsertData("t1", "{}", more: $"\"eventId\":\"{id}\""))).Refused(409, "event_id_reused");
        Assert.Equal(0, await fixture.RowsAsync(b));
    }

    internal static string In(string space, string id, string table = "tasks", string title = "Milk", string more = "") =>
        $$"""{"table":"{{table}}","id":"{{id}}","op":"insert","spaceId":"{{space}}","data":{"id":"{{id}}","title":"{{title}}","createdAt":"{{Change.At(0)}}"}{{more}}}""";

    async Task<string> PersonalAsync(SyncClient person)
    {
        var created = await fixture.SpacesAsync(person, spaces => spaces.CreateAsync(Mana.Auth.Data.SpaceType.Personal, "me", person.UserId, default));
        return Assert.IsType<Mana.Auth.Spaces.SpaceCreation.Created>(created).SpaceId;
    }
}
