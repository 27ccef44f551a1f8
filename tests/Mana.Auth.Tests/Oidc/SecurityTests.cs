using System.Net.Http.Json;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Grants;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Oidc;

public sealed class SecurityTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    const string Admin = "/api/v1/admin/oauth/clients";

    [Fact]
    public async Task Expectation_23_66_67_codes_tokens_and_secrets_are_opaque_and_stored_as_hashes()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var code = await client.CodeAsync(browser, ("scope", "openid offline_access"));
        var tokens = (await client.RedeemAsync(code)).IsOk();
        foreach (var secret in (string[])[code, tokens["access_token"]!, tokens["refresh_token"]!, client.Secret!])
        {
            Assert.DoesNotContain('.', secret);
            Assert.Matches("^[A-Za-z0-9_-]{43,}$", secret);
            foreach (var table in (string[])["oauth_codes", "oauth_tokens", "oauth_client_secrets", "oauth_grants", "oauth_requests"])
                Assert.Equal(0L, await world.ScalarAsync($"SELECT count(*) FROM auth.{table} t WHERE t::text LIKE $1", $"%{secret}%"));
        }
    }

    [Fact]
    public async Task Expectation_67_a_secret_is_replaced_with_overlap()
    {
        var admin = await AdminAsync();
        var made = await SendAsync(HttpMethod.Post, Admin, admin, new { name = "Rotating", redirectUris = (string[])[RelyingParty.Callback], skipConsent = true, allowedScopes = (string[])["openid"] });
        Assert.Equal(201, made.Status);
        var id = made["client", "clientId"]!;
        var old = new RelyingParty(world, id, made["clientSecret"], RelyingParty.Callback);
        (await old.IntrospectAsync("x")).IsOk();
        var rotated = await SendAsync(HttpMethod.Post, $"{Admin}/{id}/secrets", admin, new { overlapHours = 1 });
        Assert.Equal(201, rotated.Status);
        var current = new RelyingParty(world, id, rotated["clientSecret"], RelyingParty.Callback);
        (await old.IntrospectAsync("x")).IsOk();
        (await current.IntrospectAsync("x")).IsOk();
        world.Clock.Advance(TimeSpan.FromHours(1));
        (await old.IntrospectAsync("x")).IsError(401, "invalid_client");
        (await current.IntrospectAsync("x")).IsOk();
        admin = await AdminAsync();
        var view = (await SendAsync(HttpMethod.Get, $"{Admin}/{id}", admin)).IsOk();
        Assert.DoesNotContain(rotated["clientSecret"]!, view.Text, StringComparison.Ordinal);
        var secret = Assert.Single(view.Body.GetProperty("secrets").EnumerateArray()).GetProperty("id").GetString();
        Assert.Equal(204, (await SendAsync(HttpMethod.Delete, $"{Admin}/{id}/secrets/{secret}", admin)).Status);
        (await current.IntrospectAsync("x")).IsError(401, "invalid_client");
    }

    [Fact]
    public async Task Clients_are_administered_by_administrators_who_proved_themselves_lately()
    {
        var (_, email, _) = await world.PersonAsync();
        var nobody = (await world.Api.LoginAsync(email)).IsOk()["accessToken"]!;
        Assert.Equal(403, (await SendAsync(HttpMethod.Get, Admin, nobody)).Status);
        Assert.Equal(401, (await SendAsync(HttpMethod.Get, Admin, null)).Status);
        var admin = await AdminAsync();
        var made = await SendAsync(HttpMethod.Post, Admin, admin, new { clientId = "chat-app", name = "Chat", redirectUris = (string[])[RelyingParty.Callback] });
        Assert.Equal(201, made.Status);
        Assert.Equal(409, (await SendAsync(HttpMethod.Post, Admin, admin, new { clientId = "chat-app", redirectUris = (string[])[RelyingParty.Callback] })).Status);
        var changed = (await SendAsync(HttpMethod.Put, $"{Admin}/chat-app", admin, new { name = "Chat 2", disabled = true })).IsOk();
        Assert.Equal("Chat 2", changed["client", "name"]);
        Assert.Contains((await SendAsync(HttpMethod.Get, Admin, admin)).IsOk().Body.EnumerateArray(), client => client.GetProperty("clientId").GetString() == "chat-app");
        Assert.Equal(204, (await SendAsync(HttpMethod.Delete, $"{Admin}/chat-app", admin)).Status);
        Assert.Equal(404, (await SendAsync(HttpMethod.Get, $"{Admin}/chat-app", admin)).Status);
        Assert.Equal(404, (await SendAsync(HttpMethod.Put, $"{Admin}/chat-app", admin, new { name = "x" })).Status);
        world.Clock.Advance(TimeSpan.FromMinutes(14) + TimeSpan.FromSeconds(59));
        var stale = admin;
        world.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(403, (await SendAsync(HttpMethod.Delete, $"{Admin}/{ConfiguredClients.Synapse}", stale)).Status);
    }

    [Theory]
    [InlineData("""{"clientId":"mana"}""")]
    [InlineData("""{"clientId":"a:b"}""")]
    [InlineData("""{"redirectUris":["http://rp.example/cb"]}""")]
    [InlineData("""{"redirectUris":["https://*.rp.example/cb"]}""")]
    [InlineData("""{"redirectUris":["https://rp.example/cb#x"]}""")]
    [InlineData("""{"redirectUris":["https://user:pw@rp.example/cb"]}""")]
    [InlineData("""{"redirectUris":["com.example:/cb"]}""")]
    [InlineData("""{"redirectUris":[]}""")]
    [InlineData("""{"redirectUris":[null]}""")]
    [InlineData("""{"grantTypes":["password"]}""")]
    [InlineData("""{"type":"public","tokenEndpointAuthMethod":"client_secret_basic"}""")]
    [InlineData("""{"type":"public","requirePkce":false}""")]
    [InlineData("""{"type":"public","skipConsent":true}""")]
    [InlineData("""{"tokenEndpointAuthMethod":"none"}""")]
    [InlineData("""{"tokenEndpointAuthMethod":"private_key_jwt"}""")]
    [InlineData("""{"idTokenSignedResponseAlg":"none"}""")]
    [InlineData("""{"allowedScopes":["a b"]}""")]
    [InlineData("""{"accessTokenTtl":999999}""")]
    [InlineData("""{"backchannelLogoutUri":"ftp://rp.example"}""")]
    [InlineData("""{"name":"\u0000"}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"jwks":{"keys":[{"kty":"oct","k":"AAAA"}]}}""")]
    [InlineData("""{"redirectUris":"https://rp.example/cb"}""")]
    [InlineData("""{"clientId":"\ud800"}""")]
    [InlineData("""{"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"\ud800"}]}}""")]
    [InlineData("""{"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"\u0000"}]}}""")]
    [InlineData("""{"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]},"jwksUri":"https://rp.example/keys"}""")]
    [InlineData("""{"jwksUri":"http://rp.example/keys"}""")]
    [InlineData("""{"logoUri":"https://rp.example/logo.png"}""")]
    [InlineData("""{"type":"public","resourceScopes":["notes:read"]}""")]
    [InlineData("""{"resourceScopes":["openid"]}""")]
    [InlineData("""{"resourceScopes":["a b"]}""")]
    [InlineData("""{"resourceScopes":[null]}""")]
    [InlineData("""[]""")]
    public async Task What_no_client_may_be_is_refused_and_not_stored(string changes)
    {
        var admin = await AdminAsync();
        var body = changes == "[]" ? changes : changes.Contains("redirectUris", StringComparison.Ordinal) ? changes : changes.Insert(1, """ "redirectUris":["https://rp.example/cb"], """);
        var before = await world.ScalarAsync("SELECT count(*) FROM auth.oauth_clients");
        var request = new HttpRequestMessage(HttpMethod.Post, Admin) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        var refused = await world.Api.SendAsync(request, admin);
        Assert.Equal(400, refused.Status);
        Assert.Equal(before, await world.ScalarAsync("SELECT count(*) FROM auth.oauth_clients"));
    }

    [Fact]
    public async Task Expectation_69_failures_are_limited_per_client_and_network_and_lock_nobody_else_out()
    {
        await using var host = new TestHost(world.Accounts.Database).With(world.Clock).With("Auth:Oidc:SynapseClientSecret", OidcWorld.SynapseSecret).With("RateLimits:Enabled", "true");
        await host.StartAsync();
        var client = await world.ClientAsync();
        Task<int> FailAsync(string address, string secret) => IntrospectFromAsync(host, address, client.ClientId, secret);
        for (var attempt = 0; attempt < ClientFailures.PerMinute; attempt++)
            Assert.Equal(401, await FailAsync("203.0.113.7", "wrong"));
        Assert.Equal(429, await FailAsync("203.0.113.7", client.Secret!));
        Assert.Equal(200, await FailAsync("203.0.113.8", client.Secret!));
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, await FailAsync("203.0.113.7", client.Secret!));
    }

    [Fact]
    public async Task Names_that_no_client_can_have_are_not_remembered_as_failures()
    {
        await using var host = new TestHost(world.Accounts.Database).With(world.Clock).With("Auth:Oidc:SynapseClientSecret", OidcWorld.SynapseSecret).With("RateLimits:Enabled", "true");
        await host.StartAsync();
        // Else anybody could fill the memory with them, some thousand letters each.
        for (var attempt = 0; attempt < ClientFailures.PerMinute + 2; attempt++)
            Assert.Equal(401, await IntrospectFromAsync(host, "203.0.113.9", new string('x', 5000), "wrong"));
    }

    [Fact]
    public async Task Expectation_73_pages_of_others_may_call_what_needs_no_cookie_and_never_authorize()
    {
        async Task<string?> AllowedAsync(HttpMethod method, string path)
        {
            var request = new HttpRequestMessage(method, path);
            request.Headers.Add("Origin", "https://spa.example");
            if (method == HttpMethod.Options)
                request.Headers.Add("Access-Control-Request-Method", "POST");
            using var answer = await world.SendAsync(request);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
            return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
        }

        foreach (var path in (string[])["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/api/auth/jwks", "/api/v1/auth/jwks", "/api/auth/oauth2/userinfo"])
            Assert.Equal("*", await AllowedAsync(HttpMethod.Get, path));
        foreach (var path in (string[])["/api/auth/oauth2/token", "/api/auth/oauth2/revoke", "/api/auth/oauth2/userinfo"])
            Assert.Equal("*", await AllowedAsync(HttpMethod.Options, path));
        foreach (var path in (string[])["/api/auth/oauth2/authorize", "/api/oidc/authorize", "/consent", "/logout", "/api/auth/oauth2/endsession"])
            Assert.Null(await AllowedAsync(HttpMethod.Get, path));
        Assert.Null(await AllowedAsync(HttpMethod.Options, "/api/auth/oauth2/authorize"));
        Assert.Null(await AllowedAsync(HttpMethod.Options, "/api/auth/oauth2/introspect"));
    }

    [Fact]
    public async Task The_homeserver_is_let_in_by_configuration_and_kept_out_without()
    {
        (await world.Synapse.IntrospectAsync("x")).IsOk();
        var database = await TestCluster.CreateDatabaseAsync();
        try
        {
            await using (await new TestHost(database).With("Auth:Oidc:SynapseClientSecret", OidcWorld.SynapseSecret).StartAsync())
                Assert.Equal("f", await TextAsync("SELECT disabled FROM auth.oauth_clients"));
            await using (await new TestHost(database).With("Auth:Oidc:SynapseClientSecret", "another-secret-of-the-homeserver-0123456789").StartAsync())
                Assert.Equal("1/1", await TextAsync("SELECT count(*) FILTER (WHERE expires_at IS NULL) || '/' || count(*) FILTER (WHERE expires_at > now()) FROM auth.oauth_client_secrets"));
            await using (await new TestHost(database).StartAsync())
                Assert.Equal("t", await TextAsync("SELECT disabled FROM auth.oauth_clients"));
            await using (await new TestHost(database).With("Auth:Oidc:SynapseClientSecret", OidcWorld.SynapseSecret).StartAsync())
                Assert.Equal("f", await TextAsync("SELECT disabled FROM auth.oauth_clients"));
            // An administrator's word outlives a restart.
            await TextAsync("UPDATE auth.oauth_clients SET disabled = true");
            await using (await new TestHost(database).With("Auth:Oidc:SynapseClientSecret", OidcWorld.SynapseSecret).StartAsync())
                Assert.Equal("t", await TextAsync("SELECT disabled FROM auth.oauth_clients"));
        }
        finally
        {
            await TestCluster.DropDatabaseAsync(database);
        }

        async Task<string?> TextAsync(string sql)
        {
            await using var connection = new Npgsql.NpgsqlConnection(database);
            await connection.OpenAsync();
            await using var command = new Npgsql.NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync() switch { bool value => value ? "t" : "f", var other => other?.ToString() };
        }
    }

    [Fact]
    public async Task What_has_no_meaning_any_more_is_removed_and_what_has_stays()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        await browser.OpenAsync(client.Authorize(("prompt", "login")));
        var tokens = await client.TokensAsync(browser, ("scope", "openid offline_access"));
        await using var scope = world.Host.Services.CreateAsyncScope();
        var job = scope.ServiceProvider.GetRequiredService<ExpiredGrants>();
        world.Clock.Advance(TimeSpan.FromDays(2));
        Assert.True(await job.PurgeAsync(default) > 0);
        foreach (var table in (string[])["oauth_codes", "oauth_requests"])
            Assert.Equal(0L, await world.ScalarAsync($"SELECT count(*) FROM auth.{table}"));
        Assert.Equal(1L, await world.ScalarAsync("SELECT count(*) FROM auth.oauth_grants WHERE client_id = $1", client.ClientId));
        (await client.RefreshAsync(tokens["refresh_token"])).IsOk();
    }

    static async Task<int> IntrospectFromAsync(TestHost host, string address, string clientId, string secret)
    {
        var body = "token=x"u8.ToArray();
        var context = await AuthApi.SendExactlyAsync(host, request =>
        {
            request.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(address);
            request.Request.Method = "POST";
            request.Request.Path = "/api/auth/oauth2/introspect";
            request.Request.ContentType = "application/x-www-form-urlencoded";
            request.Request.Headers.Authorization = "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{clientId}:{secret}"));
            request.Request.Body = new MemoryStream(body);
            request.Request.ContentLength = body.Length;
        });
        return context.Response.StatusCode;
    }

    async Task<string> AdminAsync()
    {
        var (_, email, id) = await world.PersonAsync();
        await world.ScalarAsync("UPDATE auth.users SET role = 'admin' WHERE id = $1", id);
        return (await world.Api.LoginAsync(email)).IsOk()["accessToken"]!;
    }

    Task<Answer> SendAsync(HttpMethod method, string path, string? token, object? body = null) =>
        world.Api.SendAsync(new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) }, token);
}
