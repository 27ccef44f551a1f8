using Mana.Auth.Contracts;

namespace Mana.Auth.Tests.Organizations;

/// <summary>Everything that is counted or unique, by many at once.</summary>
public sealed class OrganizationRaceTests(OrganizationWorld world) : IClassFixture<OrganizationWorld>
{
    [Fact]
    public async Task Twenty_acceptances_of_one_invitation_make_one_member()
    {
        var (ada, bob) = (await world.VerifiedAsync(), await world.VerifiedAsync());
        var space = await world.SpaceAsync(ada);
        var id = (await world.InviteAsync(ada, space, bob.Email)).IsOk()["id"]!;
        var answers = await AtOnceAsync(20, _ => world.AcceptAsync(bob, id));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.Refuses(400, "INVITATION_NOT_FOUND"));
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.members WHERE organization_id = $1 AND user_id = $2", space, bob.UserId));
        Assert.Single((await world.Events.OfAsync(space)).OfType<SpaceMemberAdded>(), added => added.UserId == bob.UserId);
    }

    [Fact]
    public async Task Foundings_at_once_stop_at_the_plan()
    {
        var ada = await world.VerifiedAsync();
        world.Plans.Sold[ada.UserId] = new PlanLimits(3, 1);
        var answers = await AtOnceAsync(12, number => number % 2 == 0
            ? world.DoAsync(ada, "create", OrganizationWorld.NewSpace())
            : world.PostAsync("/api/v1/gilden", ada, new { name = "A Gilde", slug = OrganizationWorld.Slug() }));
        Assert.Equal(3, answers.Count(answer => answer.Status is 200 or 201));
        Assert.Equal(9, answers.Where(answer => answer.Status is 400 or 403).Count(answer => answer["code"] == "YOU_HAVE_REACHED_THE_MAXIMUM_NUMBER_OF_ORGANIZATIONS"));
        Assert.Equal(3L, await world.ScalarAsync("SELECT count(*) FROM auth.members m JOIN auth.organizations o ON o.id = m.organization_id WHERE m.user_id = $1 AND o.type <> 'personal'", ada.UserId));
    }

    [Fact]
    public async Task A_slug_that_ten_people_want_at_once_is_ones()
    {
        var people = new List<Person>();
        for (var one = 0; one < 10; one++)
            people.Add(await world.VerifiedAsync());
        var slug = OrganizationWorld.Slug();
        var answers = await AtOnceAsync(people.Count, one => world.DoAsync(people[one], "create", OrganizationWorld.NewSpace(slug)));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.Refuses(400, "ORGANIZATION_ALREADY_EXISTS"));
    }

    [Fact]
    public async Task Invitations_at_once_stop_at_the_plan_and_one_address_gets_one()
    {
        var ada = await world.VerifiedAsync();
        world.Plans.Sold[ada.UserId] = new PlanLimits(5, 3);
        var (first, second) = (await world.SpaceAsync(ada), await world.SpaceAsync(ada));
        var answers = await AtOnceAsync(8, _ => world.InviteAsync(ada, first, AuthApi.NewEmail()));
        Assert.Equal(2, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.Refuses(400, "ORGANIZATION_MEMBERSHIP_LIMIT_REACHED"));

        var email = AuthApi.NewEmail();
        answers = await AtOnceAsync(8, _ => world.InviteAsync(ada, second, email));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.Refuses(400, "USER_IS_ALREADY_INVITED_TO_THIS_ORGANIZATION"));
        Assert.Single(await world.MailsAsync(email));
    }

    [Fact]
    public async Task Who_is_removed_while_they_open_the_space_does_not_stay_in_it()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        for (var round = 0; round < 5; round++)
        {
            var (bob, member) = await world.JoinedAsync(ada, space);
            await Task.WhenAll(
                world.DoAsync(bob, "set-active", new { organizationId = space }), world.DoAsync(ada, "remove-member", new { organizationId = space, memberIdOrEmail = member }),
                world.DoAsync(bob, "set-active", new { organizationId = space }));
            Assert.Null(await world.ActiveAsync(bob));
        }
    }

    static Task<Answer[]> AtOnceAsync(int count, Func<int, Task<Answer>> call) => Task.WhenAll(Enumerable.Range(0, count).Select(call));
}
