namespace Mana.Auth.Tests.Privacy;

/// <summary>auth.md 19.3, step 1: nobody leaves a space behind that nobody can manage.</summary>
public sealed class SoleOwnerTests(PrivacyWorld world) : IClassFixture<PrivacyWorld>
{
    [Fact]
    public async Task Scenario_72_the_only_owner_of_a_shared_space_says_first_what_becomes_of_it()
    {
        var (owner, member) = (await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(owner, member);
        foreach (var body in (object?[])[null, new { transferTo = "nobody" }, new { transferTo = owner.UserId }, new { deleteSpaces = new[] { "another" } }, new { deleteSpaces = false }])
        {
            var refused = await world.EraseAsync(owner, body);
            Assert.Equal((409, "SOLE_OWNER"), (refused.Status, refused["error"]));
            Assert.Equal($$"""[{"id":"{{space}}","name":"Chor","members":2}]""", refused.Body.GetProperty("spaces").GetRawText());
        }

        (await world.GetAsync("/api/v1/me/data", owner)).IsOk();
        Assert.False(await world.IsErasedAsync(owner.UserId));
        (await world.EraseAsync(owner, new { transferTo = member.UserId })).IsOk();
        Assert.Equal([(member.UserId, "owner")], await MembersAsync(space));
    }

    [Fact]
    public async Task Each_space_may_have_an_heir_of_its_own_or_be_deleted()
    {
        var (owner, first, second) = (await world.PersonAsync(), await world.PersonAsync(), await world.PersonAsync());
        var (a, b, c) = (await world.SpaceAsync(owner, first, second), await world.SpaceAsync(owner, first, second), await world.SpaceAsync(owner, first));
        var wish = new { transferTo = new Dictionary<string, string> { [a] = second.UserId, [b] = first.UserId }, deleteSpaces = new[] { c } };
        (await world.EraseAsync(owner, wish)).IsOk();
        Assert.Equal([(first.UserId, "member"), (second.UserId, "owner")], (await MembersAsync(a)).OrderBy(row => row.Role));
        Assert.Contains((first.UserId, "owner"), await MembersAsync(b));
        Assert.Empty(await MembersAsync(c));
        Assert.Equal("", await world.ScalarAsync("SELECT name FROM auth.organizations WHERE id = $1 AND deleted_at IS NOT NULL", c));
    }

    [Fact]
    public async Task A_space_without_other_members_goes_and_one_with_another_owner_stays()
    {
        var (person, other) = (await world.PersonAsync(), await world.PersonAsync());
        var (alone, shared) = (await world.SpaceAsync(person), await world.SpaceAsync(other, person));
        (await world.EraseAsync(person)).IsOk();
        Assert.Empty(await MembersAsync(alone));
        Assert.Equal([(other.UserId, "owner")], await MembersAsync(shared));
    }

    [Fact]
    public async Task Who_became_the_only_owner_meanwhile_leaves_the_space_to_the_highest_member()
    {
        var (owner, first, admin) = (await world.PersonAsync(), await world.PersonAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(owner, first, admin);
        await world.ScalarAsync("UPDATE auth.members SET role = 'owner' WHERE organization_id = $1 AND user_id = $2", space, first.UserId);
        await world.ScalarAsync("UPDATE auth.members SET role = 'admin' WHERE organization_id = $1 AND user_id = $2", space, admin.UserId);
        // The spaces are left after the wish is committed; a trigger stands for the other owner who steps down in between.
        await world.ScalarAsync($"""
            CREATE FUNCTION public.step_down() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
              $$ BEGIN UPDATE auth.members SET role = 'member' WHERE organization_id = '{space}' AND user_id = '{first.UserId}'; RETURN NULL; END $$
            """);
        await world.ScalarAsync("CREATE TRIGGER step_down AFTER INSERT ON auth.erasures FOR EACH ROW EXECUTE FUNCTION public.step_down()");
        (await world.EraseAsync(owner)).IsOk();
        await world.ScalarAsync("DROP TRIGGER step_down ON auth.erasures");
        Assert.Equal([(first.UserId, "member"), (admin.UserId, "owner")], (await MembersAsync(space)).OrderBy(row => row.Role));
    }

    async Task<List<(string UserId, string Role)>> MembersAsync(string space) =>
        [.. (await world.RowsAsync("SELECT user_id, role FROM auth.members WHERE organization_id = $1 ORDER BY user_id", space)).Select(row => ((string)row[0]!, (string)row[1]!))];
}
