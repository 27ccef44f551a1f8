using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Tests.Tokens;

namespace Mana.Auth.Tests.Oidc;

public sealed class IdTokenTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Theory]
    [InlineData("RS256")]
    [InlineData("EdDSA")]
    public async Task Expectation_44_47_it_is_signed_as_registered_and_hashes_its_access_token(string algorithm)
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync(new ClientDraft(IdTokenSignedResponseAlg: algorithm));
        var tokens = await client.TokensAsync(browser);
        var (header, access) = (TokenText.Header(tokens["id_token"]!), Encoding.ASCII.GetBytes(tokens["access_token"]!));
        Assert.Equal((algorithm, "JWT"), (header.GetProperty("alg").GetString(), header.GetProperty("typ").GetString()));
        var jwk = (await world.Api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/auth/jwks"))).Body.GetProperty("keys").EnumerateArray()
            .Single(key => key.GetProperty("kid").GetString() == header.GetProperty("kid").GetString());
        Assert.Equal(algorithm, jwk.GetProperty("alg").GetString());
        var hash = algorithm == "RS256" ? SHA256.HashData(access) : SHA512.HashData(access);
        Assert.Equal(Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2)), RelyingParty.Claims(tokens).GetProperty("at_hash").GetString());
        if (algorithm != "RS256")
            return;
        var segments = tokens["id_token"]!.Split('.');
        using var rsa = RSA.Create(new RSAParameters { Modulus = Base64Url.DecodeFromChars(jwk.GetProperty("n").GetString()), Exponent = Base64Url.DecodeFromChars(jwk.GetProperty("e").GetString()) });
        Assert.True(rsa.VerifyData(Encoding.ASCII.GetBytes($"{segments[0]}.{segments[1]}"), Base64Url.DecodeFromChars(segments[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public async Task Expectation_45_46_49_its_claims()
    {
        var (browser, email, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var now = world.Clock.GetUtcNow().ToUnixTimeSeconds();
        var tokens = await client.TokensAsync(browser);
        var claims = RelyingParty.Claims(tokens);
        Assert.Equal(client.ClientId, claims.GetProperty("aud").GetString());
        Assert.False(claims.TryGetProperty("azp", out _));
        Assert.Equal((now, now + 3600), (claims.GetProperty("iat").GetInt64(), claims.GetProperty("exp").GetInt64()));
        Assert.Equal(now, claims.GetProperty("auth_time").GetInt64());
        Assert.Equal("1", claims.GetProperty("acr").GetString());
        Assert.Equal(["pwd"], claims.GetProperty("amr").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("n-0S6_WzA2Mj", claims.GetProperty("nonce").GetString());
        Assert.Equal(id, claims.GetProperty("sub").GetString());
        Assert.True(id.Length <= 255 && id.All(char.IsAscii) && id != email);
        Assert.Equal(id, (await client.UserInfoAsync(tokens["access_token"]!))["sub"]);
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions WHERE id = $1 AND user_id = $2", claims.GetProperty("sid").GetString()!, id));
        // Only at userinfo, unless the client never asks there.
        Assert.False(claims.TryGetProperty("email", out _));
    }

    [Fact]
    public async Task Two_factors_are_acr_2()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        await world.ScalarAsync("UPDATE auth.sessions SET amr = '{pwd,otp}' WHERE user_id = $1", id);
        var claims = RelyingParty.Claims(await client.TokensAsync(browser));
        Assert.Equal("2", claims.GetProperty("acr").GetString());
        Assert.Equal(["pwd", "otp"], claims.GetProperty("amr").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task Expectation_48_the_homeserver_finds_all_it_needs_in_the_id_token()
    {
        var (browser, email, id) = await world.PersonAsync();
        var claims = RelyingParty.Claims(await world.Synapse.TokensAsync(browser));
        Assert.Equal(email, claims.GetProperty("email").GetString());
        Assert.Equal(JsonValueKind.True, claims.GetProperty("email_verified").ValueKind);
        Assert.Equal(JsonValueKind.Number, claims.GetProperty("updated_at").ValueKind);
        Assert.Equal("Ada", claims.GetProperty("name").GetString());
        Assert.Equal(await world.ScalarAsync("SELECT slug FROM auth.organizations WHERE owner_user_id = $1", id), claims.GetProperty("preferred_username").GetString());
        Assert.Matches("^[a-z0-9._=/-]+$", claims.GetProperty("preferred_username").GetString());
        Assert.Equal(JsonValueKind.Array, claims.GetProperty("amr").ValueKind);
        Assert.NotEmpty(claims.GetProperty("sid").GetString()!);
    }
}

public sealed class UserInfoTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    const string Path = "/api/auth/oauth2/userinfo";

    [Fact]
    public async Task Expectation_50_the_token_comes_in_the_header_or_in_a_form_and_never_in_the_address()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var token = (await client.TokensAsync(browser))["access_token"]!;
        Assert.Equal(id, (await client.UserInfoAsync(token)).IsOk()["sub"]);
        Assert.Equal(id, (await client.PostRawAsync(Path, [("access_token", token)], null)).IsOk()["sub"]);
        Assert.Equal(id, (await client.PostRawAsync("/api/oidc/userinfo", [], null, ("Authorization", "Bearer " + token))).IsOk()["sub"]);
        (await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"{Path}?access_token={token}"))).IsError(400, "invalid_request");
        (await client.PostRawAsync(Path, [("access_token", token)], null, ("Authorization", "Bearer " + token))).IsError(400, "invalid_request");
    }

    [Theory]
    [InlineData("openid", "sub")]
    [InlineData("openid email", "sub email email_verified")]
    [InlineData("openid profile", "sub name given_name preferred_username updated_at")]
    [InlineData("openid profile email", "sub name given_name preferred_username updated_at email email_verified")]
    public async Task Expectation_51_claims_by_scope_and_no_others(string scope, string claims)
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var info = (await client.UserInfoAsync((await client.TokensAsync(browser, ("scope", scope)))["access_token"]!)).IsOk();
        Assert.Equal(claims.Split(' '), info.Body.EnumerateObject().Select(member => member.Name));
        Assert.True(info.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task A_name_is_split_and_a_picture_is_shown_when_there_is_one()
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        await world.ScalarAsync("UPDATE auth.users SET name = 'Ada King Lovelace', image = 'https://pictures.example/ada.png' WHERE id = $1", id);
        var info = (await client.UserInfoAsync((await client.TokensAsync(browser))["access_token"]!)).IsOk();
        Assert.Equal(("Ada", "King Lovelace", "https://pictures.example/ada.png"), (info["given_name"], info["family_name"], info["picture"]));
    }

    [Fact]
    public async Task Expectation_52_what_has_ended_is_invalid_token()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var token = (await client.TokensAsync(browser))["access_token"]!;
        world.Clock.Advance(TimeSpan.FromSeconds(3600));
        var refused = (await client.UserInfoAsync(token)).IsError(401, "invalid_token");
        Assert.Contains("error=\"invalid_token\"", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        var missing = (await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, Path))).IsError(401, "invalid_token");
        Assert.Equal("Bearer realm=\"mana\"", missing.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Expectation_54_tokens_of_the_platform_and_of_clients_never_pass_for_each_other()
    {
        var (browser, email, _) = await world.PersonAsync();
        var client = await world.TrustedAsync(new ClientDraft(IdTokenSignedResponseAlg: "EdDSA"));
        var tokens = await client.TokensAsync(browser, ("scope", "openid offline_access"), ("nonce", null));
        var platform = (await world.Api.LoginAsync(email)).IsOk();
        // Theirs at ours.
        foreach (var theirs in (string[])[tokens["access_token"]!, tokens["id_token"]!, tokens["refresh_token"]!])
        {
            Assert.Equal(401, (await world.Api.CallAsync("GET", "/api/v1/auth/profile", bearer: theirs)).Status);
            Assert.False((await world.Api.PostAsync("validate", new { token = theirs })).Body.GetProperty("valid").GetBoolean());
            Assert.Equal(401, (await world.Api.RefreshAsync(theirs)).Status);
        }

        // Ours at theirs.
        foreach (var ours in (string[])[platform["accessToken"]!, platform["refreshToken"]!, tokens["id_token"]!, tokens["refresh_token"]!])
        {
            (await client.UserInfoAsync(ours)).IsError(401, "invalid_token");
            if (ours != tokens["refresh_token"])
            {
                (await client.RefreshAsync(ours)).IsError(400, "invalid_grant");
                Assert.False((await client.IntrospectAsync(ours)).IsOk().Body.GetProperty("active").GetBoolean());
            }
        }
    }
}

public sealed class TokenManagementTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Fact]
    public async Task Expectation_55_revoking_ends_a_token_and_a_refresh_token_ends_all()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, ("scope", "openid offline_access"));
        var (access, refresh) = (tokens["access_token"]!, tokens["refresh_token"]!);
        Assert.Equal(200, (await client.RevokeAsync(access, "refresh_token")).Status);
        (await client.UserInfoAsync(access)).IsError(401, "invalid_token");
        var second = (await client.RefreshAsync(refresh)).IsOk();
        Assert.Equal(200, (await client.RevokeAsync(second["refresh_token"]!, "unheard-of")).Status);
        (await client.UserInfoAsync(second["access_token"]!)).IsError(401, "invalid_token");
        (await client.RefreshAsync(second["refresh_token"])).IsError(400, "invalid_grant");
        foreach (var nothing in (string[])[access, second["refresh_token"]!, "unknown"])
            Assert.Equal(200, (await client.RevokeAsync(nothing)).Status);
    }

    [Fact]
    public async Task Expectation_55_another_client_ends_nothing_and_a_stranger_is_told_so()
    {
        var (browser, _, _) = await world.PersonAsync();
        var (mine, other) = (await world.TrustedAsync(), await world.TrustedAsync());
        var tokens = await mine.TokensAsync(browser, ("scope", "openid offline_access"));
        Assert.Equal(200, (await other.RevokeAsync(tokens["refresh_token"]!)).Status);
        (await mine.PostRawAsync("/api/auth/oauth2/revoke", [("token", tokens["refresh_token"])], $"{mine.ClientId}:wrong")).IsError(401, "invalid_client");
        (await mine.PostAsync("/api/auth/oauth2/revoke", [])).IsError(400, "invalid_request");
        (await mine.UserInfoAsync(tokens["access_token"]!)).IsOk();
        (await mine.RefreshAsync(tokens["refresh_token"])).IsOk();
    }

    [Fact]
    public async Task Expectation_56_introspection_tells_a_client_about_its_own_tokens()
    {
        var (browser, email, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, ("scope", "openid email offline_access"));
        var now = world.Clock.GetUtcNow().ToUnixTimeSeconds();
        var access = (await client.IntrospectAsync(tokens["access_token"]!)).IsOk();
        Assert.True(access.Body.GetProperty("active").GetBoolean());
        Assert.Equal(("openid email offline_access", client.ClientId, email, "Bearer", id, OidcWorld.Issuer), (access["scope"], access["client_id"], access["username"], access["token_type"], access["sub"], access["iss"]));
        Assert.Equal((now, now + 3600), (access.Body.GetProperty("iat").GetInt64(), access.Body.GetProperty("exp").GetInt64()));
        Assert.NotEmpty(access["aud"]!);
        Assert.True((await client.IntrospectAsync(tokens["refresh_token"]!)).Body.GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task Expectation_56_everything_else_is_inactive_and_nothing_more()
    {
        var (browser, _, _) = await world.PersonAsync();
        var (client, other) = (await world.TrustedAsync(), await world.TrustedAsync());
        var tokens = await client.TokensAsync(browser, ("scope", "openid offline_access"));
        var used = tokens["refresh_token"]!;
        (await client.RefreshAsync(used)).IsOk();
        foreach (var answer in (Answer[])[await other.IntrospectAsync(tokens["access_token"]!), await client.IntrospectAsync("unknown"), await client.IntrospectAsync(used), await client.IntrospectAsync(tokens["id_token"]!)])
            Assert.Equal("{\"active\":false}", answer.IsOk().Text);
        (await client.PostRawAsync("/api/auth/oauth2/introspect", [("token", tokens["access_token"])], null)).IsError(401, "invalid_client");
        var spa = await world.ClientAsync(new ClientDraft(Type: "public", TokenEndpointAuthMethod: "none"));
        (await spa.IntrospectAsync("x")).IsError(401, "invalid_client");
    }
}
