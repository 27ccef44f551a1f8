using Mana.Auth.Spaces;

namespace Mana.Auth.Tests.Accounts;

/// <summary>What a registration leaves behind, and what it must not.</summary>
public sealed class NewAccountTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    [Fact]
    public async Task Scenario_1_exactly_one_verification_mail_and_a_security_event()
    {
        var email = AuthApi.NewEmail();
        var answer = (await world.Api.RegisterAsync(email)).IsOk();
        Assert.True(answer.Body.GetProperty("needsVerification").GetBoolean());

        var mail = Assert.Single(await world.MailsAsync(email));
        Assert.Equal(("verify-address", "de"), (mail.Template, mail.Locale));
        Assert.Equal(["register"], await world.SecurityAsync(answer["user", "id"]!));
    }

    [Fact]
    public async Task Scenario_5_for_a_taken_address_nothing_happens_but_one_notice_an_hour_to_its_owner()
    {
        var (email, id) = await world.PersonAsync();
        await world.MailsAsync(email);
        var before = await CountsAsync();
        var events = await world.Events.NamesOfUserAsync(id);

        foreach (var variant in (string[])[email, email.ToUpperInvariant(), " " + email])
            Assert.NotEqual(id, (await world.Api.RegisterAsync(variant, "Another-Password-1", "Mallory")).IsOk()["user", "id"]);

        var notice = Assert.Single(await world.MailsAsync(email, "already-registered"));
        Assert.Equal("Ada", notice.Values!["name"]);
        Assert.Single(await world.MailsAsync(email, "verify-address"));
        Assert.Equal(before, await CountsAsync());
        Assert.Equal(events, await world.Events.NamesOfUserAsync(id));
        Assert.Equal(["register"], await world.SecurityAsync(id));

        world.Clock.Advance(TimeSpan.FromHours(1));
        await world.Api.RegisterAsync(email);
        Assert.Equal(2, (await world.MailsAsync(email, "already-registered")).Count);
    }

    [Fact]
    public async Task Registering_again_before_verifying_sends_the_link_again_within_limits()
    {
        var email = AuthApi.NewEmail();
        for (var time = 0; time < 6; time++)
            (await world.Api.RegisterAsync(email)).IsOk();
        Assert.Equal(4, (await world.MailsAsync(email, "verify-address")).Count);
        Assert.Single(await world.MailsAsync(email, "already-registered"));
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.verification_tokens WHERE email_normalized = $1 AND consumed_at IS NULL", email));
    }

    [Fact]
    public async Task Scenario_6_there_is_one_personal_space_of_which_the_person_is_the_owner()
    {
        var email = $"Max.Müller+x{Guid.NewGuid():N}@example.org";
        var id = (await world.Api.RegisterAsync(email, name: "  Max  ")).IsOk()["user", "id"]!;
        Assert.StartsWith("personal|public|Max|max-m-ller-x", (string?)await world.RunAsync(
            "SELECT concat_ws('|', type, tier, name, slug) FROM auth.organizations WHERE owner_user_id = $1", id), StringComparison.Ordinal);
        Assert.Equal("owner", await world.RunAsync("SELECT role FROM auth.members WHERE user_id = $1", id));
        var events = await world.Events.NamesOfUserAsync(id);
        Assert.Equal(["auth.space_created", "auth.space_member_added", "auth.user_registered"], events.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scenario_6_a_reserved_local_part_is_numbered_and_so_is_the_next_one()
    {
        var slugs = new List<object?>();
        foreach (var domain in (string[])["one", "two", "three"])
        {
            var id = (await world.Api.RegisterAsync($"admin@{domain}.example")).IsOk()["user", "id"]!;
            slugs.Add(await world.RunAsync("SELECT slug FROM auth.organizations WHERE owner_user_id = $1", id));
        }

        Assert.Equal(["admin-2", "admin-3", "admin-4"], slugs);
    }

    [Fact]
    public async Task Parallel_registrations_with_one_local_part_get_different_slugs()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => world.Api.RegisterAsync($"zwilling@n{number}.example")));
        Assert.All(answers, answer => answer.IsOk());
        Assert.Equal(12, (await world.ListAsync("SELECT slug FROM auth.organizations WHERE slug LIKE 'zwilling%'")).Distinct().Count());
    }

    [Fact]
    public async Task Scenario_7_parallel_registrations_of_one_address_make_one_user_and_one_space()
    {
        var email = AuthApi.NewEmail();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => world.Api.RegisterAsync(number % 2 == 0 ? email : email.ToUpperInvariant())));
        Assert.Equal("1|1|1", await world.RunAsync("""
            SELECT concat_ws('|', count(DISTINCT u.id), count(DISTINCT o.id), count(DISTINCT m.id)) FROM auth.users u
            LEFT JOIN auth.organizations o ON o.owner_user_id = u.id LEFT JOIN auth.members m ON m.user_id = u.id WHERE u.email_normalized = $1
            """, email));
    }

    [Fact]
    public async Task Scenario_13_the_event_that_gifts_follow_from_comes_with_the_proof_of_the_address()
    {
        var email = AuthApi.NewEmail();
        var id = (await world.Api.RegisterAsync(email)).IsOk()["user", "id"]!;
        Assert.DoesNotContain("auth.email_verified", await world.Events.NamesOfUserAsync(id));
        await world.OpenAsync(await world.LinkAsync(email, "verify-address", "verifyLink"));
        Assert.Single(await world.Events.NamesOfUserAsync(id), name => name == "auth.email_verified");
    }

    [Fact]
    public async Task Neither_address_nor_token_stands_in_the_outbox()
    {
        var email = AuthApi.NewEmail();
        await world.Api.RegisterAsync(email);
        var token = (await world.LinkAsync(email, "verify-address", "verifyLink")).Split("token=")[1].Split('&')[0];
        await world.Api.PostAsync("forgot-password", new { email });
        var payloads = await world.ListAsync("SELECT payload::text FROM public.event_log WHERE type IN ('auth.mail_requested', 'auth.address_requested')");
        Assert.NotEmpty(payloads);
        Assert.All(payloads, payload =>
        {
            Assert.DoesNotContain("example", payload, StringComparison.Ordinal);
            Assert.DoesNotContain(token, payload, StringComparison.Ordinal);
        });
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.verification_tokens WHERE verification_tokens::text LIKE '%' || $1 || '%'", token));
    }

    [Theory]
    [InlineData("Max.Müller+x", "max-m-ller-x")]
    [InlineData("ada", "ada")]
    [InlineData("a--b..c", "a-b-c")]
    [InlineData("-_-", "")]
    [InlineData("---", "")]
    [InlineData("1234567890123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("12345678901234567890123456789.x", "12345678901234567890123456789")]
    public void A_slug_is_what_is_left_of_a_local_part(string local, string slug) => Assert.Equal(slug, SpaceSlugs.Base(local));

    [Fact]
    public async Task A_local_part_of_which_nothing_is_left_gets_a_random_slug()
    {
        var id = (await world.Api.RegisterAsync($"_{new string('-', 3)}_@n{Guid.NewGuid():N}.example")).IsOk()["user", "id"]!;
        Assert.Matches("^user-[a-z]{6}$", (string?)await world.RunAsync("SELECT slug FROM auth.organizations WHERE owner_user_id = $1", id));
    }

    [Fact]
    public async Task A_slug_that_somebody_chose_in_the_last_moment_is_not_the_end()
    {
        // Somebody's row is there when ours is inserted, the first time. A sequence counts, because it is not rolled back.
        await world.RunAsync("""
            CREATE SEQUENCE public.times;
            CREATE FUNCTION public.take() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
              IF NEW.slug = 'schnell' AND nextval('public.times') = 1 THEN RAISE unique_violation USING CONSTRAINT = 'organizations_slug_key'; END IF;
              RETURN NEW; END $$;
            CREATE TRIGGER take BEFORE INSERT ON auth.organizations FOR EACH ROW EXECUTE FUNCTION public.take()
            """);
        var answer = (await world.Api.RegisterAsync("schnell@eilig.example")).IsOk();
        Assert.Equal("schnell", await world.RunAsync("SELECT slug FROM auth.organizations WHERE owner_user_id = $1", answer["user", "id"]!));
        Assert.Equal(2L, await world.RunAsync("SELECT last_value FROM public.times"));
        Assert.Single(await world.MailsAsync("schnell@eilig.example"));
    }

    async Task<object?> CountsAsync() => await world.RunAsync("""
        SELECT concat_ws('|', (SELECT count(*) FROM auth.users), (SELECT count(*) FROM auth.organizations), (SELECT count(*) FROM auth.members),
          (SELECT count(*) FROM auth.verification_tokens), (SELECT sum(registered) FROM auth.signup_days),
          (SELECT count(*) FROM public.event_log WHERE type NOT IN ('auth.mail_requested', 'auth.address_requested')))
        """);
}
