using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Spaces;

namespace Mana.Auth.Tests.Spaces;

public sealed class SpaceMembershipsTests(SpaceWorld world) : IClassFixture<SpaceWorld>
{
    [Fact]
    public async Task A_new_space_has_its_owner_and_tells_of_both()
    {
        var ada = await world.PersonAsync();
        var space = await world.SpaceAsync(ada, SpaceType.Practice);

        Assert.Equal([ada], await world.Directory.MembersOfAsync(space, default));
        Assert.Equivalent(
            new object[] { new SpaceCreated(space, "practice", ada), new SpaceMemberAdded(space, ada, "owner") }, await world.Events.OfAsync(space), strict: true);
        Assert.Equal("public", await world.RunAsync("SELECT tier FROM auth.organizations WHERE id = $1 AND slug = id AND owner_user_id IS NULL", space));
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(1, true, true)]
    [InlineData(0, true, false)]
    [InlineData(2, false, true)]
    [InlineData(255, false, true)]
    [InlineData(256, false, false)]
    public async Task A_name_has_2_to_255_characters_or_one_for_a_person(int length, bool personal, bool good)
    {
        var ada = await world.PersonAsync();
        var created = await world.DoAsync(spaces => spaces.CreateAsync(
            personal ? SpaceType.Personal : SpaceType.Team, " " + new string('x', length) + " ", ada, default));
        Assert.Equal(good, created is SpaceCreation.Created);
        Assert.Equal(!good, created is SpaceCreation.Invalid);
    }

    [Fact]
    public async Task A_name_with_a_control_character_is_refused_and_nothing_is_stored()
    {
        var ada = await world.PersonAsync();
        Assert.IsType<SpaceCreation.Invalid>(await world.DoAsync(spaces => spaces.CreateAsync(SpaceType.Team, "a\u0000b", ada, default)));
        Assert.Empty(await world.Directory.MembershipsOfAsync(ada, default));
    }

    [Fact]
    public async Task Nobody_has_two_personal_spaces()
    {
        var ada = await world.PersonAsync();
        var first = await world.SpaceAsync(ada, SpaceType.Personal);

        var again = await world.DoAsync(spaces => spaces.CreateAsync(SpaceType.Personal, "A", ada, default));
        Assert.Equal(new SpaceCreation.AlreadyThere(first), again);
        Assert.Single(await world.Directory.MembershipsOfAsync(ada, default));
        Assert.Equal(2, (await world.Events.OfAsync(first)).Count);
    }

    [Fact]
    public async Task Adding_tells_once_and_adding_again_changes_nothing()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);

        Assert.Equal(MembershipChange.Done, await world.AddAsync(space, bob, "member, viewer"));
        Assert.Equal(MembershipChange.Unchanged, await world.AddAsync(space, bob, "owner"));
        Assert.Equal("member", (await world.MembershipAsync(space, bob))!.Role);
        Assert.Equal([new SpaceMemberAdded(space, bob, "member")], await LaterEventsAsync(space));
    }

    [Fact]
    public async Task Removing_tells_once_and_removing_again_tells_nobody()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);
        await world.AddAsync(space, bob, "member");

        Assert.Equal(MembershipChange.Done, await world.RemoveAsync(space, bob));
        Assert.Equal(MembershipChange.NotMember, await world.RemoveAsync(space, bob));
        Assert.Equal([ada], await world.Directory.MembersOfAsync(space, default));
        Assert.Equal([new SpaceMemberAdded(space, bob, "member"), new SpaceMemberRemoved(space, bob)], await LaterEventsAsync(space));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-60)]
    public async Task Joining_again_is_another_membership_also_when_the_clock_stands_still_or_goes_back(int seconds)
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);
        await world.AddAsync(space, bob, "member");
        var first = (await world.MembershipAsync(space, bob))!.JoinedAt;

        await world.RemoveAsync(space, bob);
        world.Clock.Advance(TimeSpan.FromSeconds(seconds));
        await world.AddAsync(space, bob, "member");
        var second = (await world.MembershipAsync(space, bob))!.JoinedAt;
        Assert.True(second > first, $"{second:O} is not after {first:O}");

        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(MembershipChange.Done, await world.ChangeRoleAsync(space, bob, "admin"));
        Assert.Equal(second, (await world.MembershipAsync(space, bob))!.JoinedAt);
    }

    [Fact]
    public async Task A_change_of_role_tells_once()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);
        await world.AddAsync(space, bob, "member");

        Assert.Equal(MembershipChange.Done, await world.ChangeRoleAsync(space, bob, "viewer"));
        Assert.Equal(MembershipChange.Unchanged, await world.ChangeRoleAsync(space, bob, " viewer"));
        Assert.False((await world.MembershipAsync(space, bob))!.MayWrite);
        Assert.Equal([new SpaceMemberAdded(space, bob, "member"), new SpaceRoleChanged(space, bob, "viewer")], await LaterEventsAsync(space));
    }

    [Fact]
    public async Task The_last_owner_can_neither_leave_nor_step_down()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);
        await world.AddAsync(space, bob, "admin");

        Assert.Equal(MembershipChange.LastOwner, await world.RemoveAsync(space, ada));
        Assert.Equal(MembershipChange.LastOwner, await world.ChangeRoleAsync(space, ada, "admin,member"));
        Assert.Equal([new SpaceMemberAdded(space, bob, "admin")], await LaterEventsAsync(space));

        Assert.Equal(MembershipChange.Done, await world.ChangeRoleAsync(space, bob, "member,owner"));
        Assert.Equal(MembershipChange.Done, await world.RemoveAsync(space, ada));
        Assert.Equal(MembershipChange.LastOwner, await world.RemoveAsync(space, bob));
        Assert.Equal([bob], await world.Directory.MembersOfAsync(space, default));
    }

    [Fact]
    public async Task A_deleted_space_has_no_members_and_takes_none()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);
        await world.AddAsync(space, bob, "member");

        Assert.Equal(MembershipChange.Done, await world.DeleteAsync(space));
        Assert.Equal(MembershipChange.NoSuchSpace, await world.DeleteAsync(space));
        Assert.Equal(MembershipChange.NoSuchSpace, await world.AddAsync(space, bob, "member"));
        Assert.Equal(MembershipChange.NoSuchSpace, await world.RemoveAsync(space, ada));
        Assert.Equal(MembershipChange.NoSuchSpace, await world.ChangeRoleAsync(space, bob, "admin"));
        Assert.Empty(await world.Directory.MembersOfAsync(space, default));
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.members WHERE organization_id = $1", space));
        var deleted = Assert.Single((await world.Events.OfAsync(space)).OfType<SpaceDeleted>());
        Assert.Equal(new[] { ada, bob }.Order(StringComparer.Ordinal), deleted.FormerMembers.Order(StringComparer.Ordinal));
        Assert.Equal(4, (await world.Events.OfAsync(space)).Count);
    }

    [Fact]
    public async Task A_personal_space_stays_with_its_person_alone()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada, SpaceType.Personal);

        Assert.Equal(MembershipChange.PersonalSpace, await world.AddAsync(space, bob, "viewer"));
        Assert.Equal(MembershipChange.PersonalSpace, await world.RemoveAsync(space, ada));
        Assert.Equal(MembershipChange.PersonalSpace, await world.ChangeRoleAsync(space, ada, "member"));
        Assert.Equal(MembershipChange.PersonalSpace, await world.DeleteAsync(space));
        Assert.Equal([ada], await world.Directory.MembersOfAsync(space, default));
        Assert.Empty(await LaterEventsAsync(space));
    }

    [Fact]
    public async Task What_does_not_exist_is_refused_by_name()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);
        await world.RunAsync("UPDATE auth.users SET deleted_at = now() WHERE id = $1", bob);

        Assert.IsType<SpaceCreation.NoSuchUser>(await world.DoAsync(spaces => spaces.CreateAsync(SpaceType.Team, "Team", "nobody", default)));
        Assert.Equal(MembershipChange.NoSuchUser, await world.AddAsync(space, "nobody", "member"));
        Assert.Equal(MembershipChange.NoSuchUser, await world.AddAsync(space, bob, "member"));
        Assert.Equal(MembershipChange.NoSuchSpace, await world.AddAsync("nowhere", ada, "member"));
        Assert.Equal(MembershipChange.UnknownRole, await world.AddAsync(space, ada, "god"));
        Assert.Equal(MembershipChange.UnknownRole, await world.ChangeRoleAsync(space, ada, "owner,god"));
        Assert.Equal(MembershipChange.NotMember, await world.ChangeRoleAsync(space, bob, "admin"));
        Assert.Empty(await LaterEventsAsync(space));
    }

    /// <summary>Without the two that came with the space.</summary>
    async Task<IEnumerable<object>> LaterEventsAsync(string space) => (await world.Events.OfAsync(space)).Skip(2);
}
