using System.Net.Http.Headers;
using System.Security.Cryptography;
using Mana.Testing;

namespace Mana.Sync.Tests.Gate;

/// <summary>sync.md 24.1, scenarios 1–7 and 11: who gets in.</summary>
public sealed class AuthenticationScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const string OneInsert = """{"table":"tasks","id":"t1","op":"insert","data":{"id":"t1","title":"Milk"}}""";

    readonly TokenForge _forge = new(fixture.Host);

    [Fact]
    public async Task Scenario_24_1_1_without_authorization_header_nothing_is_stored() => await RefusedAsync(null);

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("eyJhbGciOiJFZERTQSJ9.e30.AAAA")]
    [InlineData("Token abc")]
    public async Task Scenario_24_1_2_another_scheme_or_none_is_refused_on_pull(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00.000Z");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await fixture.Host.CreateClient().SendAsync(request);
        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
    }

    [Fact]
    public async Task Scenario_24_1_2_a_bare_token_without_scheme_is_refused_although_it_is_valid()
    {
        var token = await _forge.ForAsync("bare");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00.000Z");
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using var response = await fixture.Host.CreateClient().SendAsync(request);
        Assert.Equal(401, (int)response.StatusCode);
    }

    [Fact]
    public async Task Scenario_24_1_3_an_empty_token_is_refused() => await RefusedAsync("Bearer ");

    [Fact]
    public async Task Scenario_24_1_4_an_expired_token_is_refused() =>
        await RefusedAsync(await SignedAsync(expiry: _forge.Now.AddSeconds(-31)));

    [Fact]
    public async Task Scenario_24_1_5_a_token_without_exp_is_refused() =>
        await RefusedAsync("Bearer " + await _forge.SignAsync($$"""{"sub":"u","iss":"{{_forge.Issuer}}","aud":"mana"}"""));

    [Fact]
    public async Task Scenario_24_1_6_a_foreign_audience_is_refused() => await RefusedAsync(await SignedAsync(audience: "grafana"));

    [Fact]
    public async Task Scenario_24_1_6_a_foreign_issuer_is_refused() => await RefusedAsync(await SignedAsync(issuer: "https://evil.test"));

    [Theory]
    [InlineData("""{"alg":"none"}""")]
    [InlineData("""{"alg":"HS256","kid":"k"}""")]
    public async Task Scenario_24_1_7_unsigned_and_symmetric_tokens_are_refused(string header) =>
        await RefusedAsync("Bearer " + TokenForge.Raw(header, _forge.Claims("u"), signed => HMACSHA256.HashData("secret"u8, signed)));

    [Fact]
    public async Task Scenario_24_1_7_a_good_key_id_does_not_help_a_foreign_signature()
    {
        var good = await _forge.ForAsync("victim");
        var kid = System.Text.Json.JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(good.AsSpan(0, good.IndexOf('.', StringComparison.Ordinal))))
            .RootElement.GetProperty("kid").GetString()!;
        await RefusedAsync("Bearer " + _forge.SignWithSecond(_forge.Claims("victim"), kid));
    }

    [Fact]
    public async Task Scenario_24_1_11_an_empty_subject_is_refused() => await RefusedAsync("Bearer " + await _forge.SignAsync(_forge.Claims("")));

    [Fact]
    public async Task The_same_request_with_a_good_token_is_stored()
    {
        var person = await fixture.PersonAsync();
        await person.StoreAsync(OneInsert);
        Assert.Equal(1, await fixture.RowsAsync(person));
    }

    async Task<string> SignedAsync(DateTimeOffset? expiry = null, string? issuer = null, string audience = "mana") => "Bearer " + await _forge.SignAsync(
        $$"""{"sub":"u","exp":{{(expiry ?? _forge.Now.AddMinutes(5)).ToUnixTimeSeconds()}},"iss":"{{issuer ?? _forge.Issuer}}","aud":"{{audience}}"}""");

    /// <summary>401 in our envelope, and not one row more in the whole table.</summary>
    async Task RefusedAsync(string? authorization)
    {
        var http = fixture.Host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sync/refused");
        request.Content = new StringContent($$"""{"clientId":"a","since":"","changes":[{{OneInsert}}]}""", MediaTypeHeaderValue.Parse("application/json"));
        if (authorization is not null)
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", authorization));
        using var response = await http.SendAsync(request);
        var answer = new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response);
        answer.Refused(401, "unauthorized");
        Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        await using var connection = await fixture.OpenAsync();
        await using var count = new Npgsql.NpgsqlCommand("SELECT count(*) FROM sync.changes WHERE app_id = 'refused'", connection);
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }
}
