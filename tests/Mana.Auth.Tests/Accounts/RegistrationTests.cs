using System.Text.Json;
using System.Text.RegularExpressions;
using Mana.Testing;

namespace Mana.Auth.Tests.Accounts;

public sealed class RegistrationTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    readonly AuthApi _api = new(fixture.Host);

    [Fact]
    public async Task Scenario_1_registering_creates_an_account_and_its_event_and_no_session()
    {
        var email = AuthApi.NewEmail();
        var answer = (await _api.RegisterAsync($"  {email.ToUpperInvariant()} ", name: " Ada ")).IsOk();
        var user = answer.Body.GetProperty("user");
        var id = user.GetProperty("id").GetString()!;

        Assert.Equal(JsonValueKind.Null, answer.Body.GetProperty("token").ValueKind);
        Assert.False(answer.Body.GetProperty("needsVerification").GetBoolean());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal(
            ["id", "name", "email", "emailVerified", "image", "role", "createdAt", "updatedAt", "twoFactorEnabled", "accessTier", "kind"],
            user.EnumerateObject().Select(member => member.Name));
        Assert.Equal(email, user.GetProperty("email").GetString());
        Assert.Equal("Ada", user.GetProperty("name").GetString());
        Assert.False(user.GetProperty("emailVerified").GetBoolean());
        Assert.Equal("public", user.GetProperty("accessTier").GetString());
        Assert.Equal("human", user.GetProperty("kind").GetString());
        Assert.Equal("user", user.GetProperty("role").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", user.GetProperty("createdAt").GetString()!);
        Assert.Matches("^[0-9a-z]{32}$", id);
        Assert.Equal(1, await UsersAsync(email));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.sessions WHERE user_id = $1", id));
        Assert.DoesNotContain(AuthApi.Password, await fixture.ScalarAsync<string>("SELECT password_hash FROM auth.users WHERE id = $1", id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7, 400)]
    [InlineData(8, 200)]
    [InlineData(128, 200)]
    [InlineData(129, 400)]
    public async Task Scenario_2_a_password_has_8_to_128_characters(int length, int status)
    {
        var email = AuthApi.NewEmail();
        var answer = await _api.RegisterAsync(email, string.Concat(Enumerable.Range(0, length).Select(at => "kx7!mQ2pVzR9#wLt"[at * 7 % 16])));

        if (status == 400)
            answer.IsRefused(400, "WEAK_PASSWORD");
        else
            answer.IsOk();
        Assert.Equal(status == 200 ? 1 : 0, await UsersAsync(email));
    }

    [Theory]
    [InlineData("""{"email":"not an address","password":"Korrekt-Pferd-9"}""")]
    [InlineData("""{"password":"Korrekt-Pferd-9"}""")]
    [InlineData("""{"email":"a@example.org"}""")]
    [InlineData("""{"email":"a@example.org","password":null}""")]
    [InlineData("""{"email":7,"password":"Korrekt-Pferd-9"}""")]
    [InlineData("""{"email":["a@example.org"],"password":"Korrekt-Pferd-9"}""")]
    [InlineData("""{"email":"a@example.org","password":{"x":1}}""")]
    [InlineData("""{"email":"a@example.org","password":"Korrekt-Pferd-9","name":12}""")]
    [InlineData("""{"email":"a@example.org","password":"Korrekt-Pferd-9","name":"a\u0000b"}""")]
    [InlineData("""{"email":"a\u0000@example.org","password":"Korrekt-Pferd-9"}""")]
    [InlineData("""{"email":"a@example.org","password":"\ud800-Korrekt-Pferd-9"}""")]
    [InlineData("""{"email":"a@example.org","password":"Korrekt-Pferd-9"}}""")]
    [InlineData("""{"email":"a@example.org","password":""")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("\u0000")]
    public async Task Scenario_3_what_cannot_be_read_is_refused_and_nothing_is_stored(string body)
    {
        var before = await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.users WHERE email LIKE 'a%@example.org'");
        (await _api.SendRawAsync("register", body)).IsRefused(400, "VALIDATION");
        Assert.Equal(before, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.users WHERE email LIKE 'a%@example.org'"));
    }

    [Fact]
    public async Task A_form_is_refused()
    {
        using var form = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/register")
        {
            Content = new FormUrlEncodedContent([new("email", "a@example.org")]),
        };
        Assert.Equal(415, (await _api.SendAsync(form)).Status);
    }

    [Fact]
    public async Task Scenario_4_without_a_name_the_local_part_is_the_name()
    {
        var email = AuthApi.NewEmail();
        Assert.Equal(email.Split('@')[0], (await _api.RegisterAsync(email)).IsOk().Body.GetProperty("user").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Scenario_5_an_address_that_is_taken_gets_the_same_answer_and_leaves_no_trace()
    {
        var email = AuthApi.NewEmail();
        var first = (await _api.RegisterAsync(email)).IsOk();
        var hash = await fixture.ScalarAsync<string>("SELECT password_hash FROM auth.users WHERE email = $1", email);
        var events = await EventsAsync();

        foreach (var variant in (string[])[email, email.ToUpperInvariant(), " " + email])
        {
            var second = (await _api.RegisterAsync(variant, "Another-Password-1")).IsOk();
            Assert.Equal(Shape(first.Body), Shape(second.Body));
            Assert.NotEqual(first.Body.GetProperty("user").GetProperty("id").GetString(), second.Body.GetProperty("user").GetProperty("id").GetString());
            Assert.Equal(email, second.Body.GetProperty("user").GetProperty("email").GetString());
        }

        Assert.Equal(1, await UsersAsync(email));
        Assert.Equal(hash, await fixture.ScalarAsync<string>("SELECT password_hash FROM auth.users WHERE email = $1", email));
        Assert.Equal(events, await EventsAsync());
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.organizations WHERE owner_user_id = (SELECT id FROM auth.users WHERE email = $1)", email));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.users WHERE email LIKE '%.invalid'"));
        (await _api.LoginAsync(email, "Another-Password-1")).IsRefused(401, "INVALID_CREDENTIALS");
    }

    [Fact]
    public async Task Scenario_7_parallel_registrations_of_one_address_make_one_user_and_one_event()
    {
        var email = AuthApi.NewEmail();
        var events = await EventsAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => _api.RegisterAsync(number % 2 == 0 ? email : email.ToUpperInvariant())));

        Assert.All(answers, answer => answer.IsOk());
        Assert.Single(answers.Select(answer => Shape(answer.Body)).Distinct());
        Assert.Equal(1, await UsersAsync(email));
        Assert.Equal(events + 1, await EventsAsync());
        var id = await fixture.ScalarAsync<string>("SELECT id FROM auth.users WHERE email = $1", email);
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM public.events_seen WHERE payload->>'userId' = $1", id!));
        Assert.DoesNotContain("@", await fixture.ScalarAsync<string>("SELECT payload::text FROM public.events_seen WHERE payload->>'userId' = $1", id!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_7_who_loses_the_race_at_the_index_is_answered_like_any_duplicate()
    {
        var email = AuthApi.NewEmail();
        var events = await EventsAsync();
        await using var rival = await Rival.BeginAsync(fixture.Database, """
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at,
              two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES ($1, 'rival', $1, $1, false, 'user', 'public', 'human', now(), now(), false, true, 0)
            """, email);

        // The registration sees no such user, and its INSERT waits for what becomes of the rival's.
        var answer = await rival.CommitBeforeAsync(_api.RegisterAsync(email));

        Assert.Equal(email, answer.IsOk()["user", "email"]);
        Assert.Equal(1, await UsersAsync(email));
        Assert.Equal(events, await EventsAsync());
    }

    /// <summary>Names and kinds of everything in an answer: what a prober can compare.</summary>
    static string Shape(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? "{" + string.Join(',', element.EnumerateObject().Select(member => member.Name + ":" + Shape(member.Value))) + "}"
        : element.ValueKind + (element.ValueKind == JsonValueKind.String ? Regex.Replace(element.GetString()!, "[0-9a-z]", "x", RegexOptions.None, TimeSpan.FromSeconds(1)) : "");

    async Task<long> UsersAsync(string email) => await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.users WHERE email_normalized = $1", email);

    /// <summary>The dispatcher removes an event that nobody subscribed to, so a trigger keeps count of what was written.</summary>
    async Task<long> EventsAsync()
    {
        await fixture.ScalarAsync<object>("""
            DO $$ BEGIN
              IF to_regclass('public.events_seen') IS NULL THEN
                CREATE TABLE public.events_seen (payload jsonb);
                GRANT INSERT ON public.events_seen TO mana_app;
                CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.events_seen VALUES (NEW.payload); RETURN NEW; END';
                CREATE TRIGGER see AFTER INSERT ON auth.outbox FOR EACH ROW WHEN (NEW.type = 'auth.user_registered') EXECUTE FUNCTION public.see();
              END IF;
            END $$
            """);
        return await fixture.ScalarAsync<long>("SELECT count(*) FROM public.events_seen");
    }
}
