using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Administration;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Tests.Pages;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Oidc;

/// <summary>A host with the Matrix homeserver as a client, a clock that stands still, and people.</summary>
public sealed class OidcWorld : IAsyncLifetime
{
    public const string Issuer = "http://localhost:3001";
    public const string SynapseSecret = "synapse-secret-of-the-tests-0123456789abcdef";
    public const string RegistrationToken = "initial-access-token-of-the-tests-0123456789";

    readonly AccountWorld _accounts = new AccountWorld().With("Auth:Oidc:SynapseClientSecret", SynapseSecret).With("Auth:Oidc:RegistrationToken", RegistrationToken);

    public TestHost Host => _accounts.Host;

    public AuthApi Api => _accounts.Api;

    public FakeClock Clock => _accounts.Clock;

    internal AccountWorld Accounts => _accounts;

    internal OidcWorld With(string key, string value)
    {
        _accounts.With(key, value);
        return this;
    }

    internal OidcWorld With(Action<IServiceCollection> configure)
    {
        _accounts.With(configure);
        return this;
    }

    public ValueTask InitializeAsync() => _accounts.InitializeAsync();

    public ValueTask DisposeAsync() => _accounts.DisposeAsync();

    internal async Task<RelyingParty> ClientAsync(ClientDraft? draft = null)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        var wanted = draft ?? new ClientDraft();
        wanted = wanted with
        {
            Name = wanted.Name ?? "Test app",
            RedirectUris = wanted.RedirectUris ?? [RelyingParty.Callback],
            AllowedScopes = wanted.AllowedScopes ?? ["openid", "profile", "email", "offline_access"],
            GrantTypes = wanted.GrantTypes ?? ["authorization_code", "refresh_token"],
            PostLogoutRedirectUris = wanted.PostLogoutRedirectUris ?? ["https://rp.example/bye"],
        };
        var made = await scope.ServiceProvider.GetRequiredService<ClientAdministration>().CreateAsync(null, wanted, OAuthClientSource.Admin, default);
        var done = made as ClientChange.Done ?? throw new InvalidOperationException(JsonSerializer.Serialize(made, made.GetType()));
        return new RelyingParty(this, done.Client.ClientId, done.Secret, wanted.RedirectUris is [var first, ..] ? first : RelyingParty.Callback);
    }

    /// <summary>A client that asks nobody.</summary>
    internal Task<RelyingParty> TrustedAsync(ClientDraft? draft = null) => ClientAsync((draft ?? new ClientDraft()) with { SkipConsent = true });

    internal RelyingParty Synapse => new(this, ConfiguredClients.Synapse, SynapseSecret, "https://matrix.mana.how/_synapse/client/oidc/callback");

    /// <summary>Somebody who is signed in, with a browser of their own.</summary>
    internal async Task<(Browser Browser, string Email, string Id)> PersonAsync()
    {
        var (email, id) = await _accounts.PersonAsync();
        return (await new Browser(Host).SignInAsync(email), email, id);
    }

    internal Task<object?> ScalarAsync(string sql, params object[] values) => _accounts.RunAsync(sql, values);

    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => await Host.CreateClient().SendAsync(request);
}
