using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Buffers.Text;
using Mana.Auth.Keys;
using Mana.Auth.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Oidc;

public sealed class DiscoveryTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    const string Path = "/.well-known/openid-configuration";

    static readonly string[] Endpoints = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "revocation_endpoint", "introspection_endpoint", "end_session_endpoint",
        "pushed_authorization_request_endpoint", "device_authorization_endpoint", "registration_endpoint"];

    [Fact]
    public async Task Expectation_1_issuer_is_the_prefix_of_the_document_and_of_every_token()
    {
        var document = await GetAsync(Path);
        Assert.Equal(OidcWorld.Issuer, document["issuer"]);
        Assert.All(Endpoints, name => Assert.StartsWith(OidcWorld.Issuer + "/", document[name], StringComparison.Ordinal));
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        Assert.Equal(OidcWorld.Issuer, RelyingParty.Claims(await client.TokensAsync(browser)).GetProperty("iss").GetString());
    }

    [Fact]
    public async Task Expectation_2_arrays_are_not_empty_RS256_is_there_and_none_is_not()
    {
        var document = (await GetAsync(Path)).Body;
        Assert.All(document.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Array), member => Assert.True(member.Value.GetArrayLength() > 0, member.Name));
        Assert.All(document.EnumerateObject().Where(member => member.Name.EndsWith("_alg_values_supported", StringComparison.Ordinal)), member => Assert.DoesNotContain("none", Texts(member.Value)));
        Assert.Contains("RS256", Texts(document.GetProperty("id_token_signing_alg_values_supported")));
        Assert.DoesNotContain("implicit", Texts(document.GetProperty("grant_types_supported")));
        Assert.Equal(["code"], Texts(document.GetProperty("response_types_supported")));
        Assert.Equal(["S256"], Texts(document.GetProperty("code_challenge_methods_supported")));
    }

    [Fact]
    public async Task Expectation_2_every_endpoint_that_is_named_answers()
    {
        var document = await GetAsync(Path);
        foreach (var name in Endpoints)
        {
            var path = document[name]![OidcWorld.Issuer.Length..];
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
            {
                using var answer = await world.SendAsync(new HttpRequestMessage(method, path));
                Assert.NotEqual(404, (int)answer.StatusCode);
                Assert.True((int)answer.StatusCode < 500, $"{method} {path}: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Expectation_3_keys_have_kid_use_and_alg_are_long_enough_and_public()
    {
        var jwks = await GetAsync("/api/auth/jwks");
        Assert.Equal(jwks.Text, (await GetAsync("/api/oidc/jwks")).Text);
        var keys = jwks.Body.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(["EdDSA", "RS256"], keys.Select(key => key.GetProperty("alg").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(keys, key => Assert.Equal("sig", key.GetProperty("use").GetString()));
        Assert.All(keys, key => Assert.DoesNotContain(key.EnumerateObject(), member => member.Name is "d" or "p" or "q" or "dp" or "dq" or "qi" or "k"));
        var rsa = keys.Single(key => key.GetProperty("kty").GetString() == "RSA");
        Assert.True(Base64Url.DecodeFromChars(rsa.GetProperty("n").GetString()).Length >= 256);
        var thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(
            $$"""{"e":"{{rsa.GetProperty("e").GetString()}}","kty":"RSA","n":"{{rsa.GetProperty("n").GetString()}}"}""")));
        Assert.Equal(thumbprint, rsa.GetProperty("kid").GetString());
    }

    [Fact]
    public async Task Expectation_4_RFC_8414_and_the_older_path_say_the_same()
    {
        var document = await GetAsync(Path);
        Assert.Equal(document.Text, (await GetAsync("/.well-known/oauth-authorization-server")).Text);
        Assert.Equal(document.Text, (await GetAsync("/api/auth/.well-known/openid-configuration")).Text);
        Assert.Equal("public, max-age=300", document.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task The_document_is_the_one_that_was_agreed_on()
    {
        var document = JsonSerializer.Serialize((await GetAsync(Path)).Body, Indented);
        var file = System.IO.Path.Combine(AppContext.BaseDirectory, "Oidc", "discovery.json");
        Assert.Equal((await File.ReadAllTextAsync(file)).ReplaceLineEndings("\n").Trim(), document.ReplaceLineEndings("\n"));
    }

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static List<string> Texts(JsonElement array) => [.. array.EnumerateArray().Select(entry => entry.GetString()!)];

    Task<Answer> GetAsync(string path) => world.Api.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
}

/// <summary>A year of keys, as a client sees it.</summary>
public sealed class OidcKeyRotationTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Fact]
    public async Task Expectation_3_keys_rotate_with_overlap_and_an_unknown_kid_is_found_at_the_next_fetch()
    {
        var (browser, email, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var old = TokenText.Header((await client.TokensAsync(browser))["id_token"]!).GetProperty("kid").GetString()!;
        world.Clock.Advance(KeyRotation.Period - KeyRotation.StagedFor);
        await RotateAsync();
        var staged = (await KidsAsync()).Where(kid => kid != old).ToList();
        Assert.Contains(old, await KidsAsync());
        world.Clock.Advance(KeyRotation.StagedFor);
        await RotateAsync();
        browser = await new Pages.Browser(world.Host).SignInAsync(email);
        var current = TokenText.Header((await client.TokensAsync(browser))["id_token"]!).GetProperty("kid").GetString()!;
        Assert.NotEqual(old, current);
        Assert.Contains(current, staged);
        Assert.Equal(new[] { old, current }.Order(StringComparer.Ordinal), (await KidsAsync()).Order(StringComparer.Ordinal));
        world.Clock.Advance(KeyRotation.RetiringFor);
        await RotateAsync();
        Assert.DoesNotContain(old, await KidsAsync());
    }

    async Task RotateAsync()
    {
        await using var scope = world.Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<KeyRotation>().RunAsync(default);
    }

    async Task<List<string>> KidsAsync() => [.. (await world.Api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/auth/jwks"))).Body.GetProperty("keys").EnumerateArray()
        .Where(key => key.GetProperty("alg").GetString() == "RS256").Select(key => key.GetProperty("kid").GetString()!)];
}
