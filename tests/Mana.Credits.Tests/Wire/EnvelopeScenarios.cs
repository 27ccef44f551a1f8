using Mana.Credits.Wire;
using Mana.Testing;

namespace Mana.Credits.Tests.Wire;

/// <summary>commerce.md 17, scenarios 1–8 for the routes of credits.</summary>
public sealed class EnvelopeScenarios(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    [Fact]
    public async Task Scenario_01_without_a_header_the_answer_is_401_in_these_words() =>
        (await fixture.Anybody().GetAsync("credits/balance")).Refused(401, message: "Missing or invalid Authorization header");

    [Fact]
    public async Task Scenario_02_unknown_key_expired_and_foreign_audience_are_refused_in_the_same_words()
    {
        var forge = new TokenForge(fixture.Host);
        foreach (var token in (string[])
                 [
                     forge.SignWithSecond(forge.Claims("u")),
                     await forge.SignAsync($$"""{"sub":"u","exp":{{forge.Now.AddHours(-1).ToUnixTimeSeconds()}},"iss":"{{forge.Issuer}}","aud":"mana"}"""),
                     await forge.SignAsync($$"""{"sub":"u","exp":{{forge.Now.AddHours(1).ToUnixTimeSeconds()}},"iss":"{{forge.Issuer}}","aud":"grafana"}"""),
                 ])
        {
            var caller = fixture.Anybody();
            Bearer.Set(caller.Http, token);
            (await caller.GetAsync("credits/balance")).Refused(401, message: "Invalid or expired token");
        }
    }

    [Fact]
    public async Task Scenario_03_tokens_carry_the_public_address_whatever_address_the_host_is_called_by()
    {
        await using var host = await new TestHost(fixture.Database).With("Auth:BaseUrl", "https://auth.mana.example").StartAsync();
        var forge = new TokenForge(host);
        Assert.Equal("https://auth.mana.example", forge.Issuer);
        var inside = await forge.ClientForAsync("u-issuer");
        Assert.Equal("localhost", inside.BaseAddress!.Host);
        Assert.Equal(200, (int)(await inside.GetAsync("/api/v1/credits/balance")).StatusCode);
        Assert.Equal(200, (int)(await inside.GetAsync("/api/auth/jwks")).StatusCode);
    }

    [Fact]
    public async Task Scenario_04_internal_routes_take_the_service_key_and_nothing_else()
    {
        (await fixture.Service(null).GetAsync("internal/credits/balance/u")).Refused(401, message: "Invalid or missing service key");
        (await fixture.Service("wrong-key").GetAsync("internal/credits/balance/u")).Refused(401, message: "Invalid or missing service key");
        (await (await fixture.PersonAsync()).GetAsync("internal/credits/balance/u")).Refused(401, message: "Invalid or missing service key");
        (await fixture.Service().GetAsync("internal/credits/balance/u")).Ok();
    }

    [Fact]
    public async Task Scenario_05_without_a_configured_key_the_internal_surface_is_off()
    {
        await using var host = await new TestHost(fixture.Database).StartAsync();
        var http = host.CreateClient();
        http.DefaultRequestHeaders.Add("X-Service-Key", "");
        foreach (var path in (string[])["credits/use", "credits/refund", "credits/grant", "credits/init", "credits/reserve", "credits/commit", "gifts/redeem-pending", "sync/charge-recurring"])
            Assert.Equal(503, (int)(await http.PostAsync("/api/v1/internal/" + path, null)).StatusCode);
    }

    [Fact]
    public async Task Scenario_06_bad_input_is_400_and_pages_have_an_end()
    {
        var person = await fixture.PersonAsync(300);
        (await person.PostAsync("credits/use", "{not json")).Refused(400, "validation_failed");
        (await person.PostAsync("credits/use", "[1]")).Refused(400, "validation_failed");
        (await person.GetAsync("credits/transactions?limit=abc")).Refused(400, "validation_failed");
        (await fixture.Service().GetAsync("internal/credits/reservations/abc")).Refused(404);
        for (var i = 0; i < 210; i++)
            await fixture.Ledger.DebitAsync(new(person.UserId, new(1), "chat", "x"), default);
        Assert.Equal(200, (await person.GetAsync("credits/transactions?limit=100000")).Ok().Body.GetArrayLength());
    }

    [Theory]
    [InlineData("https://mana.how", true)]
    [InlineData("https://evil.example", false)]
    public async Task Scenario_07_only_a_page_of_ours_may_ask_with_credentials(string origin, bool allowed)
    {
        await using var host = await new TestHost(fixture.Database).With("Origins:Trusted", "https://mana.how").StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/credits/use");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await host.CreateClient().SendAsync(request);
        Assert.Equal(allowed ? origin : null, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var echoed) ? echoed.Single() : null);
        Assert.Equal(allowed ? "true" : null, answer.Headers.TryGetValues("Access-Control-Allow-Credentials", out var credentials) ? credentials.Single() : null);
    }

    [Fact]
    public async Task Scenario_08_health_is_ok_for_anybody_and_says_when()
    {
        var answer = System.Text.Json.JsonDocument.Parse(await fixture.Host.CreateClient().GetStringAsync("/health")).RootElement;
        Assert.Equal("ok", answer.GetProperty("status").GetString());
        Assert.True(answer.GetProperty("timestamp").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        Assert.EndsWith("Z", answer.GetProperty("timestamp").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_06_a_body_that_is_too_large_is_413() =>
        (await (await fixture.PersonAsync()).PostAsync("credits/use", $$"""{"description":"{{new string('x', 70_000)}}"}""")).Refused(413);

    [Theory]
    [InlineData("""{"amount":1,"appId":"chat","description":"\ud800"}""")]
    [InlineData("""{"amount":1,"appId":"chat","description":"a\u0000b"}""")]
    [InlineData("""{"amount":1,"appId":"chat","description":"x","metadata":{"a":["\u0000"]}}""")]
    [InlineData("""{"amount":1,"appId":"chat","description":"x","metadata":{"\udc00":1}}""")]
    [InlineData("""{"amount":1,"appId":"chat","description":"x","metadata":{"a":1,"a":2}}""")]
    [InlineData("""{"amount":1,"appId":"chat","description":"x","metadata":{"a":1e200000}}""")]
    public async Task What_cannot_be_stored_is_refused_and_nothing_is_booked(string body)
    {
        var person = await fixture.PersonAsync(10);
        (await person.PostAsync("credits/use", body)).Refused(400, "validation_failed");
        (await fixture.Service().PostAsync("internal/credits/use", body.Replace("{\"amount\"", $"{{\"userId\":\"{person.UserId}\",\"amount\"", StringComparison.Ordinal))).Refused(400, "validation_failed");
        Assert.Equal((10_000, 1), ((await fixture.BalanceAsync(person)).Available.Milli, await fixture.LinesAsync(person)));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        var person = await fixture.PersonAsync(10);
        byte[] body = [.. "{\"amount\":1,\"appId\":\"chat\",\"description\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/credits/use") { Content = new ByteArrayContent(body) };
        (await person.SendAsync(request)).Refused(400, "validation_failed");
        Assert.Equal(10_000, (await fixture.BalanceAsync(person)).Available.Milli);
    }

    [Theory]
    [InlineData("credits/usage?to=0001-01-01")]
    [InlineData("credits/usage?from=0001-01-01")]
    [InlineData("credits/usage?to=9999-12-31")]
    public async Task Days_that_no_calendar_of_ours_has_are_refused(string path) => (await (await fixture.PersonAsync()).GetAsync(path)).Refused(400, "validation_failed");

    [Fact]
    public async Task A_person_in_the_path_must_be_one_that_can_be_stored()
    {
        var (admin, service) = (await fixture.AdminAsync(), fixture.Service());
        var userId = new string('u', 65);
        (await service.GetAsync($"internal/credits/balance/{userId}")).Refused(400, "validation_failed");
        (await service.DeleteAsync($"internal/credits/balance/{userId}")).Refused(400, "validation_failed");
        (await service.GetAsync($"internal/sync/status/{userId}")).Refused(400, "validation_failed");
        (await admin.GetAsync($"admin/credits/{userId}")).Refused(400, "validation_failed");
        (await admin.PostAsync($"admin/credits/{userId}/adjust", new { amount = 1, reason = "r", referenceId = "r" })).Refused(400, "validation_failed");
        (await admin.PostAsync($"admin/sync/{userId}/gift")).Refused(400, "validation_failed");
        // The server itself refuses a zero character before that.
        Assert.True(Storable.IsText("a\uFFFDb"));
        Assert.False(Storable.IsText("a\0b"));
        Assert.False(Storable.IsText("a\uD800"));
    }
}
