using System.Diagnostics;
using System.Text.Json;
using Mana.Auth.Passwords;
using Mana.Auth.Tests.Tokens;
using Mana.Testing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Accounts;

public sealed class LoginTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    readonly AuthApi _api = new(fixture.Host);

    [Fact]
    public async Task Scenario_14_and_15_a_wrong_password_and_an_unknown_user_get_one_answer()
    {
        var email = AuthApi.NewEmail();
        await _api.RegisterAsync(email);
        var wrong = (await _api.LoginAsync(email, "Falsches-Pferd-9")).IsRefused(401, "INVALID_CREDENTIALS");

        foreach (var unknown in (string[])[AuthApi.NewEmail(), "no address", "a\0b@example.org", new string('x', 5000) + "@example.org"])
            Assert.Equal(wrong.Text, (await _api.LoginAsync(unknown)).Text);
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.login_attempts WHERE email_normalized = $1 AND successful = false", email));
    }

    [Fact]
    public void Scenario_15_an_unknown_user_costs_one_hash_like_a_wrong_password()
    {
        var gate = fixture.Host.Services.GetRequiredService<HashingGate>();
        gate.VerifyNothing("warm up");
        var nothing = Fastest(() => gate.VerifyNothing(AuthApi.Password));
        using var scope = fixture.Host.Services.CreateScope();
        var hasher = scope.ServiceProvider.GetRequiredService<IPasswordHasher<Mana.Auth.Data.User>>();
        var real = Fastest(() => hasher.HashPassword(null!, AuthApi.Password));

        // A generous corridor: skipping the hash would be faster by a factor of a thousand.
        Assert.InRange(nothing / real, 0.2, 5);
    }

    [Fact]
    public async Task A_deleted_account_answers_like_one_that_never_was()
    {
        var email = AuthApi.NewEmail();
        await _api.RegisterAsync(email);
        await fixture.ScalarAsync<object>("UPDATE auth.users SET deleted_at = now() WHERE email = $1", email);
        (await _api.LoginAsync(email)).IsRefused(401, "INVALID_CREDENTIALS");
    }

    [Fact]
    public async Task Scenario_17_success_makes_one_session_with_one_family()
    {
        var email = AuthApi.NewEmail();
        await _api.RegisterAsync(email);
        var answer = JsonDocument.Parse(await SendLoginAsync(email, "Mozilla/5.0 " + string.Concat(Enumerable.Repeat("🐎", 300)), "203.0.113.7", "dev-1", "Adas Laptop")).RootElement;
        var id = answer.GetProperty("user").GetProperty("id").GetString()!;
        var access = answer.GetProperty("accessToken").GetString()!;
        var refresh = answer.GetProperty("refreshToken").GetString()!;
        var sid = TokenText.Claims(access).GetProperty("sid").GetString()!;

        Assert.Equal(["redirect", "token", "user", "accessToken", "refreshToken", "expiresIn", "tokenType"], answer.EnumerateObject().Select(member => member.Name));
        Assert.False(answer.GetProperty("redirect").GetBoolean());
        Assert.Equal(3, access.Split('.').Length);
        Assert.Equal(access, answer.GetProperty("token").GetString());
        Assert.Matches("^[A-Za-z0-9_-]{43}$", refresh);
        Assert.Equal(900, answer.GetProperty("expiresIn").GetInt32());
        Assert.Equal("Bearer", answer.GetProperty("tokenType").GetString());
        Assert.Equal("user", answer.GetProperty("user").GetProperty("role").GetString());

        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.sessions WHERE user_id = $1", id));
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.refresh_tokens WHERE session_id = $1", sid));
        Assert.Equal("203.0.113.7|dev-1|Adas Laptop|pwd", await fixture.ScalarAsync<string>(
            "SELECT concat_ws('|', ip_address, device_id, device_name, array_to_string(amr, ',')) FROM auth.sessions WHERE id = $1", sid));
        Assert.StartsWith("Mozilla/5.0 🐎", await fixture.ScalarAsync<string>("SELECT user_agent FROM auth.sessions WHERE id = $1", sid), StringComparison.Ordinal);
        Assert.Equal(262, await fixture.ScalarAsync<int>("SELECT length(user_agent) FROM auth.sessions WHERE id = $1", sid));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.refresh_tokens WHERE encode(token_hash, 'escape') LIKE '%' || $1 || '%'", refresh));
    }

    [Theory]
    [InlineData("""{"email":"EMAIL","password":"Korrekt-Pferd-9","deviceId":"LONG129"}""")]
    [InlineData("""{"email":"EMAIL","password":"Korrekt-Pferd-9","deviceName":"LONG101"}""")]
    [InlineData("""{"email":"EMAIL","password":"Korrekt-Pferd-9","deviceId":"a\u0000b"}""")]
    [InlineData("""{"email":"EMAIL","password":"Korrekt-Pferd-9","deviceName":5}""")]
    [InlineData("""{"email":"EMAIL","password":"Korrekt-Pferd-9","rememberMe":"yes"}""")]
    [InlineData("""{"email":"EMAIL","password":["Korrekt-Pferd-9"]}""")]
    [InlineData("""{"email":"EMAIL"}""")]
    [InlineData("""{"password":"Korrekt-Pferd-9"}""")]
    [InlineData("""{"email":"EMAIL","password":"Korrekt-Pferd-9",}""")]
    [InlineData("")]
    public async Task What_cannot_be_read_is_refused_and_nothing_is_stored(string template)
    {
        var email = AuthApi.NewEmail();
        await _api.RegisterAsync(email);
        var body = template.Replace("EMAIL", email, StringComparison.Ordinal)
            .Replace("LONG129", new string('d', 129), StringComparison.Ordinal).Replace("LONG101", new string('n', 101), StringComparison.Ordinal);

        (await _api.SendRawAsync("login", body)).IsRefused(400, "VALIDATION");
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id WHERE u.email = $1", email));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.login_attempts WHERE email_normalized = $1", email));
    }

    [Fact]
    public async Task The_longest_device_names_are_taken()
    {
        var email = AuthApi.NewEmail();
        await _api.RegisterAsync(email);
        (await _api.PostAsync("login", new { email, password = AuthApi.Password, deviceId = new string('d', 128), deviceName = new string('n', 100) })).IsOk();
    }

    [Fact]
    public async Task A_password_typed_in_another_normal_form_is_the_same_password()
    {
        var email = AuthApi.NewEmail();
        (await _api.RegisterAsync(email, "Grüße-aus-Köln")).IsOk();
        (await _api.LoginAsync(email.ToUpperInvariant(), "Gru\u0308ße-aus-Ko\u0308ln")).IsOk();
    }

    [Fact]
    public async Task Scenario_24_the_access_token_is_EdDSA_with_the_claims_of_the_specification()
    {
        var answer = await _api.NewSessionAsync();
        var token = answer["accessToken"]!;
        var claims = TokenText.Claims(token);
        var jwks = await _api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/auth/jwks"));

        Assert.Equal("EdDSA", TokenText.Header(token).GetProperty("alg").GetString());
        Assert.Equal("at+jwt", TokenText.Header(token).GetProperty("typ").GetString());
        Assert.Contains(TokenText.Header(token).GetProperty("kid").GetString(), jwks.Body.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()));
        Assert.Equal(answer.Body.GetProperty("user").GetProperty("id").GetString(), claims.GetProperty("sub").GetString());
        Assert.Equal(answer.Body.GetProperty("user").GetProperty("email").GetString(), claims.GetProperty("email").GetString());
        Assert.Equal("user", claims.GetProperty("role").GetString());
        Assert.Equal("public", claims.GetProperty("tier").GetString());
        Assert.Equal(claims.GetProperty("iat").GetInt64() + 900, claims.GetProperty("exp").GetInt64());
        Assert.Equal("http://localhost:3001", claims.GetProperty("iss").GetString());
        Assert.Equal("mana", claims.GetProperty("aud").GetString());
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.sessions WHERE id = $1", claims.GetProperty("sid").GetString()!));
    }

    async Task<string> SendLoginAsync(string email, string userAgent, string address, string deviceId, string deviceName)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { email, password = AuthApi.Password, deviceId, deviceName, unknown = true });
        var context = await AuthApi.SendExactlyAsync(fixture.Host, request =>
        {
            request.Connection.RemoteIpAddress = System.Net.IPAddress.Parse("::ffff:" + address);
            request.Request.Method = "POST";
            request.Request.Path = "/api/v1/auth/login";
            request.Request.ContentType = "application/json";
            request.Request.Headers.UserAgent = userAgent;
            request.Request.Body = new MemoryStream(body);
            request.Request.ContentLength = body.Length;
        });
        using var reader = new StreamReader(context.Response.Body);
        return await reader.ReadToEndAsync();
    }

    static double Fastest(Action action) => Enumerable.Range(0, 5).Min(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    });
}
