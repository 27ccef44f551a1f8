using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Mana.Testing;

namespace Mana.Auth.Tests.Tokens;

public sealed class ValidateTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    readonly AuthApi _api = new(fixture.Host);

    [Fact]
    public async Task Scenario_26_a_good_token_is_valid_with_its_claims()
    {
        var login = await _api.NewSessionAsync();
        var answer = (await _api.PostAsync("validate", new { token = login["accessToken"] })).IsOk();
        Assert.True(answer.Body.GetProperty("valid").GetBoolean());
        Assert.Equal(TokenText.Claims(login["accessToken"]!).GetRawText(), answer.Body.GetProperty("payload").GetRawText());

        await _api.PostAsync("logout", new { refreshToken = login["refreshToken"] });
        IsInvalid(await _api.PostAsync("validate", new { token = login["accessToken"] }));
    }

    [Fact]
    public async Task Scenario_26_a_token_that_another_server_would_take_is_not()
    {
        var forge = new TokenForge(fixture.Host);
        var claims = forge.Claims("u1");
        var key = (await _api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/auth/jwks"))).Body.GetProperty("keys")[0];
        var hmacKey = Encoding.UTF8.GetBytes(key.GetProperty("x").GetString()!);
        var kid = key.GetProperty("kid").GetString();
        foreach (var token in (string[])
                 [
                     await forge.SignAsync(claims.Replace("\"mana\"", "\"matrix\"", StringComparison.Ordinal)),
                     await forge.SignAsync(claims.Replace(forge.Issuer, "https://evil.example", StringComparison.Ordinal)),
                     await forge.SignAsync(Regex.Replace(claims, "\"exp\":[0-9]+", "\"exp\":1000000000", RegexOptions.None, TimeSpan.FromSeconds(1))),
                     TokenForge.Raw("""{"alg":"none"}""", claims, _ => []),
                     TokenForge.Raw($$"""{"alg":"HS256","kid":"{{kid}}"}""", claims, signed => HMACSHA256.HashData(hmacKey, signed)),
                     forge.SignWithSecond(claims, kid), "garbage", "a.b.c", "",
                 ])
            IsInvalid(await _api.PostAsync("validate", new { token }));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"token\":7}")]
    [InlineData("{\"token\":null}")]
    [InlineData("{\"token\":\"\\ud800\"}")]
    public async Task Scenario_26_a_body_without_a_token_is_invalid_too(string body) => IsInvalid(await _api.SendRawAsync("validate", body));

    [Fact]
    public async Task Scenario_26_no_body_is_invalid_and_what_is_no_JSON_a_bad_request()
    {
        IsInvalid(await _api.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/validate")));
        (await _api.SendRawAsync("validate", "{\"token\":")).IsRefused(400, "VALIDATION");
    }

    static void IsInvalid(Answer answer) => Assert.Equal("{\"valid\":false}", answer.IsOk().Text);
}
