using System.Text.Json;

namespace Mana.Auth.Tests.Organizations;

public sealed class OrganizationTests(OrganizationWorld world) : IClassFixture<OrganizationWorld>
{
    [Fact]
    public async Task Scenario_56_a_space_needs_a_type_that_people_may_found_and_its_tier_is_not_theirs_to_say()
    {
        var ada = await world.VerifiedAsync();
        var slug = OrganizationWorld.Slug();
        foreach (var metadata in (object[])[new { }, new { type = "gang" }, new { type = "personal" }, new { type = 1 }, new { type = "Team" }, "{\"type\":\"team\"}", new[] { "team" }])
            (await world.DoAsync(ada, "create", new { name = "A team", slug, metadata })).Refuses(400, "SPACE_METADATA_INVALID");
        (await world.DoAsync(ada, "create", new { name = "A team", slug })).Refuses(400, "SPACE_METADATA_INVALID");

        var made = (await world.DoAsync(ada, "create", new { name = " A brand ", slug, logo = "https://a.example/b.png", metadata = new { type = "brand", tier = "founder", voiceDoc = "v" } })).IsOk();
        Assert.Equal(("A brand", slug, "https://a.example/b.png"), (made["name"], made["slug"], made["logo"]));
        Assert.Equal("""{"voiceDoc":"v","type":"brand","tier":"public"}""", made.Body.GetProperty("metadata").GetRawText());
        var owner = Assert.Single(made.Body.GetProperty("members").EnumerateArray());
        Assert.Equal("owner", owner.GetProperty("role").GetString());
        Assert.Equal(ada.Email, owner.GetProperty("user").GetProperty("email").GetString());
        Assert.Matches("^2026-11-20T[0-9:]{8}\\.[0-9]{3}Z$", made["createdAt"]);
        // W6: stored as an object, found by filters, and without what users may not say.
        Assert.Equal("""{"voiceDoc": "v"}""", await world.ScalarAsync("SELECT metadata::text FROM auth.organizations WHERE id = $1 AND metadata->>'voiceDoc' = 'v' AND type = 'brand' AND tier = 'public'", made["id"]!));
        Assert.Contains(await world.EventsAsync(ada.UserId), happened => happened.Type == "org_created");
    }

    [Fact]
    public async Task Scenario_57_neither_type_nor_tier_changes_and_a_personal_space_stays()
    {
        var ada = await world.VerifiedAsync();
        var (own, team) = (await world.OwnSpaceAsync(ada), await world.SpaceAsync(ada));
        Task<Answer> UpdateAsync(string space, object data) => world.DoAsync(ada, "update", new { organizationId = space, data });

        (await UpdateAsync(own, new { metadata = new { type = "team" } })).Refuses(400, "SPACE_METADATA_INVALID");
        (await UpdateAsync(team, new { metadata = new { type = "personal" } })).Refuses(400, "SPACE_METADATA_INVALID");
        var changed = (await UpdateAsync(team, new { name = "Renamed", metadata = new { type = "team", tier = "founder", uid = "u" } })).IsOk();
        Assert.Equal(("Renamed", "team", "public"), (changed["name"], changed["metadata", "type"], changed["metadata", "tier"]));
        Assert.Equal("u", changed["metadata", "uid"]);
        Assert.Equal("personal", (await UpdateAsync(own, new { name = "A", metadata = new { legalEntity = "x" } })).IsOk()["metadata", "type"]);

        (await world.DoAsync(ada, "delete", new { organizationId = own })).Refuses(403, "SPACE_PERSONAL_UNDELETABLE");
        (await UpdateAsync(own, new { slug = OrganizationWorld.Slug() })).Refuses(403, "SPACE_PERSONAL_SLUG_IMMUTABLE");
        (await world.InviteAsync(ada, own, AuthApi.NewEmail())).Refuses(403, "SPACE_PERSONAL_SINGLE_MEMBER");
        (await world.DoAsync(ada, "leave", new { organizationId = own })).Refuses(403, "SPACE_PERSONAL_SINGLE_MEMBER");
        var self = (string)(await world.ScalarAsync("SELECT id FROM auth.members WHERE organization_id = $1", own))!;
        (await world.DoAsync(ada, "update-member-role", new { organizationId = own, memberId = self, role = "member" })).Refuses(403, "SPACE_PERSONAL_SINGLE_MEMBER");
        Assert.Equal("owner", await world.ScalarAsync("SELECT role FROM auth.members WHERE organization_id = $1", own));
    }

    [Fact]
    public async Task A_deleted_space_is_gone_for_everybody_at_once()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (bob, _) = await world.JoinedAsync(ada, space);
        await world.InviteAsync(ada, space, AuthApi.NewEmail());
        Assert.Equal(space, await world.ActiveAsync(bob));

        Assert.Equal(space, (await world.DoAsync(ada, "delete", new { organizationId = space })).IsOk()["id"]);
        Assert.Null(await world.ActiveAsync(bob));
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.invitations WHERE organization_id = $1", space));
        (await world.DoAsync(ada, "delete", new { organizationId = space })).Refuses(400, "ORGANIZATION_NOT_FOUND");
        (await world.DoAsync(bob, "set-active", new { organizationId = space })).Refuses(400, "ORGANIZATION_NOT_FOUND");
        Assert.Single((await world.ReadAsync(bob, "list")).IsOk().Body.EnumerateArray());
        Assert.Contains(await world.EventsAsync(ada.UserId), happened => happened.Type == "org_deleted");
    }

    [Fact]
    public async Task Slugs_are_unique_and_some_are_nobodys()
    {
        var ada = await world.VerifiedAsync();
        var (slug, other) = (OrganizationWorld.Slug(), OrganizationWorld.Slug());
        Assert.True((await world.DoAsync(ada, "check-slug", new { slug })).IsOk().Body.GetProperty("status").GetBoolean());
        (await world.DoAsync(ada, "create", OrganizationWorld.NewSpace(slug))).IsOk();
        var second = (await world.DoAsync(ada, "create", OrganizationWorld.NewSpace(other))).IsOk()["id"];

        (await world.DoAsync(ada, "check-slug", new { slug })).Refuses(400, "ORGANIZATION_SLUG_ALREADY_TAKEN");
        (await world.DoAsync(ada, "create", OrganizationWorld.NewSpace(slug))).Refuses(400, "ORGANIZATION_ALREADY_EXISTS");
        (await world.DoAsync(ada, "create", OrganizationWorld.NewSpace("admin"))).Refuses(400, "ORGANIZATION_ALREADY_EXISTS");
        (await world.DoAsync(ada, "update", new { organizationId = second, data = new { slug } })).Refuses(400, "ORGANIZATION_SLUG_ALREADY_TAKEN");
        (await world.DoAsync(ada, "update", new { organizationId = second, data = new { slug = "oauth2" } })).Refuses(400, "ORGANIZATION_SLUG_ALREADY_TAKEN");
        (await world.DoAsync(ada, "update", new { organizationId = second, data = new { slug = other } })).IsOk();
        foreach (var bad in (string?[])["A", "-ab", "ab-", "a b", "Ab", "ä-b", new string('a', 49), "", null])
            (await world.DoAsync(ada, "create", new { name = "A team", slug = bad, metadata = new { type = "team" } })).Refuses(400, "VALIDATION_ERROR");
    }

    [Theory]
    [InlineData("""{"name":"x"}""")]
    [InlineData("""{"name":7}""")]
    [InlineData("""{"logo":"http://a.example/x.png"}""")]
    [InlineData("""{"logo":"javascript:alert(1)"}""")]
    [InlineData("""{"logo":{}}""")]
    [InlineData("""{"slug":null,"name":null}""")]
    [InlineData("""{"name":"a\u0000b"}""")]
    [InlineData("""{"name":"a\ud800b"}""")]
    [InlineData("""{"metadata":{"\ud800":1}}""")]
    [InlineData("""{"metadata":{"deep":[{"n":1e999999}]}}""")]
    public async Task What_no_space_may_look_like_is_refused(string data)
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        (await world.RawAsync("/api/auth/organization/update", ada, $$"""{"organizationId":"{{space}}","data":{{data}}}""")).Refuses(400, "VALIDATION_ERROR");
        Assert.Equal("A team", await world.ScalarAsync("SELECT name FROM auth.organizations WHERE id = $1 AND logo IS NULL AND metadata = '{}'", space));
    }

    [Fact]
    public async Task Metadata_has_16_kilobytes()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        object Data(int length) => new { organizationId = space, data = new { metadata = new { text = new string('x', length) } } };
        (await world.DoAsync(ada, "update", Data((16 * 1024) - 11))).IsOk();
        (await world.DoAsync(ada, "update", Data((16 * 1024) - 10))).Refuses(400, "SPACE_METADATA_INVALID");
    }

    [Fact]
    public async Task Scenario_61_the_active_space_is_the_sessions_until_its_membership_ends()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (bob, member) = await world.JoinedAsync(ada, space);
        (await world.DoAsync(bob, "set-active", new { organizationId = (string?)null })).IsOk();
        (await world.ReadAsync(bob, "get-active-member")).Refuses(400, "NO_ACTIVE_ORGANIZATION");
        (await world.ReadAsync(bob, "get-active-member-role")).Refuses(400, "NO_ACTIVE_ORGANIZATION");
        Assert.Equal("null", (await world.ReadAsync(bob, "get-full-organization")).IsOk().Text);

        var slug = (string)(await world.ScalarAsync("SELECT slug FROM auth.organizations WHERE id = $1", space))!;
        var full = (await world.DoAsync(bob, "set-active", new { organizationSlug = slug })).IsOk();
        Assert.Equal((space, 2), (full["id"], full.Body.GetProperty("members").GetArrayLength()));
        var active = (await world.ReadAsync(await world.RefreshedAsync(bob), "get-active-member")).IsOk();
        Assert.Equal((member, "member", space, "team"), (active["id"], active["role"], active["organization", "id"], active.Body.GetProperty("organization").GetProperty("metadata").GetProperty("type").GetString()));
        Assert.Equal("member", (await world.ReadAsync(bob, "get-active-member-role")).IsOk()["role"]);
        Assert.Equal(space, await world.ActiveAsync(bob));
        // Another session of the same person works where it did.
        var other = await world.AgainAsync(bob);
        Assert.Null(await world.ActiveAsync(other));

        (await world.DoAsync(ada, "remove-member", new { organizationId = space, memberIdOrEmail = member })).IsOk();
        (await world.ReadAsync(bob, "get-active-member")).Refuses(400, "NO_ACTIVE_ORGANIZATION");
        (await world.DoAsync(bob, "set-active", new { organizationId = space })).Refuses(403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION");
        (await world.DoAsync(bob, "set-active", new { organizationId = "nowhere" })).Refuses(400, "ORGANIZATION_NOT_FOUND");
        (await world.DoAsync(bob, "set-active", new { })).Refuses(400, "ORGANIZATION_NOT_FOUND");
        Assert.Equal(space, await world.ActiveAsync(ada));
    }

    [Fact]
    public async Task A_new_space_is_the_active_one_unless_the_caller_keeps_theirs()
    {
        var ada = await world.VerifiedAsync();
        var first = await world.SpaceAsync(ada);
        await world.DoAsync(ada, "create", new { name = "Other", slug = OrganizationWorld.Slug(), metadata = new { type = "club" }, keepCurrentActiveOrganization = true });
        Assert.Equal(first, await world.ActiveAsync(ada));
    }

    [Fact]
    public async Task Scenario_63_a_token_lists_what_its_owner_belongs_to_and_as_what()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (bob, _) = await world.JoinedAsync(ada, space, "admin");
        var list = (await world.ReadAsync(bob, "list")).IsOk().Body.EnumerateArray().ToList();
        Assert.Equal([await world.OwnSpaceAsync(bob), space], list.Select(one => one.GetProperty("id").GetString()));
        Assert.Equal(["owner", "admin"], list.Select(one => one.GetProperty("role").GetString()));
        Assert.Equal(["personal", "team"], list.Select(one => one.GetProperty("metadata").GetProperty("type").GetString()));
        Assert.Equal(["public", "public"], list.Select(one => one.GetProperty("metadata").GetProperty("tier").GetString()));
        Assert.Equal(401, (await world.ReadAsync(null, "list")).Status);
    }

    [Fact]
    public async Task A_cookie_is_as_good_but_changes_only_from_a_trusted_page()
    {
        var browser = world.Browser();
        await browser.NewSessionAsync();
        var made = (await browser.PostAsync("/api/auth/organization/create", OrganizationWorld.NewSpace())).IsOk();
        Assert.Equal(made["id"], (await browser.GetAsync("/api/auth/organization/get-active-member")).IsOk()["organizationId"]);
        Assert.Equal(2, (await browser.GetAsync("/api/auth/organization/list")).IsOk().Body.GetArrayLength());
        var foreign = await browser.PostFromAsync("https://evil.example", "/api/auth/organization/delete", new { organizationId = made["id"] });
        Assert.Equal(403, foreign.Status);
        Assert.Equal(403, (await browser.PostFromAsync(null, "/api/auth/organization/delete", new { organizationId = made["id"] })).Status);
        (await browser.PostAsync("/api/auth/organization/delete", new { organizationId = made["id"] })).IsOk();
    }

    [Fact]
    public async Task A_full_space_shows_members_and_invitations_to_members_only()
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (bob, _) = await world.JoinedAsync(ada, space);
        await world.InviteAsync(ada, space, AuthApi.NewEmail());
        var full = (await world.ReadAsync(bob, "get-full-organization?membersLimit=1&organizationId=" + space)).IsOk().Body;
        Assert.Equal(ada.UserId, Assert.Single(full.GetProperty("members").EnumerateArray()).GetProperty("userId").GetString());
        Assert.Equal(["accepted", "pending"], full.GetProperty("invitations").EnumerateArray().Select(one => one.GetProperty("status").GetString()).Order(StringComparer.Ordinal));

        var eve = await world.VerifiedAsync();
        foreach (var question in (string[])["get-full-organization?", "list-members?", "list-invitations?", "get-active-member-role?"])
        {
            (await world.ReadAsync(eve, question + "organizationId=" + space)).Refuses(403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION");
            (await world.ReadAsync(eve, question + "organizationId=%00")).Refuses(400, "ORGANIZATION_NOT_FOUND");
        }

        Assert.Equal(400, (await world.ReadAsync(bob, "get-full-organization?membersLimit=x&organizationId=" + space)).Status);
    }

    [Theory]
    [InlineData("owner", """{"organization":["update","delete"],"credits":["allocate","view_all"]}""", true)]
    [InlineData("admin", """{"organization":["update"],"member":["create","update","delete"],"invitation":["create","cancel"],"credits":["view_all"]}""", true)]
    [InlineData("admin", """{"organization":["update","delete"]}""", false)]
    [InlineData("admin", """{"credits":["allocate"]}""", false)]
    [InlineData("member", """{"credits":["view_own"]}""", true)]
    [InlineData("member", """{"invitation":["create"]}""", false)]
    [InlineData("viewer", """{"credits":["view_own"]}""", false)]
    [InlineData("member", """{"nothing":["create"]}""", false)]
    public async Task Permissions_are_asked_for_all_at_once(string role, string permissions, bool granted)
    {
        var ada = await world.VerifiedAsync();
        var space = await world.SpaceAsync(ada);
        var (bob, _) = await world.JoinedAsync(ada, space, role);
        var answer = (await world.DoAsync(bob, "has-permission", new { permissions = OrganizationWorld.Parse(permissions) })).IsOk();
        Assert.Equal(granted, answer.Body.GetProperty("success").GetBoolean());
        Assert.Equal(JsonValueKind.Null, answer.Body.GetProperty("error").ValueKind);
    }

    [Fact]
    public async Task Bodies_that_are_none_are_refused()
    {
        var ada = await world.VerifiedAsync();
        foreach (var body in (string[])["", "{", "[]", "7", "null", """{"\ud800":1}"""])
            foreach (var action in (string[])["create", "set-active", "update", "delete", "check-slug", "has-permission", "invite-member", "accept-invitation", "remove-member", "update-member-role", "leave"])
                Assert.Equal((400, "VALIDATION_ERROR"), ((await world.RawAsync("/api/auth/organization/" + action, ada, body)) is var answer ? answer.Status : 0, answer["code"]));
        (await world.DoAsync(ada, "has-permission", new { permissions = "all" })).Refuses(400, "VALIDATION_ERROR");
        (await world.DoAsync(ada, "delete", new { })).Refuses(400, "VALIDATION_ERROR");
        (await world.DoAsync(ada, "leave", new { organizationId = 7 })).Refuses(400, "VALIDATION_ERROR");
    }
}
