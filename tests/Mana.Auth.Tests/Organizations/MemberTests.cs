using Mana.Auth.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Organizations;

public sealed class MemberTests(OrganizationWorld world) : IClassFixture<OrganizationWorld>
{
    [Fact]
    public async Task Scenario_59_every_role_does_what_the_table_says_and_no_more()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (admin, adminId) = await world.JoinedAsync(ada, space, "admin");
        var (bob, bobId) = await world.JoinedAsync(ada, space);
        var (_, viewerId) = await world.JoinedAsync(admin, space, "viewer");
        var adaId = (string)(await world.ScalarAsync("SELECT id FROM auth.members WHERE organization_id = $1 AND user_id = $2", space, ada.UserId))!;
        Task<Answer> RenameAsync(Person by) => world.DoAsync(by, "update", new { organizationId = space, data = new { name = "Renamed" } });
        Task<Answer> RemoveAsync(Person by, string member) => world.DoAsync(by, "remove-member", new { organizationId = space, memberIdOrEmail = member });

        (await RenameAsync(bob)).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_ORGANIZATION");
        (await RenameAsync(admin)).IsOk();
        (await world.DoAsync(admin, "delete", new { organizationId = space })).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_ORGANIZATION");
        (await world.InviteAsync(bob, space, AuthApi.NewEmail())).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_INVITE_USERS_TO_THIS_ORGANIZATION");
        (await world.InviteAsync(admin, space, AuthApi.NewEmail(), "owner")).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_INVITE_USER_WITH_THIS_ROLE");
        (await world.InviteAsync(admin, space, AuthApi.NewEmail(), new[] { "member", "owner" })).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_INVITE_USER_WITH_THIS_ROLE");
        (await world.InviteAsync(ada, space, AuthApi.NewEmail(), "owner")).IsOk();

        (await ChangeAsync(admin, space, adaId, "member")).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_MEMBER");
        (await ChangeAsync(admin, space, bobId, "owner")).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_MEMBER");
        (await ChangeAsync(admin, space, adminId, "owner")).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_MEMBER");
        (await ChangeAsync(bob, space, bobId, "admin")).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_MEMBER");
        Assert.Equal("admin", (await ChangeAsync(admin, space, bobId, "admin")).IsOk()["role"]);
        (await ChangeAsync(ada, space, bobId, "member")).IsOk();

        (await RemoveAsync(admin, adaId)).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_MEMBER");
        (await RemoveAsync(bob, viewerId)).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_MEMBER");
        (await RemoveAsync(bob, adaId)).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_MEMBER");
        Assert.Equal(bobId, (await RemoveAsync(admin, " " + bob.Email.ToUpperInvariant())).IsOk()["member", "id"]);
        (await RemoveAsync(admin, bobId)).Refuses(400, "MEMBER_NOT_FOUND");
        (await RemoveAsync(bob, viewerId)).Refuses(403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION");
        (await RemoveAsync(bob, adaId)).Refuses(403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION");
        // Whose membership it is ends it like this as well.
        (await RemoveAsync(admin, adminId)).IsOk();
    }

    [Fact]
    public async Task Scenario_60_a_space_keeps_an_owner()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (bob, bobId) = await world.JoinedAsync(ada, space);
        var adaId = (string)(await world.ScalarAsync("SELECT id FROM auth.members WHERE organization_id = $1 AND user_id = $2", space, ada.UserId))!;

        (await LeaveAsync(ada, space)).Refuses(400, "YOU_CANNOT_LEAVE_THE_ORGANIZATION_AS_THE_ONLY_OWNER");
        (await world.DoAsync(ada, "remove-member", new { organizationId = space, memberIdOrEmail = adaId })).Refuses(400, "YOU_CANNOT_LEAVE_THE_ORGANIZATION_AS_THE_ONLY_OWNER");
        (await ChangeAsync(ada, space, adaId, "admin")).Refuses(400, "YOU_CANNOT_LEAVE_THE_ORGANIZATION_AS_THE_ONLY_OWNER");

        Assert.Equal("owner,member", (await ChangeAsync(ada, space, bobId, new[] { "member", "owner" })).IsOk()["role"]);
        Assert.Equal(adaId, (await LeaveAsync(ada, space)).IsOk()["id"]);
        (await LeaveAsync(bob, space)).Refuses(400, "YOU_CANNOT_LEAVE_THE_ORGANIZATION_AS_THE_ONLY_OWNER");
        (await LeaveAsync(ada, space)).Refuses(403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION");
    }

    [Fact]
    public async Task Scenario_60_of_two_owners_who_leave_at_once_one_stays()
    {
        for (var round = 0; round < 5; round++)
        {
            var ada = await world.VerifiedAsync();
            var space = await world.SpaceAsync(ada);
            var (bob, _) = await world.JoinedAsync(ada, space, "owner");
            var left = await Task.WhenAll(LeaveAsync(ada, space), LeaveAsync(bob, space));
            Assert.Equal([200, 400], left.Select(answer => answer.Status).Order());
            Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.members WHERE organization_id = $1 AND role = 'owner'", space));
        }
    }

    [Fact]
    public async Task Scenario_62_roles_that_do_not_exist_are_refused()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (_, bobId) = await world.JoinedAsync(ada, space);
        foreach (var role in (object[])["god", "owner,god", new[] { "member", "god" }, "", 7, new object[] { 7 }, Array.Empty<string>(), "Owner"])
        {
            (await ChangeAsync(ada, space, bobId, role)).Refuses(400, "ROLE_NOT_FOUND");
            (await world.InviteAsync(ada, space, AuthApi.NewEmail(), role)).Refuses(400, "ROLE_NOT_FOUND");
        }

        (await ChangeAsync(ada, space, bobId, null)).Refuses(400, "VALIDATION_ERROR");
        (await ChangeAsync(ada, space, "nobody", "member")).Refuses(400, "MEMBER_NOT_FOUND");
        Assert.Equal("member", await world.ScalarAsync("SELECT role FROM auth.members WHERE id = $1", bobId));
    }

    [Fact]
    public async Task Members_come_in_pages_in_the_order_in_which_they_joined()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (bob, _) = await world.JoinedAsync(ada, space);
        var (carl, _) = await world.JoinedAsync(ada, space);
        async Task<(int Total, string[] Users)> PageAsync(string query)
        {
            var page = (await world.ReadAsync(bob, $"list-members?organizationId={space}{query}")).IsOk().Body;
            return (page.GetProperty("total").GetInt32(), [.. page.GetProperty("members").EnumerateArray().Select(one => one.GetProperty("userId").GetString()!)]);
        }

        Assert.Equal([ada.UserId, bob.UserId, carl.UserId], (await PageAsync("")).Users);
        Assert.Equal([bob.UserId], (await PageAsync("&limit=1&offset=1")).Users);
        Assert.Equal(3, (await PageAsync("&limit=1&offset=1")).Total);
        Assert.Empty((await PageAsync("&offset=3")).Users);
        (await world.ReadAsync(bob, $"list-members?organizationId={space}&limit=-1")).Refuses(400, "VALIDATION_ERROR");
        (await world.ReadAsync(ada, "list-members?organizationId=")).Refuses(400, "ORGANIZATION_NOT_FOUND");
    }

    [Fact]
    public async Task Who_is_removed_is_out_at_once_and_everybody_is_told()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (bob, bobId) = await world.JoinedAsync(ada, space);
        var directory = world.Host.Services.GetRequiredService<ISpaceDirectory>();
        Assert.Contains(await directory.MembershipsOfAsync(bob.UserId, default), membership => membership.SpaceId == space);

        (await ChangeAsync(ada, space, bobId, "viewer")).IsOk();
        (await world.DoAsync(ada, "remove-member", new { organizationId = space, memberIdOrEmail = bobId })).IsOk();

        Assert.DoesNotContain(await directory.MembershipsOfAsync(bob.UserId, default), membership => membership.SpaceId == space);
        var answer = await world.ServiceAsync(HttpMethod.Get, $"/api/v1/internal/org/{space}/member/{bob.UserId}");
        Assert.False(answer.IsOk().Body.GetProperty("isMember").GetBoolean());
        Assert.Equal(
            [new SpaceMemberAdded(space, bob.UserId, "member"), new SpaceRoleChanged(space, bob.UserId, "viewer"), new SpaceMemberRemoved(space, bob.UserId)],
            (await world.Events.OfAsync(space)).Skip(2));
        // Sync, among others, takes them: nothing is left, and nothing was refused.
        await world.Host.DrainAsync();
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.outbox WHERE payload->>'spaceId' = $1", space));
        Assert.Equal(["org_invitation_accepted", "org_member_role_changed", "org_member_removed"], (await world.EventsAsync(bob.UserId)).Select(one => one.Type).Where(type => type.StartsWith("org_", StringComparison.Ordinal)));
        var told = (await world.EventsAsync(ada.UserId)).Last();
        Assert.Equal(("org_member_removed", bob.UserId), (told.Type, told.Facts.GetProperty("member").GetString()));
        Assert.Equal(DBNull.Value, await world.ScalarAsync("SELECT ip_address FROM auth.security_events WHERE user_id = $1 AND event_type = 'org_member_removed'", bob.UserId) ?? DBNull.Value);
    }

    [Fact]
    public async Task Sync_forgets_a_removed_member_by_the_event_although_what_it_remembers_is_still_fresh()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (bob, bobId) = await world.JoinedAsync(ada, space);
        await world.Host.DrainAsync();
        Task<Answer> PushAsync() => world.RawAsync("/sync/todo", bob, $$"""
            {"clientId":"c","since":"1970-01-01T00:00:00.000Z","changes":[{"table":"tasks","id":"t1","op":"insert","data":{"id":"t1","title":"x"},"spaceId":"{{space}}"}]}
            """);
        (await PushAsync()).IsOk();
        (await world.DoAsync(ada, "remove-member", new { organizationId = space, memberIdOrEmail = bobId })).IsOk();
        await world.Host.DrainAsync();

        // The clock stands still: without the event Sync would go by what it remembers for ever. It is told by a notification of the database.
        var patience = System.Diagnostics.Stopwatch.StartNew();
        var answer = await PushAsync();
        while (answer.Status == 200 && patience.Elapsed < TimeSpan.FromSeconds(20))
            answer = await PushAsync();
        Assert.Equal((403, "space_forbidden"), (answer.Status, answer["code"]));
    }

    Task<Answer> ChangeAsync(Person by, string space, string member, object? role) =>
        world.DoAsync(by, "update-member-role", new { organizationId = space, memberId = member, role });

    Task<Answer> LeaveAsync(Person person, string space) => world.DoAsync(person, "leave", new { organizationId = space });
}
