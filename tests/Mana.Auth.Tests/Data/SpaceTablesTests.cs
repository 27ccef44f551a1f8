using Mana.Auth.Data;
using Mana.Auth.Tests.Spaces;
using Npgsql;

namespace Mana.Auth.Tests.Data;

public sealed class SpaceTablesTests(SpaceWorld world) : IClassFixture<SpaceWorld>
{
    [Theory]
    [InlineData("organizations_slug_key", "INSERT INTO auth.organizations SELECT 'copy', name, slug, type, tier, NULL, NULL, '{}', now(), now() FROM auth.organizations WHERE id = $1")]
    [InlineData("organizations_owner", "UPDATE auth.organizations SET type = 'personal' WHERE id = $1")]
    [InlineData("organizations_type", "UPDATE auth.organizations SET type = 'gang' WHERE id = $1")]
    [InlineData("organizations_tier", "UPDATE auth.organizations SET tier = 'god' WHERE id = $1")]
    [InlineData("organizations_metadata", "UPDATE auth.organizations SET metadata = '\"{}\"' WHERE id = $1")]
    [InlineData("members_role", "UPDATE auth.members SET role = 'owner,god' WHERE organization_id = $1")]
    [InlineData("members_organization_id_user_id_key", "INSERT INTO auth.members SELECT 'copy', organization_id, user_id, role, now() FROM auth.members WHERE organization_id = $1")]
    [InlineData("invitations_one_pending", """
        INSERT INTO auth.invitations (id, organization_id, email, role, status, inviter_id, created_at, expires_at)
        SELECT 'i' || n, organization_id, 'a@b.example', 'member', 'pending', user_id, now(), now() FROM auth.members, generate_series(1, 2) n WHERE organization_id = $1
        """)]
    [InlineData("invitations_role", """
        INSERT INTO auth.invitations (id, organization_id, email, role, status, inviter_id, created_at, expires_at)
        SELECT 'i', organization_id, 'a@b.example', 'god', 'pending', user_id, now(), now() FROM auth.members WHERE organization_id = $1
        """)]
    [InlineData("organizations_one_personal", """
        INSERT INTO auth.organizations (id, name, slug, type, owner_user_id, created_at, updated_at)
        SELECT 'p' || n, 'p', 'p' || n, 'personal', user_id, now(), now() FROM auth.members, generate_series(1, 2) n WHERE organization_id = $1
        """)]
    public async Task The_tables_refuse_what_the_code_never_writes(string constraint, string sql)
    {
        var space = await world.SpaceAsync(await world.PersonAsync());
        var refused = await Assert.ThrowsAsync<PostgresException>(() => world.RunAsync(sql, space));
        Assert.Equal(constraint, refused.ConstraintName);
    }

    [Fact]
    public async Task A_removed_account_takes_its_personal_space_and_its_memberships_along()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var own = await world.SpaceAsync(bob, SpaceType.Personal);
        var team = await world.SpaceAsync(ada);
        await world.AddAsync(team, bob, "member");

        await world.RunAsync("DELETE FROM auth.users WHERE id = $1", bob);

        Assert.Equal([ada], await world.Directory.MembersOfAsync(team, default));
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.organizations WHERE id = $1", own));
    }
}
