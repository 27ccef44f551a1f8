using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Administration;
using Mana.Auth.Oidc.Clients;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Oidc;

/// <summary>Servers that tokens of other clients are for, and that ask about them (RFC 7662).</summary>
public sealed class ResourceServerTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    const string Nothing = "{\"active\":false}";

    static int _made;

    [Fact]
    public async Task Expectation_56_a_resource_server_learns_of_tokens_with_its_scopes_and_only_that()
    {
        var (browser, email, id) = await world.PersonAsync();
        var (read, write) = (NewScope(), NewScope());
        var (notes, elsewhere, stranger) = (await ServerAsync(read, write), await ServerAsync(NewScope()), await world.TrustedAsync());
        var app = await world.TrustedAsync(new ClientDraft(AllowedScopes: ["openid", "email", "offline_access", read]));
        var tokens = await app.TokensAsync(browser, ("scope", $"openid email offline_access {read}"));

        var seen = (await notes.IntrospectAsync(tokens["access_token"]!)).IsOk();
        // No address, no session, no scope of others.
        Assert.Equal(["active", "scope", "client_id", "token_type", "exp", "iat", "sub", "aud", "iss"], seen.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal((read, app.ClientId, "Bearer", id, notes.ClientId, OidcWorld.Issuer), (seen["scope"], seen["client_id"], seen["token_type"], seen["sub"], seen["aud"], seen["iss"]));
        foreach (var asker in (RelyingParty[])[elsewhere, stranger])
            Assert.Equal(Nothing, (await asker.IntrospectAsync(tokens["access_token"]!)).Text);

        // What is no access token, has none of its scopes, or is the platform's, is nothing to it.
        var other = await app.TokensAsync(browser, ("scope", "openid email"));
        var platform = (await world.Api.LoginAsync(email)).IsOk();
        foreach (var text in (string[])[tokens["refresh_token"]!, tokens["id_token"]!, other["access_token"]!, platform["accessToken"]!, platform["refreshToken"]!])
            Assert.Equal(Nothing, (await notes.IntrospectAsync(text)).Text);

        var own = (await app.IntrospectAsync(tokens["access_token"]!)).IsOk();
        Assert.Equal($"openid email offline_access {read}", own["scope"]);
        Assert.Equal([OidcWorld.Issuer + "/api/auth/oauth2/userinfo", notes.ClientId], own.Body.GetProperty("aud").EnumerateArray().Select(one => one.GetString()));
        // Asking changes nothing, and it can take back nothing.
        Assert.Equal(200, (await notes.RevokeAsync(tokens["access_token"]!)).Status);
        (await notes.IntrospectAsync(tokens["access_token"]!)).IsOk();
        Assert.Equal(200, (await app.RevokeAsync(tokens["access_token"]!)).Status);
        Assert.Equal(Nothing, (await notes.IntrospectAsync(tokens["access_token"]!)).Text);
    }

    [Fact]
    public async Task Tokens_of_services_and_bound_tokens_are_seen_for_what_they_are()
    {
        var scope = NewScope();
        var notes = await ServerAsync(scope);
        var service = await world.ClientAsync(new ClientDraft(GrantTypes: ["client_credentials"], AllowedScopes: [scope]));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var bound = (await service.PostRawAsync(RelyingParty.TokenPath, [("grant_type", "client_credentials")], $"{service.ClientId}:{service.Secret}",
            ("DPoP", TestKeys.Proof(world.Clock, key, "POST", OidcWorld.Issuer + RelyingParty.TokenPath)))).IsOk();
        var seen = (await notes.IntrospectAsync(bound["access_token"]!)).IsOk();
        Assert.Equal((service.ClientId, "DPoP", TestKeys.Thumbprint(key)), (seen["sub"], seen["token_type"], seen["cnf", "jkt"]));
        Assert.Equal(notes.ClientId, (await service.IntrospectAsync(bound["access_token"]!)).IsOk()["aud"]);
        await world.ScalarAsync("UPDATE auth.oauth_clients SET disabled = true WHERE client_id = $1", notes.ClientId);
        (await notes.IntrospectAsync(bound["access_token"]!)).IsError(401, "invalid_client");
        Assert.Equal(service.ClientId, (await service.IntrospectAsync(bound["access_token"]!)).IsOk()["aud"]);
    }

    [Fact]
    public async Task A_scope_that_an_administrator_takes_from_a_client_is_gone_from_its_tokens()
    {
        var (browser, _, _) = await world.PersonAsync();
        var scope = NewScope();
        var notes = await ServerAsync(scope);
        var app = await world.TrustedAsync(new ClientDraft(AllowedScopes: ["openid", "email", "offline_access", scope]));
        var tokens = await app.TokensAsync(browser, ("scope", $"openid email offline_access {scope}"));
        var code = await app.CodeAsync(browser, ("scope", $"openid email {scope}"));
        bool Has(Answer answer, string member) => answer.IsOk().Body.TryGetProperty(member, out _);
        Assert.True(Has(await app.UserInfoAsync(tokens["access_token"]!), "email"));
        await world.ScalarAsync("UPDATE auth.oauth_clients SET allowed_scopes = '{openid,offline_access}' WHERE client_id = $1", app.ClientId);
        Assert.Equal(Nothing, (await notes.IntrospectAsync(tokens["access_token"]!)).Text);
        Assert.False(Has(await app.UserInfoAsync(tokens["access_token"]!), "email"));
        Assert.Equal("openid offline_access", (await app.IntrospectAsync(tokens["access_token"]!)).IsOk()["scope"]);
        Assert.Equal("openid", (await app.RedeemAsync(code)).IsOk()["scope"]);
        var refreshed = (await app.RefreshAsync(tokens["refresh_token"])).IsOk();
        Assert.Equal("openid offline_access", refreshed["scope"]);
        await world.ScalarAsync("UPDATE auth.oauth_clients SET allowed_scopes = '{openid}' WHERE client_id = $1", app.ClientId);
        Assert.False(Has(await app.RefreshAsync(refreshed["refresh_token"]), "refresh_token"));
    }

    [Fact]
    public async Task Nobody_registers_into_a_resource()
    {
        var (owned, free) = (NewScope(), NewScope());
        await ServerAsync(owned);
        (await RegisterAsync(owned)).IsError(400, "invalid_client_metadata");
        var made = await RegisterAsync(free);
        Assert.Equal(201, made.Status);
        // The other way round: it would get in by waiting.
        var refused = Assert.IsType<ClientChange.Invalid>(await ChangeAsync(clients => clients.CreateAsync(null, Draft(free), OAuthClientSource.Admin, default)));
        Assert.Equal("resourceScopes", refused.Problem.Field);
        var server = await ServerAsync(NewScope());
        Assert.IsType<ClientChange.Invalid>(await ChangeAsync(clients => clients.UpdateAsync(server.ClientId, new ClientDraft(ResourceScopes: [free]), default)));
        // An administrator's word lets it in, and stays possible to change.
        Assert.IsType<ClientChange.Done>(await ChangeAsync(clients => clients.UpdateAsync(made["client_id"]!, new ClientDraft(AllowedScopes: [owned]), default)));
        Assert.IsType<ClientChange.Done>(await ChangeAsync(clients => clients.UpdateAsync(server.ClientId, new ClientDraft(ResourceScopes: [NewScope()]), default)));
        var token = (await new RelyingParty(world, made["client_id"]!, made["client_secret"], RelyingParty.Callback).PostAsync(RelyingParty.TokenPath, [("grant_type", "client_credentials")])).IsOk();
        Assert.Equal(owned, token["scope"]);
    }

    [Fact]
    public async Task Of_a_registration_and_a_server_that_come_at_once_for_one_scope_one_is_refused()
    {
        for (var round = 0; round < 5; round++)
        {
            var scope = NewScope();
            var server = ChangeAsync(clients => clients.CreateAsync(null, Draft(scope), OAuthClientSource.Admin, default));
            var registered = RegisterAsync(scope);
            Assert.NotEqual(await server is ClientChange.Done, (await registered).Status == 201);
        }
    }

    [Fact]
    public async Task Administrators_mark_them_by_the_API()
    {
        var (_, email, id) = await world.PersonAsync();
        await world.ScalarAsync("UPDATE auth.users SET role = 'admin' WHERE id = $1", id);
        var admin = (await world.Api.LoginAsync(email)).IsOk()["accessToken"]!;
        var (path, scope) = ("/api/v1/admin/oauth/clients", NewScope());
        var made = await world.Api.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(new { name = "Notes", grantTypes = Array.Empty<string>(), resourceScopes = (string[])[scope] }) }, admin);
        Assert.Equal(201, made.Status);
        Assert.Equal(scope, made.Body.GetProperty("client").GetProperty("resourceScopes")[0].GetString());
        var notes = new RelyingParty(world, made["client", "clientId"]!, made["clientSecret"], "");
        var service = await world.ClientAsync(new ClientDraft(GrantTypes: ["client_credentials"], AllowedScopes: [scope]));
        var token = (await service.PostAsync(RelyingParty.TokenPath, [("grant_type", "client_credentials")])).IsOk()["access_token"]!;
        Assert.Equal(scope, (await notes.IntrospectAsync(token)).IsOk()["scope"]);
        // It gets no tokens itself.
        foreach (var grant in (string[])["client_credentials", "authorization_code", "refresh_token"])
            (await notes.PostAsync(RelyingParty.TokenPath, [("grant_type", grant), ("code", "x"), ("refresh_token", "x")])).IsError(400, "unauthorized_client");
        // Unmarked, it is a client like any other.
        (await world.Api.SendAsync(new HttpRequestMessage(HttpMethod.Put, $"{path}/{notes.ClientId}") { Content = JsonContent.Create(new { resourceScopes = Array.Empty<string>(), grantTypes = (string[])["client_credentials"] }) }, admin)).IsOk();
        Assert.Equal(Nothing, (await notes.IntrospectAsync(token)).Text);
    }

    static string NewScope() => $"notes{Interlocked.Increment(ref _made)}:read";

    static ClientDraft Draft(params string[] scopes) => new(GrantTypes: [], ResourceScopes: scopes);

    Task<RelyingParty> ServerAsync(params string[] scopes) => world.ClientAsync(Draft(scopes) with { RedirectUris = [] });

    async Task<ClientChange> ChangeAsync(Func<ClientAdministration, Task<ClientChange>> change)
    {
        await using var scope = world.Host.Services.CreateAsyncScope();
        return await change(scope.ServiceProvider.GetRequiredService<ClientAdministration>());
    }

    async Task<Answer> RegisterAsync(string scope)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/oauth2/register")
        {
            Content = new StringContent(JsonSerializer.Serialize(new { grant_types = (string[])["client_credentials"], scope }), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Authorization", "Bearer " + OidcWorld.RegistrationToken);
        return await world.Synapse.SendAsync(request);
    }
}
