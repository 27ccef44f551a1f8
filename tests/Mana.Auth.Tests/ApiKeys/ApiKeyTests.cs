using System.Text;
using Mana.Auth.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.ApiKeys;

public sealed class ApiKeyTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    const string Path = "/api/v1/api-keys";

    Task<Answer> CreateAsync(Person person, object body) => world.PostAsync(Path, person, body);

    Task<Answer> ValidateAsync(string key, string? scope = null) => world.ServiceAsync(HttpMethod.Post, $"{Path}/validate", new { apiKey = key, scope });

    [Fact]
    public async Task Scenario_66_a_key_is_shown_once_and_good_until_it_is_revoked()
    {
        var person = await world.PersonAsync();
        var made = await CreateAsync(person, new { name = " Büro " });
        Assert.Equal(201, made.Status);
        Assert.True(made.Headers.CacheControl?.NoStore);
        var key = made["key"]!;
        Assert.Matches("^sk_live_[0-9a-f]{64}$", key);
        Assert.Equal(("Büro", key[8..16], person.UserId), (made["name"], made["keyPrefix"], made["userId"]));
        Assert.Equal("""["stt","tts"]""", made.Body.GetProperty("scopes").GetRawText());
        Assert.Equal((60, 60), (made.Body.GetProperty("rateLimitRequests").GetInt32(), made.Body.GetProperty("rateLimitWindow").GetInt32()));

        var list = (await world.GetAsync(Path, person)).IsOk();
        Assert.Equal(made["id"], list.Body[0].GetProperty("id").GetString());
        foreach (var answer in (Answer[])[made, list])
            Assert.DoesNotContain("hash", answer.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(key, list.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(key[16..], (string)(await world.ScalarAsync("SELECT string_agg(k::text, '') FROM auth.api_keys k WHERE user_id = $1", person.UserId))!, StringComparison.Ordinal);

        await world.ScalarAsync("UPDATE auth.api_keys SET rate_limit_requests = 7, rate_limit_window = 11 WHERE id = $1", made["id"]!);
        Assert.Equal(
            $$$"""{"valid":true,"userId":"{{{person.UserId}}}","scopes":["stt","tts"],"rateLimit":{"requests":7,"window":11}}""", (await ValidateAsync(key)).IsOk().Text);
        Assert.True((await ValidateAsync(key, "tts")).IsOk().Body.GetProperty("valid").GetBoolean());
        var denied = (await ValidateAsync(key, "llm")).IsOk();
        Assert.Equal((false, "scope_denied"), (denied.Body.GetProperty("valid").GetBoolean(), denied["reason"]));
        Assert.NotNull(denied["error"]);

        Assert.Equal("""{"success":true}""", (await world.DeleteAsync($"{Path}/{made["id"]}", person)).IsOk().Text);
        AssertInvalid(await ValidateAsync(key));
        Assert.NotNull((await world.GetAsync(Path, person)).IsOk().Body[0].GetProperty("revokedAt").GetString());
        Assert.Equal(["api_key_created", "api_key_validated", "api_key_validation_failed", "api_key_revoked", "api_key_validation_failed"], (await world.EventsAsync(person.UserId)).Select(entry => entry.Type).Where(type => type.StartsWith("api", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Scenario_66_the_keys_of_a_deleted_user_are_invalid()
    {
        var (gone, marked) = (await world.PersonAsync(), await world.PersonAsync());
        var (first, second) = ((await CreateAsync(gone, new { name = "k" }))["key"]!, (await CreateAsync(marked, new { name = "k" }))["key"]!);
        Assert.True((await ValidateAsync(second)).Body.GetProperty("valid").GetBoolean());
        await world.DeleteAccountAsync(gone.UserId);
        await world.ScalarAsync("UPDATE auth.users SET deleted_at = now() WHERE id = $1", marked.UserId);
        AssertInvalid(await ValidateAsync(first));
        AssertInvalid(await ValidateAsync(second));
    }

    [Fact]
    public async Task Keys_of_the_predecessor_are_accepted()
    {
        var person = await world.PersonAsync();
        var old = "sk_live_" + "0123456789abcdef0123456789abcdef";
        await world.ScalarAsync(
            "INSERT INTO auth.api_keys (id, user_id, name, key_prefix, key_hash) VALUES ($1, $2, 'old', '01234567', encode(sha256(convert_to($3, 'UTF8')), 'hex'))",
            Guid.NewGuid().ToString(), person.UserId, old);
        Assert.True((await ValidateAsync(old, "stt")).IsOk().Body.GetProperty("valid").GetBoolean());
    }

    [Theory]
    [InlineData("sk_live_")]
    [InlineData("sk_test_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("sk_live_000000000000000000000000000000000000000000000000000000000000000G")]
    [InlineData("sk_live_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("\u0000")]
    public async Task Anything_else_is_invalid(string key) => AssertInvalid(await ValidateAsync(key));

    [Fact]
    public async Task A_key_may_have_an_end()
    {
        var person = await world.PersonAsync();
        var end = world.Clock.GetUtcNow().AddMinutes(5);
        var key = (await CreateAsync(person, new { name = "k", expiresAt = end }))["key"]!;
        Assert.True((await ValidateAsync(key)).Body.GetProperty("valid").GetBoolean());
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        AssertInvalid(await ValidateAsync(key));
        Assert.Equal(400, (await CreateAsync(person, new { name = "k", expiresAt = end })).Status);
    }

    [Fact]
    public async Task Its_use_is_noted_once_a_minute()
    {
        var person = await world.PersonAsync();
        var key = (await CreateAsync(person, new { name = "k" }))["key"]!;
        var first = world.Clock.GetUtcNow();
        await ValidateAsync(key);
        world.Clock.Advance(TimeSpan.FromSeconds(59));
        await ValidateAsync(key);
        Assert.Equal(first, await UsedAsync());
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await ValidateAsync(key, "llm");
        Assert.Equal(first, await UsedAsync());
        await ValidateAsync(key);
        Assert.Equal(first.AddMinutes(1), await UsedAsync());

        async Task<DateTimeOffset> UsedAsync() => (await world.GetAsync(Path, person)).Body[0].GetProperty("lastUsedAt").GetDateTimeOffset();
    }

    [Fact]
    public async Task The_log_has_its_first_use_of_a_day_and_refusals_once_an_hour()
    {
        var person = await world.PersonAsync();
        var made = await CreateAsync(person, new { name = "k" });
        var (key, id) = (made["key"]!, made["id"]);
        var tomorrow = world.Clock.GetUtcNow().UtcDateTime.Date.AddDays(1) - world.Clock.GetUtcNow().UtcDateTime;
        foreach (var pause in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromMinutes(2), tomorrow])
        {
            world.Clock.Advance(pause);
            Assert.True((await ValidateAsync(key)).Body.GetProperty("valid").GetBoolean());
            await ValidateAsync(key, "llm");
            await ValidateAsync(key, "llm");
        }

        var events = (await world.EventsAsync(person.UserId)).Where(entry => entry.Type.StartsWith("api_key_validat", StringComparison.Ordinal)).ToList();
        Assert.Equal(["api_key_validated", "api_key_validation_failed", "api_key_validated", "api_key_validation_failed"], events.Select(entry => entry.Type));
        Assert.All(events, entry => Assert.Equal(id, entry.Facts.GetProperty("keyId").GetString()));
        Assert.Equal("scope_denied", events[1].Facts.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Wishes_that_cannot_be_granted_are_refused()
    {
        var person = await world.PersonAsync();
        foreach (var bad in (object[])
                 [
                     new { }, new { name = " " }, new { name = new string('n', 101) }, new { name = "a\u0000b" }, new { name = "k", scopes = new[] { "root" } },
                     new { name = "k", scopes = new string?[] { null } }, new { name = "k", expiresAt = "soon" }, new { name = 7 },
                 ])
            Assert.Equal(400, (await CreateAsync(person, bad)).Status);
        Assert.Equal("""["llm","stt"]""", (await CreateAsync(person, new { name = new string('n', 100), scopes = new[] { "llm", "stt", "llm" } })).Body.GetProperty("scopes").GetRawText());
        Assert.Equal("[]", (await CreateAsync(person, new { name = "k", scopes = Array.Empty<string>() })).Body.GetProperty("scopes").GetRawText());
        Assert.Equal(404, (await world.DeleteAsync($"{Path}/unknown", person)).Status);
        Assert.Equal(401, (await world.GetAsync(Path, null)).Status);
    }

    [Fact]
    public async Task Nobody_sees_or_revokes_anothers_key()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var made = await CreateAsync(ada, new { name = "k" });
        Assert.Equal("[]", (await world.GetAsync(Path, bob)).IsOk().Text);
        Assert.Equal(404, (await world.DeleteAsync($"{Path}/{made["id"]}", bob)).Status);
        Assert.True((await ValidateAsync(made["key"]!)).Body.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task Twenty_active_keys_are_enough_also_for_parallel_requests()
    {
        var person = await world.PersonAsync();
        for (var n = 0; n < 17; n++)
            Assert.Equal(201, (await CreateAsync(person, new { name = "k" })).Status);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync(person, new { name = "k" })));
        Assert.Equal(3, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => Assert.Equal((409, "api_key_limit_reached"), (answer.Status, answer["code"])));
        (await world.DeleteAsync($"{Path}/{answers.First(answer => answer.Status == 201)["id"]}", person)).IsOk();
        Assert.Equal(201, (await CreateAsync(person, new { name = "k" })).Status);
    }

    [Fact]
    public async Task The_token_of_an_ended_session_makes_no_keys()
    {
        var person = await world.PersonAsync();
        (await world.PostAsync("/api/v1/auth/logout", person, new { })).IsOk();
        Assert.Equal(401, (await CreateAsync(person, new { name = "k" })).Status);
    }

    [Fact]
    public async Task Other_modules_ask_without_http()
    {
        var person = await world.PersonAsync();
        var key = (await CreateAsync(person, new { name = "k" }))["key"]!;
        var validator = world.Host.Services.GetRequiredService<IApiKeyValidator>();
        Assert.Equal(person.UserId, Assert.IsType<ApiKeyVerdict.Valid>(await validator.ValidateAsync(key, "stt", default)).UserId);
        Assert.IsType<ApiKeyVerdict.ScopeDenied>(await validator.ValidateAsync(key, "search", default));
        Assert.IsType<ApiKeyVerdict.Invalid>(await validator.ValidateAsync("", null, default));
    }

    [Fact]
    public async Task A_request_without_a_key_is_400_and_a_wrong_service_key_401()
    {
        Assert.Equal(400, (await world.ServiceAsync(HttpMethod.Post, $"{Path}/validate", new { scope = "stt" })).Status);
        Assert.Equal(400, (await world.PostAsync($"{Path}/validate", null, new { apiKey = "" })).Status);
        Assert.Equal(401, (await world.ServiceAsync(HttpMethod.Post, $"{Path}/validate", new { apiKey = "x" }, "wrong-service-key")).Status);
    }

    static void AssertInvalid(Answer answer) => Assert.False(answer.IsOk().Body.GetProperty("valid").GetBoolean(), answer.Text);
}

/// <summary>The limits, which are off in Development.</summary>
public sealed class ApiKeyLimitTests(ApiKeyLimitTests.Limited world) : IClassFixture<ApiKeyLimitTests.Limited>
{
    const string Validate = "/api/v1/api-keys/validate";

    public sealed class Limited : ModuleWorld
    {
        protected override void Configure(TestHost host) => host.With("RateLimits:Enabled", "true").With("Origins:Trusted", "https://app.example");
    }

    [Fact]
    public async Task Scenario_67_strangers_may_guess_ten_times_and_services_more()
    {
        var person = await world.PersonAsync();
        var key = (await world.PostAsync("/api/v1/api-keys", person, new { name = "k" }))["key"]!;
        // Good keys cost nothing, and a person's token is neither wanted nor of use.
        for (var n = 0; n < 15; n++)
            Assert.True((await world.PostAsync(Validate, null, new { apiKey = key })).IsOk().Body.GetProperty("valid").GetBoolean());
        for (var n = 0; n < 10; n++)
            Assert.Equal("""{"valid":false,"error":"Invalid API key"}""", (await world.PostAsync(Validate, null, new { apiKey = $"guess{n}" })).IsOk().Text);
        foreach (var caller in (Person?[])[null, person])
        {
            var refused = await world.PostAsync(Validate, caller, new { apiKey = key });
            Assert.Equal(429, refused.Status);
            Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        for (var n = 0; n < 15; n++)
            (await world.ServiceAsync(HttpMethod.Post, Validate, new { apiKey = $"guess{n}" })).IsOk();
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        (await world.PostAsync(Validate, null, new { apiKey = key })).IsOk();
        Assert.True((await world.ServiceAsync(HttpMethod.Post, Validate, new { apiKey = key })).IsOk().Body.GetProperty("valid").GetBoolean());
    }

    [Theory]
    [InlineData("/api/v1/api-keys", true)]
    [InlineData(Validate, false)]
    [InlineData("/api/v1/internal/ai-mission-grants", false)]
    [InlineData("/api/v1/internal/users/x/memberships", false)]
    public async Task Browsers_are_not_let_in_where_servers_talk(string path, bool allowed)
    {
        var request = new HttpRequestMessage(path == Validate ? HttpMethod.Post : HttpMethod.Get, path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Origin", "https://app.example");
        Assert.Equal(allowed, (await world.Api.SendAsync(request)).Headers.Contains("Access-Control-Allow-Origin"));
    }
}
