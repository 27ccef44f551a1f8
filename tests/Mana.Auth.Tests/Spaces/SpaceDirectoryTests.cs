using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Spaces;

namespace Mana.Auth.Tests.Spaces;

public sealed class SpaceDirectoryTests(SpaceWorld world) : IClassFixture<SpaceWorld>
{
    [Fact]
    public async Task It_lists_every_space_of_a_person_and_only_theirs()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var own = await world.SpaceAsync(ada, SpaceType.Personal);
        var team = await world.SpaceAsync(ada);
        var club = await world.SpaceAsync(bob, SpaceType.Club);
        await world.AddAsync(club, ada, "viewer");
        await world.SpaceAsync(bob, SpaceType.Personal);

        var found = (await world.Directory.MembershipsOfAsync(ada, default)).OrderBy(membership => membership.SpaceId, StringComparer.Ordinal);

        var joined = (await world.MembershipAsync(own, ada))!.JoinedAt;
        var joinedClub = (await world.MembershipAsync(club, ada))!.JoinedAt;
        Assert.Equal(
            new SpaceMembership[] { new(own, true, "owner", true, joined), new(team, false, "owner", true, joined), new(club, false, "viewer", false, joinedClub) }
                .OrderBy(membership => membership.SpaceId, StringComparer.Ordinal),
            found);
    }

    [Fact]
    public async Task Strangers_have_no_spaces_and_unknown_spaces_no_members()
    {
        Assert.Empty(await world.Directory.MembershipsOfAsync("nobody", default));
        Assert.Empty(await world.Directory.MembershipsOfAsync(await world.PersonAsync(), default));
        Assert.Empty(await world.Directory.MembersOfAsync("nowhere", default));
    }

    [Theory]
    [InlineData("admin", "admin", true)]
    [InlineData("member", "member", true)]
    [InlineData("viewer", "viewer", false)]
    [InlineData("viewer,member", "member", true)]
    public async Task Several_roles_are_told_as_the_highest(string stored, string told, bool mayWrite)
    {
        var (owner, person) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(owner);
        Assert.Equal(MembershipChange.Done, await world.AddAsync(space, person, stored));

        var membership = await world.MembershipAsync(space, person);
        Assert.Equal((told, mayWrite), (membership!.Role, membership.MayWrite));
        Assert.Equal(new[] { owner, person }.Order(StringComparer.Ordinal), (await world.Directory.MembersOfAsync(space, default)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_space_that_is_marked_deleted_is_not_listed_even_if_members_are_left()
    {
        var owner = await world.PersonAsync();
        var space = await world.SpaceAsync(owner);
        await world.RunAsync("UPDATE auth.organizations SET deleted_at = now() WHERE id = $1", space);

        Assert.Empty(await world.Directory.MembershipsOfAsync(owner, default));
        Assert.Empty(await world.Directory.MembersOfAsync(space, default));
    }

    [Fact]
    public async Task A_membership_starts_at_a_whole_microsecond_of_the_clock()
    {
        var owner = await world.PersonAsync();
        var space = await world.SpaceAsync(owner);
        var now = world.Clock.GetUtcNow();

        var joined = (await world.MembershipAsync(space, owner))!.JoinedAt;
        Assert.NotEqual(0, now.Ticks % TimeSpan.TicksPerMicrosecond);
        Assert.Equal(TimeSpan.Zero, joined.Offset);
        Assert.Equal(now.Ticks / TimeSpan.TicksPerMicrosecond, joined.Ticks / TimeSpan.TicksPerMicrosecond);
        Assert.Equal(0, joined.Ticks % TimeSpan.TicksPerMicrosecond);
    }
}
