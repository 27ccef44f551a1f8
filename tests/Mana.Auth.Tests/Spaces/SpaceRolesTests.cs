using Mana.Auth.Spaces;

namespace Mana.Auth.Tests.Spaces;

public sealed class SpaceRolesTests
{
    [Theory]
    [InlineData("owner", "owner")]
    [InlineData("viewer", "viewer")]
    [InlineData(" member , admin ", "admin,member")]
    [InlineData("member,owner,member", "owner,member")]
    [InlineData("", null)]
    [InlineData(" , ", null)]
    [InlineData("Owner", null)]
    [InlineData("god", null)]
    [InlineData("owner,god", null)]
    public void Registered_roles_are_stored_once_each_by_rank(string given, string? stored) => Assert.Equal(stored, SpaceRoles.Normalize(given));

    [Theory]
    [InlineData("owner", "owner", true)]
    [InlineData("admin", "admin", true)]
    [InlineData("member", "member", true)]
    [InlineData("viewer", "viewer", false)]
    [InlineData("viewer,member", "member", true)]
    [InlineData("admin, owner", "owner", true)]
    [InlineData("ownership", "ownership", false)]
    [InlineData("auditor,viewer", "viewer", false)]
    [InlineData("", "", false)]
    public void The_highest_role_counts_and_what_is_unknown_only_reads(string stored, string highest, bool mayWrite)
    {
        Assert.Equal(highest, SpaceRoles.Highest(stored));
        Assert.Equal(mayWrite, SpaceRoles.MayWrite(stored));
        Assert.Equal(highest == "owner", SpaceRoles.IsOwner(stored));
    }
}
