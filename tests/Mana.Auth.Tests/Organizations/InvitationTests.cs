using System.Text.Json;
using Mana.Auth.Passwords;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Organizations;

public sealed class InvitationTests(OrganizationWorld world) : IClassFixture<OrganizationWorld>
{
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(48);

    [Fact]
    public async Task Scenario_58_an_invitation_is_its_recipients_once_and_for_48_hours()
    {
        var (ada, bob, eve) = (await world.VerifiedAsync(), await world.VerifiedAsync(), await world.VerifiedAsync());
        var space = await world.SpaceAsync(ada);
        var sent = (await world.InviteAsync(ada, space, $"  {bob.Email.ToUpperInvariant()} ", "admin")).IsOk();
        Assert.Equal((bob.Email, "admin", "pending", ada.UserId, space), (sent["email"], sent["role"], sent["status"], sent["inviterId"], sent["organizationId"]));
        Assert.Equal(Lifetime, sent.Body.GetProperty("expiresAt").GetDateTimeOffset() - sent.Body.GetProperty("createdAt").GetDateTimeOffset());
        var id = sent["id"]!;
        Assert.True(id.Length >= 32, id);
        (await world.InviteAsync(ada, space, bob.Email)).Refuses(400, "USER_IS_ALREADY_INVITED_TO_THIS_ORGANIZATION");

        (await world.AcceptAsync(eve, id)).Refuses(403, "YOU_ARE_NOT_THE_RECIPIENT_OF_THE_INVITATION");
        (await world.ReadAsync(eve, "get-invitation?id=" + id)).Refuses(403, "YOU_ARE_NOT_THE_RECIPIENT_OF_THE_INVITATION");
        (await world.DoAsync(eve, "reject-invitation", new { invitationId = id })).Refuses(403, "YOU_ARE_NOT_THE_RECIPIENT_OF_THE_INVITATION");
        var seen = (await world.ReadAsync(bob, "get-invitation?id=" + id)).IsOk();
        Assert.Equal(("A team", ada.Email), (seen["organizationName"], seen["inviterEmail"]));
        Assert.Equal(id, Assert.Single((await world.ReadAsync(bob, "list-user-invitations")).IsOk().Body.EnumerateArray()).GetProperty("id").GetString());
        Assert.Empty((await world.ReadAsync(eve, "list-user-invitations")).IsOk().Body.EnumerateArray());

        var accepted = (await world.AcceptAsync(bob, id)).IsOk();
        Assert.Equal(("accepted", "admin", bob.UserId), (accepted["invitation", "status"], accepted["member", "role"], accepted["member", "userId"]));
        Assert.Equal(space, await world.ActiveAsync(bob));
        (await world.AcceptAsync(bob, id)).Refuses(400, "INVITATION_NOT_FOUND");
        (await world.InviteAsync(ada, space, bob.Email)).Refuses(400, "USER_IS_ALREADY_A_MEMBER_OF_THIS_ORGANIZATION");
        Assert.Contains(await world.EventsAsync(ada.UserId), happened => happened.Type == "org_member_invited");

        var late = (await world.InviteAsync(ada, space, eve.Email)).IsOk()["id"]!;
        world.Clock.Advance(Lifetime - TimeSpan.FromSeconds(1));
        eve = await world.AgainAsync(eve);
        (await world.ReadAsync(eve, "get-invitation?id=" + late)).IsOk();
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        (await world.AcceptAsync(eve, late)).Refuses(400, "INVITATION_NOT_FOUND");
        (await world.ReadAsync(eve, "get-invitation?id=" + late)).Refuses(400, "INVITATION_NOT_FOUND");
        Assert.Empty((await world.ReadAsync(eve, "list-user-invitations")).IsOk().Body.EnumerateArray());
        // One that has run out takes no place.
        var again = (await world.InviteAsync(await world.AgainAsync(ada), space, eve.Email)).IsOk()["id"]!;
        Assert.NotEqual(late, again);
        (await world.AcceptAsync(eve, again)).IsOk();
    }

    [Fact]
    public async Task The_invitation_of_somebody_who_may_not_invite_any_more_opens_nothing()
    {
        var (ada, eve, mallory) = (await world.VerifiedAsync(), await world.VerifiedAsync(), await world.VerifiedAsync());
        var space = await world.SpaceAsync(ada);
        var (admin, member) = await world.JoinedAsync(ada, space, "admin");
        var toAdmin = (await world.InviteAsync(admin, space, mallory.Email, "admin")).IsOk()["id"]!;
        var toOwner = (await world.InviteAsync(ada, space, eve.Email, "owner")).IsOk()["id"]!;
        (await world.DoAsync(ada, "remove-member", new { memberIdOrEmail = member, organizationId = space })).IsOk();
        (await world.AcceptAsync(mallory, toAdmin)).Refuses(400, "INVITATION_NOT_FOUND");

        await world.ScalarAsync("UPDATE auth.members SET role = 'admin' WHERE organization_id = $1 AND user_id = $2", space, ada.UserId);
        (await world.AcceptAsync(eve, toOwner)).Refuses(400, "INVITATION_NOT_FOUND");
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.members WHERE organization_id = $1", space));
    }

    [Fact]
    public async Task Scenario_90_names_are_text_in_the_mail_and_its_link_leads_to_the_app()
    {
        const string Evil = "<img src=x onerror=alert(1)>";
        var ada = await world.VerifiedAsync();
        await world.ScalarAsync("UPDATE auth.users SET name = $2 WHERE id = $1", ada.UserId, "Ada " + Evil);
        var space = (await world.DoAsync(ada, "create", new { name = "Team " + Evil, slug = OrganizationWorld.Slug(), metadata = new { type = "team" } })).IsOk()["id"]!;
        var email = AuthApi.NewEmail();
        var id = (await world.InviteAsync(ada, space, email)).IsOk()["id"]!;

        var mail = Assert.Single(await world.MailsAsync(email));
        Assert.DoesNotContain("<img", mail.Html, StringComparison.Ordinal);
        Assert.Contains("Team &lt;img", mail.Html, StringComparison.Ordinal);
        Assert.EndsWith("/accept-invitation?id=" + id, mail.Values!["inviteLink"], StringComparison.Ordinal);
        Assert.Null(mail.UserId);
    }

    [Fact]
    public async Task An_address_must_be_verified_before_its_invitations_are_shown_or_answered()
    {
        var (ada, bob) = (await world.VerifiedAsync(), await world.PersonAsync());
        var space = await world.SpaceAsync(ada);
        var id = (await world.InviteAsync(ada, space, bob.Email)).IsOk()["id"]!;
        const string Code = "EMAIL_VERIFICATION_REQUIRED_BEFORE_ACCEPTING_OR_REJECTING_INVITATION";
        (await world.AcceptAsync(bob, id)).Refuses(403, Code);
        (await world.DoAsync(bob, "reject-invitation", new { invitationId = id })).Refuses(403, Code);
        (await world.ReadAsync(bob, "get-invitation?id=" + id)).Refuses(403, Code);
        Assert.Empty((await world.ReadAsync(bob, "list-user-invitations")).IsOk().Body.EnumerateArray());
        await world.ScalarAsync("UPDATE auth.users SET email_verified = true WHERE id = $1", bob.UserId);
        (await world.AcceptAsync(bob, id)).IsOk();
    }

    [Fact]
    public async Task An_invitation_is_sent_again_under_its_id_for_another_48_hours()
    {
        var (ada, bob) = (await world.VerifiedAsync(), await world.VerifiedAsync());
        var space = await world.SpaceAsync(ada);
        var (admin, _) = await world.JoinedAsync(ada, space, "admin");
        var first = (await world.InviteAsync(ada, space, bob.Email, "owner")).IsOk();
        world.Clock.Advance(TimeSpan.FromHours(40));
        (ada, admin, bob) = (await world.AgainAsync(ada), await world.AgainAsync(admin), await world.AgainAsync(bob));
        Task<Answer> ResendAsync(Person by, string role) => world.DoAsync(by, "invite-member", new { email = bob.Email, role, organizationId = space, resend = true });

        (await ResendAsync(admin, "owner")).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_INVITE_USER_WITH_THIS_ROLE");
        var second = (await ResendAsync(admin, "member")).IsOk();
        Assert.Equal((first["id"], "member", admin.UserId), (second["id"], second["role"], second["inviterId"]));
        Assert.Equal(2, (await world.MailsAsync(bob.Email)).Count);
        world.Clock.Advance(TimeSpan.FromHours(40));
        Assert.Equal("member", (await world.AcceptAsync(await world.AgainAsync(bob), second["id"]!)).IsOk()["member", "role"]);
    }

    [Fact]
    public async Task What_was_cancelled_or_turned_down_is_over_and_its_address_can_be_invited_again()
    {
        var (ada, bob) = (await world.VerifiedAsync(), await world.VerifiedAsync());
        var space = await world.SpaceAsync(ada);
        var (carl, _) = await world.JoinedAsync(ada, space);
        var first = (await world.InviteAsync(ada, space, bob.Email)).IsOk()["id"]!;
        Task<Answer> EndAsync(Person by, string how, string id) => world.DoAsync(by, how + "-invitation", new { invitationId = id });

        (await EndAsync(carl, "cancel", first)).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_CANCEL_THIS_INVITATION");
        (await EndAsync(bob, "cancel", first)).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_CANCEL_THIS_INVITATION");
        Assert.Equal("canceled", (await EndAsync(ada, "cancel", first)).IsOk()["status"]);
        (await EndAsync(ada, "cancel", first)).Refuses(400, "INVITATION_NOT_FOUND");
        (await world.AcceptAsync(bob, first)).Refuses(400, "INVITATION_NOT_FOUND");

        var second = (await world.InviteAsync(ada, space, bob.Email)).IsOk()["id"]!;
        Assert.Equal("rejected", (await EndAsync(bob, "reject", second)).IsOk()["status"]);
        (await EndAsync(bob, "reject", second)).Refuses(400, "INVITATION_NOT_FOUND");
        (await world.AcceptAsync(bob, second)).Refuses(400, "INVITATION_NOT_FOUND");
        (await world.AcceptAsync(bob, "\u0001")).Refuses(400, "INVITATION_NOT_FOUND");
        (await world.DoAsync(bob, "accept-invitation", new { invitationId = 7 })).Refuses(400, "INVITATION_NOT_FOUND");

        var third = (await world.InviteAsync(ada, space, bob.Email)).IsOk()["id"]!;
        var listed = (await world.ReadAsync(carl, "list-invitations?organizationId=" + space)).IsOk().Body.EnumerateArray()
            .ToDictionary(one => one.GetProperty("id").GetString()!, one => one.GetProperty("status").GetString(), StringComparer.Ordinal);
        Assert.Equal(("canceled", "rejected", "pending"), (listed[first], listed[second], listed[third]));
        (await world.DoAsync(ada, "delete", new { organizationId = space })).IsOk();
        (await world.AcceptAsync(bob, third)).Refuses(400, "INVITATION_NOT_FOUND");
    }

    [Fact]
    public async Task A_space_has_100_open_invitations()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        await world.ScalarAsync("""
            INSERT INTO auth.invitations (id, organization_id, email, role, status, inviter_id, created_at, expires_at)
            SELECT $1 || n, $1, n || '@full.example', 'member', 'pending', $2, now(), $3::timestamptz - (n = 1)::int * interval '100 days' FROM generate_series(1, 100) n
            """, space, ada.UserId, world.Clock.GetUtcNow().AddHours(1));
        var last = (await world.InviteAsync(ada, space, AuthApi.NewEmail())).IsOk()["id"]!;
        (await world.InviteAsync(ada, space, AuthApi.NewEmail())).Refuses(403, "INVITATION_LIMIT_REACHED");
        (await world.DoAsync(ada, "cancel-invitation", new { invitationId = last })).IsOk();
        (await world.InviteAsync(ada, space, AuthApi.NewEmail())).IsOk();
    }

    [Fact]
    public async Task A_space_has_100_members()
    {
        var (ada, bob) = (await world.VerifiedAsync(), await world.VerifiedAsync());
        var space = await world.SpaceAsync(ada);
        var id = (await world.InviteAsync(ada, space, bob.Email)).IsOk()["id"]!;
        await world.ScalarAsync("""
            WITH people AS (INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at, two_factor_enabled, lockout_enabled, access_failed_count)
              SELECT $1 || n, 'p', $1 || n, $1 || n, true, 'user', 'public', 'human', now(), now(), false, true, 0 FROM generate_series(1, 99) n RETURNING id)
            INSERT INTO auth.members (id, organization_id, user_id, role, created_at) SELECT id, $1, id, 'member', now() FROM people
            """, space);
        (await world.AcceptAsync(bob, id)).Refuses(403, "ORGANIZATION_MEMBERSHIP_LIMIT_REACHED");
        await world.ScalarAsync("DELETE FROM auth.members WHERE id = $1", space + "7");
        // What was refused has used nothing up.
        (await world.AcceptAsync(bob, id)).IsOk();
    }

    [Fact]
    public async Task One_address_gets_20_invitations_a_day()
    {
        var ada = await world.VerifiedAsync();
        var (space, email) = (await world.SpaceAsync(ada), AuthApi.NewEmail());
        Task<Answer> SendAsync() => world.DoAsync(ada, "invite-member", new { email, role = "member", organizationId = space, resend = true });
        for (var sent = 0; sent < 20; sent++)
            (await SendAsync()).IsOk();
        (await SendAsync()).Refuses(429, "RATE_LIMITED");
        Assert.Equal(20, (await world.MailsAsync(email)).Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nobody")]
    [InlineData("a@b")]
    public async Task What_is_no_address_is_refused(string? email)
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        (await world.DoAsync(ada, "invite-member", new { email, role = "member", organizationId = space })).Refuses(400, "VALIDATION_ERROR");
        (await world.DoAsync(ada, "invite-member", new { email = AuthApi.NewEmail(), organizationId = space })).Refuses(400, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Without_a_space_the_active_one_is_meant_and_somebody_elses_is_closed()
    {
        var (ada, eve) = (await world.VerifiedAsync(), await world.VerifiedAsync());
        var space = await world.SpaceAsync(ada);
        Assert.Equal(space, (await world.DoAsync(ada, "invite-member", new { email = AuthApi.NewEmail(), role = "member" })).IsOk()["organizationId"]);
        (await world.DoAsync(eve, "invite-member", new { email = AuthApi.NewEmail(), role = "member" })).Refuses(400, "NO_ACTIVE_ORGANIZATION");
        (await world.InviteAsync(eve, space, AuthApi.NewEmail())).Refuses(403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION");
        Assert.Equal(JsonValueKind.Array, (await world.ReadAsync(ada, "list-invitations")).IsOk().Body.ValueKind);
    }

    [Fact]
    public async Task Who_came_in_by_another_way_meanwhile_stays_what_they_are()
    {
        var (ada, bob) = (await world.VerifiedAsync(), await world.VerifiedAsync());
        var space = await world.SpaceAsync(ada);
        var id = (await world.InviteAsync(ada, space, bob.Email, "admin")).IsOk()["id"]!;
        await world.ScalarAsync("INSERT INTO auth.members (id, organization_id, user_id, role, created_at) VALUES ($1, $1, $2, 'viewer', now())", space, bob.UserId);
        Assert.Equal("viewer", (await world.AcceptAsync(bob, id)).IsOk()["member", "role"]);
        Assert.Equal(2, (await world.Events.OfAsync(space)).Count);
    }

    [Fact]
    public async Task Invitations_hold_addresses_of_strangers_and_go_30_days_after_their_end()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        await world.InviteAsync(ada, space, AuthApi.NewEmail());
        var retention = ActivatorUtilities.CreateInstance<Retention>(world.Host.Services);
        world.Clock.Advance(Lifetime + TimeSpan.FromDays(29));
        await retention.PurgeAsync(default);
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.invitations WHERE organization_id = $1", space));
        world.Clock.Advance(TimeSpan.FromDays(1));
        await retention.PurgeAsync(default);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.invitations WHERE organization_id = $1", space));
    }
}
