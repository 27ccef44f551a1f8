using Mana.Testing;

namespace Mana.Apps.Tests.Wire;

/// <summary>compute.md 3 and 32.1.</summary>
[Collection(SharedHost.Name)]
public sealed class ConventionScenarios(AppsFixture world)
{
    const string Validate = "todo/compute/validate";

    [Fact]
    public async Task Scenario_CNV_01_no_token()
    {
        var answer = (await world.Anybody().ValidateAsync("FREQ=DAILY")).Refused(401, error: "Missing authorization header");
        Assert.Equal(401, answer["status"].GetInt32());
    }

    [Fact]
    public async Task Scenario_CNV_02_a_token_of_an_unknown_key()
    {
        var forge = new TokenForge(world.Host);
        var caller = WithToken(forge.SignWithSecond(forge.Claims("person-x")));
        (await caller.ValidateAsync("FREQ=DAILY")).Refused(401, error: "Invalid or expired token");
    }

    [Fact]
    public async Task Scenario_CNV_03_audiences()
    {
        var forge = new TokenForge(world.Host);
        var claims = forge.Claims("person-x");
        (await WithToken(await forge.SignAsync(claims)).ValidateAsync("FREQ=DAILY")).Ok();
        (await WithToken(await forge.SignAsync(claims.Replace("\"aud\":\"mana\"", "\"aud\":\"other\"", StringComparison.Ordinal))).ValidateAsync("FREQ=DAILY")).Refused(401);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"rrule\":\"FREQ=DAILY\",\"rrule\":\"FREQ=DAILY\"}")]
    public async Task Scenario_CNV_05_malformed_json(string body)
    {
        var person = await world.PersonAsync();
        foreach (var path in (string[])[Validate, "todo/compute/next-occurrence", "calendar/events/expand", "todo/compute/next-task"])
            (await person.PostAsync(path, body)).Refused(400, "INVALID_JSON");
    }

    [Fact]
    public async Task Scenario_CNV_09_admin_without_a_key()
    {
        (await world.Service("wrong").GetAsync("todo/admin/user-data/u1")).Refused(401);
        (await (await world.PersonAsync()).GetAsync("todo/admin/user-data/u1")).Refused(401);
        (await world.Service().GetAsync("todo/admin/user-data/u1")).Ok();
    }

    [Theory]
    [InlineData("compute/validate", Validate, "{\"rrule\":\"FREQ=DAILY\"}")]
    [InlineData("compute/next-occurrence", "todo/compute/next-occurrence", "{\"rrule\":\"FREQ=DAILY\"}")]
    [InlineData("events/expand", "calendar/events/expand", "{\"rrule\":\"FREQ=DAILY\",\"dtstart\":\"2026-01-01\"}")]
    public async Task Scenario_CNV_10_older_paths_answer_byte_for_byte(string old, string now, string body)
    {
        var person = await world.PersonAsync();
        var (one, other) = (await person.PostAsync(old, body), await person.PostAsync(now, body));
        Assert.Equal(other.Ok().Text, one.Ok().Text);
    }

    Caller WithToken(string token)
    {
        var http = world.Host.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new Caller(http, "person-x");
    }
}

/// <summary>The same with limits on and without a service key.</summary>
public sealed class LimitedHost : AppsFixture
{
    protected override TestHost Configure(TestHost host) => host.With("RateLimits:Enabled", "true").With("ServiceKeys:Current", "").With("Compat:LegacyPaths", "false").With("Modules:calendar:RequiredTier", "beta").With("Sync:ValidateCollections", "true");
}

public sealed class LimitScenarios(LimitedHost world) : IClassFixture<LimitedHost>
{
    [Fact]
    public async Task Scenario_CNV_06_too_many_requests_of_one_person()
    {
        var (person, other) = (await world.PersonAsync(), await world.PersonAsync());
        Answer? refused = null;
        for (var i = 0; i < 80 && refused is null; i++)
        {
            var request = Caller.Message(HttpMethod.Post, "todo/compute/validate", new { rrule = "FREQ=DAILY" });
            request.Headers.Add("X-Forwarded-For", $"198.51.100.{i}");
            var answer = await person.SendAsync(request);
            refused = (int)answer.Status == 429 ? answer : null;
        }

        Assert.NotNull(refused);
        refused.Refused(429, "RATE_LIMITED");
        Assert.True(refused.Message.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal("0", refused.Message.Headers.GetValues("X-RateLimit-Remaining").Single());
        (await other.ValidateAsync("FREQ=DAILY")).Ok();
    }

    [Fact]
    public async Task Scenario_CNV_09_an_empty_service_key_lets_nobody_in() => (await world.Service("").GetAsync("todo/admin/user-data/u1")).Refused(503);

    [Fact]
    public async Task Sync_can_refuse_collections_that_an_app_does_not_have()
    {
        var person = await world.PersonAsync();
        async Task<Answer> PushAsync(string app, string table)
        {
            var push = Caller.Message(HttpMethod.Post, "", new { clientId = "d1", changes = new[] { new { table, id = "r1", op = "insert", data = new { id = "r1" } } } });
            push.RequestUri = new Uri("/sync/" + app, UriKind.Relative);
            return await person.SendAsync(push);
        }

        (await PushAsync("todo", "tasks")).Ok();
        (await PushAsync("todo", "labels")).Ok();
        (await PushAsync("manadeck", "decks")).Ok();
        (await PushAsync("an-app-of-tomorrow", "things")).Ok();
        Assert.Equal("unknown_collection", (await PushAsync("todo", "chores")).Refused(400).String("error"));
    }

    [Fact]
    public async Task A_secret_address_is_read_twenty_times_a_minute_whoever_reads_it()
    {
        var person = new Caller(await ClientAsync("beta"), "person-beta");
        var tokens = new List<string>();
        foreach (var id in (string[])["k1", "k2"])
        {
            await world.CalendarAsync(person, id);
            tokens.Add((await person.PostAsync($"calendar/calendars/{id}/feed")).Ok(201).String("token")!);
        }

        for (var i = 0; i < 20; i++)
            (await world.Anybody().GetAsync($"calendar/feed/{tokens[0]}.ics")).Ok();
        var refused = (await world.Anybody().GetAsync($"calendar/feed/{tokens[0]}.ics")).Refused(429, "RATE_LIMITED");
        Assert.True(refused.Message.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        (await world.Anybody().GetAsync($"calendar/feed/{tokens[1]}.ics")).Ok();
    }

    [Fact]
    public async Task Scenario_CNV_04_an_app_for_some_people_only()
    {
        async Task<Answer> AskAsync(string tier, string path) => await new Caller(await ClientAsync(tier), tier).PostAsync(path, new { rrule = "FREQ=DAILY", dtstart = "2026-01-01" });
        foreach (var tier in (string[])["", "guest", "public"])
            Assert.Contains("beta", (await AskAsync(tier, "calendar/events/expand")).Refused(403, "TIER_REQUIRED").String("error"), StringComparison.Ordinal);
        foreach (var tier in (string[])["beta", "alpha", "founder"])
            (await AskAsync(tier, "calendar/events/expand")).Ok();
        (await AskAsync("", "todo/compute/expand")).Ok();
        // Nobody has to say who they are at a secret address.
        (await world.Anybody().GetAsync("calendar/feed/a-token-that-never-was-one.ics")).Refused(404);
    }

    /// <summary>Of somebody of that tier; of none, when it is empty.</summary>
    async Task<HttpClient> ClientAsync(string tier)
    {
        var forge = new TokenForge(world.Host);
        var claims = forge.Claims("person-" + tier).Replace("\"tier\":\"public\"", tier.Length == 0 ? "\"x\":1" : $"\"tier\":\"{tier}\"", StringComparison.Ordinal);
        var http = world.Host.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", await forge.SignAsync(claims));
        return http;
    }

    [Fact]
    public async Task Older_paths_can_be_switched_off() => (await (await world.PersonAsync()).PostAsync("events/expand", new { rrule = "FREQ=DAILY" })).Refused(404);
}
