using System.Buffers.Text;
using System.Net.Http.Json;
using System.Text;
using Mana.Testing;

namespace Mana.Auth.Tests.Tokens;

/// <summary>Tokens of the platform that are bound to a key of the client (RFC 9449): worth nothing to whoever steals them.</summary>
public sealed class PossessionTests(ModuleWorld world) : IClassFixture<ModuleWorld>, IDisposable
{
    const string Base = "http://localhost:3001";
    const string Login = "/api/v1/auth/login";
    const string Refresh = "/api/v1/auth/refresh";
    const string Sessions = "/api/v1/auth/sessions";

    readonly KeyHolder _app = new(world.Clock);
    readonly KeyHolder _thief = new(world.Clock);

    [Fact]
    public async Task A_sign_in_with_a_proof_gives_tokens_of_that_key()
    {
        var login = await SignInAsync(_app);
        Assert.Equal("DPoP", login["tokenType"]);
        Assert.Equal(_app.Thumbprint, TokenText.Claims(login["accessToken"]!).GetProperty("cnf").GetProperty("jkt").GetString());
        (await AskAsync(login["accessToken"]!, _app)).IsOk();
    }

    [Fact]
    public async Task Without_a_proof_everything_is_as_it_was()
    {
        var person = await world.PersonAsync();
        Assert.False(TokenText.Claims(person.Token).TryGetProperty("cnf", out _));
        Assert.Equal("Bearer", (await world.Api.RefreshAsync(person.RefreshToken)).IsOk()["tokenType"]);
    }

    [Fact]
    public async Task A_stolen_token_opens_nothing()
    {
        var token = (await SignInAsync(_app))["accessToken"]!;
        var bearer = await world.Api.CallAsync("GET", Sessions, bearer: token);
        Assert.Equal(401, bearer.Status);
        Assert.StartsWith("DPoP realm=\"mana\", error=\"invalid_token\"", bearer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains("ES256", bearer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal(401, (await AskAsync(token, _thief)).Status);
        Assert.Equal(401, (await SendAsync("GET", Sessions, null, "DPoP " + token)).Status);
        Assert.False((await world.Api.PostAsync("validate", new { token })).IsOk().Body.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task A_proof_is_for_one_request_of_one_minute()
    {
        var token = (await SignInAsync(_app))["accessToken"]!;
        var other = (await SignInAsync(_app))["accessToken"]!;
        foreach (var proof in (string[])
                 [
                     _app.Proof("POST", Base + Sessions, token), _app.Proof("GET", Base + "/api/v1/auth/profile", token), _app.Proof("GET", "https://elsewhere.example" + Sessions, token),
                     _app.Proof("GET", Base + Sessions, other), _app.Proof("GET", Base + Sessions), _app.Proof("GET", Base + Sessions, token, seconds: -61),
                     _app.Proof("GET", Base + Sessions, token, seconds: 61), "garbage", "",
                 ])
            Assert.Equal(401, (await SendAsync("GET", Sessions, proof, "DPoP " + token)).Status);

        var once = _app.Proof("GET", Base + Sessions, token);
        (await SendAsync("GET", Sessions + "?page=1", once, "DPoP " + token)).IsOk();
        Assert.Equal(401, (await SendAsync("GET", Sessions, once, "DPoP " + token)).Status);
        (await AskAsync(token, _app)).IsOk();
    }

    [Fact]
    public async Task A_bearer_token_does_not_pass_as_a_bound_one()
    {
        var person = await world.PersonAsync();
        Assert.Equal(401, (await AskAsync(person.Token, _app)).Status);
        (await world.GetAsync(Sessions, person)).IsOk();
    }

    [Fact]
    public async Task A_refresh_token_needs_its_key_and_is_not_used_up_without()
    {
        var refresh = (await SignInAsync(_app))["refreshToken"];
        (await SendAsync("POST", Refresh, null, null, new { refreshToken = refresh })).IsRefused(400, "INVALID_DPOP_PROOF");
        (await SendAsync("POST", Refresh, _thief.Proof("POST", Base + Refresh), null, new { refreshToken = refresh })).IsRefused(400, "INVALID_DPOP_PROOF");
        var next = (await SendAsync("POST", Refresh, _app.Proof("POST", Base + Refresh), null, new { refreshToken = refresh })).IsOk();
        Assert.Equal("DPoP", next["tokenType"]);
        (await AskAsync(next["accessToken"]!, _app)).IsOk();
        (await SendAsync("POST", Refresh, null, null, new { refreshToken = next["refreshToken"] })).IsRefused(400, "INVALID_DPOP_PROOF");
    }

    [Fact]
    public async Task A_session_that_began_without_a_key_can_be_bound_and_stays_so()
    {
        var person = await world.PersonAsync();
        var bound = (await SendAsync("POST", Refresh, _app.Proof("POST", Base + Refresh), null, new { refreshToken = person.RefreshToken })).IsOk();
        (await AskAsync(bound["accessToken"]!, _app)).IsOk();
        (await SendAsync("POST", Refresh, null, null, new { refreshToken = bound["refreshToken"] })).IsRefused(400, "INVALID_DPOP_PROOF");
    }

    [Fact]
    public async Task The_key_does_not_help_a_blocked_account()
    {
        var (admin, login) = (await world.AdminAsync(), await SignInAsync(_app));
        var token = login["accessToken"]!;
        (await AskAsync(token, _app)).IsOk();
        (await world.PostAsync($"/api/v1/admin/users/{login["user", "id"]}/block", admin)).IsOk();
        Assert.Equal(401, (await AskAsync(token, _app)).Status);
        (await SendAsync("POST", Refresh, _app.Proof("POST", Base + Refresh), null, new { refreshToken = login["refreshToken"] })).IsRefused(401, "TOKEN_EXPIRED");
        var again = await SendAsync("POST", Login, _app.Proof("POST", Base + Login), null, new { email = login["user", "email"], password = AuthApi.Password });
        again.IsRefused(403, "ACCOUNT_BLOCKED");
    }

    [Fact]
    public async Task What_a_step_up_gives_is_bound_too()
    {
        var token = (await SignInAsync(_app))["accessToken"]!;
        const string path = "/api/v1/auth/step-up";
        var done = (await SendAsync("POST", path, _app.Proof("POST", Base + path, token), "DPoP " + token, new { password = AuthApi.Password })).IsOk();
        Assert.Equal(_app.Thumbprint, TokenText.Claims(done["accessToken"]!).GetProperty("cnf").GetProperty("jkt").GetString());
        Assert.Equal("DPoP", done["tokenType"]);
    }

    [Fact]
    public async Task A_copy_from_before_the_binding_gets_no_sibling_without_the_key()
    {
        var person = await world.PersonAsync();
        (await SendAsync("POST", Refresh, _app.Proof("POST", Base + Refresh), null, new { refreshToken = person.RefreshToken })).IsOk();
        (await SendAsync("POST", Refresh, null, null, new { refreshToken = person.RefreshToken })).IsRefused(400, "INVALID_DPOP_PROOF");
        Assert.Equal("DPoP", (await SendAsync("POST", Refresh, _app.Proof("POST", Base + Refresh), null, new { refreshToken = person.RefreshToken })).IsOk()["tokenType"]);
    }

    [Fact]
    public async Task An_origin_is_the_same_in_capitals()
    {
        var token = (await SignInAsync(_app))["accessToken"]!;
        (await SendAsync("GET", Sessions, _app.Proof("GET", "HTTP://LocalHost:3001" + Sessions, token), "DPoP " + token)).IsOk();
    }

    [Fact]
    public async Task A_proof_that_is_no_text_is_refused_and_not_a_fault()
    {
        foreach (var jwk in (string[])["""{"kty":"\ud800"}""", """{"\ud800":"EC"}""", """{"kty":["\udfff"]}"""])
        {
            var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","typ":"dpop+jwt","jwk":{{jwk}} }"""));
            (await SendAsync("POST", Login, header + ".e30.AAAA", null, new { email = AuthApi.NewEmail(), password = AuthApi.Password })).IsRefused(400, "INVALID_DPOP_PROOF");
            Assert.Equal(401, (await world.Api.CallAsync("GET", Sessions, bearer: header + ".e30.AAAA")).Status);
        }
    }

    [Fact]
    public async Task A_bad_proof_signs_nobody_in()
    {
        var email = AuthApi.NewEmail();
        (await world.Api.RegisterAsync(email)).IsOk();
        foreach (var proof in (string[])[_app.Proof("POST", Base + Refresh), _app.Proof("GET", Base + Login), "garbage"])
            (await SendAsync("POST", Login, proof, null, new { email, password = AuthApi.Password })).IsRefused(400, "INVALID_DPOP_PROOF");
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id WHERE u.email = $1", email));
    }

    [Fact]
    public async Task The_key_of_a_token_is_no_other_kind_of_confirmation()
    {
        var forge = new TokenForge(world.Host);
        var person = await world.PersonAsync();
        foreach (var cnf in (string[])["""{"x5t#S256":"abc"}""", "{}", "\"text\"", """{"jkt":1}"""])
            Assert.Equal(401, (await world.Api.CallAsync("GET", Sessions, bearer: await forge.SignAsync(forge.Claims(person.UserId).TrimEnd('}') + $$""","cnf":{{cnf}} }"""))).Status);
    }

    public void Dispose()
    {
        _app.Dispose();
        _thief.Dispose();
    }

    async Task<Answer> SignInAsync(KeyHolder key)
    {
        var email = AuthApi.NewEmail();
        (await world.Api.RegisterAsync(email)).IsOk();
        return (await SendAsync("POST", Login, key.Proof("POST", Base + Login), null, new { email, password = AuthApi.Password })).IsOk();
    }

    Task<Answer> AskAsync(string token, KeyHolder key) => SendAsync("GET", Sessions, key.Proof("GET", Base + Sessions, token), "DPoP " + token);

    Task<Answer> SendAsync(string method, string path, string? proof, string? authorization, object? body = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : JsonContent.Create(body) };
        if (proof is not null)
            request.Headers.TryAddWithoutValidation("DPoP", proof);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return world.Api.SendAsync(request);
    }
}
