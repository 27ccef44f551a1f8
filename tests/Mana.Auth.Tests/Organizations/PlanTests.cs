using Mana.Auth.Contracts;
using Mana.Auth.Spaces;
using Mana.Testing;

namespace Mana.Auth.Tests.Organizations;

/// <summary>A world in which nobody has a plan until a test sells one.</summary>
public sealed class FreeWorld : OrganizationWorld
{
    protected override void Configure(TestHost host)
    {
        base.Configure(host);
        host.With("Auth:Spaces:FreeMaxOrganizations", "1").With("Auth:Spaces:FreeMaxTeamMembers", "1");
    }
}

public sealed class PlanTests(FreeWorld world) : IClassFixture<FreeWorld>
{
    [Fact]
    public async Task Without_a_plan_there_is_one_shared_space_of_ones_own_with_oneself_in_it()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        (await world.DoAsync(ada, "create", OrganizationWorld.NewSpace())).Refuses(403, "YOU_HAVE_REACHED_THE_MAXIMUM_NUMBER_OF_ORGANIZATIONS");
        (await world.InviteAsync(ada, space, AuthApi.NewEmail())).Refuses(400, "ORGANIZATION_MEMBERSHIP_LIMIT_REACHED");

        // A larger plan counts at once, and a place that was given up is free.
        world.Plans.Sold[ada.UserId] = new PlanLimits(2, 2);
        var second = await world.SpaceAsync(ada);
        (await world.InviteAsync(ada, space, AuthApi.NewEmail())).IsOk();
        (await world.InviteAsync(ada, space, AuthApi.NewEmail())).Refuses(400, "ORGANIZATION_MEMBERSHIP_LIMIT_REACHED");
        (await world.DoAsync(ada, "create", OrganizationWorld.NewSpace())).Refuses(403, "YOU_HAVE_REACHED_THE_MAXIMUM_NUMBER_OF_ORGANIZATIONS");
        (await world.DoAsync(ada, "delete", new { organizationId = second })).IsOk();
        (await world.DoAsync(ada, "create", OrganizationWorld.NewSpace())).IsOk();
    }

    [Fact]
    public async Task A_shop_that_is_closed_sells_nothing_and_breaks_nothing()
    {
        var ada = await world.VerifiedAsync();
        world.Plans.Broken[ada.UserId] = true;
        await world.SpaceAsync(ada);
        (await world.DoAsync(ada, "create", OrganizationWorld.NewSpace())).Refuses(403, "YOU_HAVE_REACHED_THE_MAXIMUM_NUMBER_OF_ORGANIZATIONS");
    }

    [Fact]
    public async Task The_best_plan_among_the_owners_counts_and_a_smaller_one_lets_nobody_further_in()
    {
        var ada = await world.VerifiedAsync();
        world.Plans.Sold[ada.UserId] = new PlanLimits(1, 4);
        var space = await world.SpaceAsync(ada);
        var (bob, _) = await world.JoinedAsync(ada, space, "owner");
        (await world.InviteAsync(bob, space, AuthApi.NewEmail())).IsOk();
        var carl = await world.VerifiedAsync();
        var id = (await world.InviteAsync(bob, space, carl.Email)).IsOk()["id"]!;
        world.Plans.Sold[ada.UserId] = new PlanLimits(1, 2);
        (await world.AcceptAsync(carl, id)).Refuses(403, "ORGANIZATION_MEMBERSHIP_LIMIT_REACHED");
        world.Plans.Sold[bob.UserId] = new PlanLimits(1, 3);
        (await world.AcceptAsync(carl, id)).IsOk();
        // Being made an owner is not founding: it is refused to nobody, but counts.
        (await world.DoAsync(bob, "create", OrganizationWorld.NewSpace())).Refuses(403, "YOU_HAVE_REACHED_THE_MAXIMUM_NUMBER_OF_ORGANIZATIONS");
    }

    [Fact]
    public async Task Scenario_64_a_Gilde_is_founded_by_token_and_stops_at_the_plan()
    {
        var ada = await world.VerifiedAsync();
        var slug = OrganizationWorld.Slug();
        var made = await world.PostAsync("/api/v1/gilden", ada, new { name = "Gilde", slug });
        Assert.Equal(201, made.Status);
        Assert.Equal(0, made.Body.GetProperty("pool").GetProperty("balance").GetInt32());
        var gilde = made.Body.GetProperty("gilde");
        Assert.Equal((slug, "team"), (gilde.GetProperty("slug").GetString(), gilde.GetProperty("metadata").GetProperty("type").GetString()));
        Assert.Contains(new GuildCreated(gilde.GetProperty("id").GetString()!, ada.UserId), await world.Events.OfAsync(gilde.GetProperty("id").GetString()!));

        var refused = (await world.PostAsync("/api/v1/gilden", ada, new { name = "Another", slug = OrganizationWorld.Slug() })).Refuses(400, "YOU_HAVE_REACHED_THE_MAXIMUM_NUMBER_OF_ORGANIZATIONS");
        Assert.Contains("plan", refused["message"], StringComparison.Ordinal);
        Assert.Equal(401, (await world.PostAsync("/api/v1/gilden", null, new { name = "Gilde", slug })).Status);
    }

    [Fact]
    public void The_free_plan_is_one_and_one_but_in_development()
    {
        var options = new SpaceOptions();
        Assert.Equal(new PlanLimits(1, 1), options.Free(development: false));
        Assert.Equal(new PlanLimits(100, 200), options.Free(development: true));
        Assert.Empty(options.Problems(true));
        Assert.Single(new SpaceOptions { FreeMaxTeamMembers = 0 }.Problems(true));
    }
}

/// <summary>A host that counts requests as in Production, with few of them for invitations.</summary>
public sealed class CountingWorld : OrganizationWorld
{
    protected override void Configure(TestHost host)
    {
        base.Configure(host);
        host.With("RateLimits:Enabled", "true").With("RateLimits:Policies:invite:PermitsPerMinute", "1").With("RateLimits:Policies:invite:Burst", "2");
    }
}

public sealed class InviteLimitTests(CountingWorld world) : IClassFixture<CountingWorld>
{
    [Fact]
    public async Task Somebody_sends_so_many_invitations_a_minute_on_either_path_and_others_are_not_kept_waiting()
    {
        var (ada, bob) = (await world.VerifiedAsync(), await world.VerifiedAsync());
        var (space, other) = (await world.SpaceAsync(ada), await world.SpaceAsync(bob));
        (await world.InviteAsync(ada, space, AuthApi.NewEmail())).IsOk();
        (await world.PostAsync($"/api/v1/gilden/{space}/invite", ada, new { email = AuthApi.NewEmail() })).IsOk();
        Assert.NotNull((await world.InviteAsync(ada, space, AuthApi.NewEmail())).Refuses(429, "RATE_LIMITED").Headers.RetryAfter);
        Assert.Equal(429, (await world.PostAsync($"/api/v1/gilden/{space}/invite", ada, new { email = AuthApi.NewEmail() })).Status);
        (await world.InviteAsync(bob, other, AuthApi.NewEmail())).IsOk();
        (await world.ReadAsync(ada, "list")).IsOk();
    }
}
