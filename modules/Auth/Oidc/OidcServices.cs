using Mana.Auth.Contracts;
using Mana.Auth.Oidc.Administration;
using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Consent;
using Mana.Auth.Oidc.Device;
using Mana.Auth.Oidc.Discovery;
using Mana.Auth.Oidc.Dpop;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.IdToken;
using Mana.Auth.Oidc.Jose;
using Mana.Auth.Oidc.Logout;
using Mana.Auth.Oidc.Outbound;
using Mana.Auth.Oidc.Token;
using Mana.Auth.Pages;
using Mana.Kernel.Configuration;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Mana.Kernel.RateLimits;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Oidc;

/// <summary>The OpenID Connect provider (auth.md 13).</summary>
internal static class OidcServices
{
    public static void AddOidc(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<OidcOptions>(configuration, "Auth:Oidc");
        services.AddSingleton<DiscoveryDocument>().AddSingleton<RequestCookie>().AddSingleton<ClientFailures>().AddSingleton<UsedIds>().AddSingleton<ClientKeySets>().AddSingleton<ClientAssertions>().AddSingleton<DpopProofs>();
        services.AddScoped<ClientDirectory>().AddScoped<ClientAuthentication>().AddScoped<ClientAdministration>().AddScoped<ResourceServers>();
        services.AddScoped<StoredRequests>().AddScoped<AuthorizeReader>().AddScoped<Authorization>().AddScoped<AuthorizationCodes>().AddScoped<RequestPages>().AddScoped<SignInContinuation>();
        services.AddScoped<Consents>().AddScoped<GrantRevocation>().AddScoped<GrantStanding>().AddScoped<ClientTokens>();
        services.AddSingleton<IdTokenHints>().AddScoped<IdTokens>().AddScoped<UserClaims>().AddScoped<TokenIssue>().AddScoped<DeviceCodes>().AddSingleton<DeviceGuesses>();
        services.AddScoped<ITokenGrant, CodeGrant>().AddScoped<ITokenGrant, RefreshGrant>().AddScoped<ITokenGrant, ClientCredentialsGrant>().AddScoped<ITokenGrant, DeviceGrant>();
        services.AddScoped<LogoutRequests>().AddScoped<LogoutDebts>().AddSingleton<LogoutTokens>().AddSingleton<HostBreaker>().AddSingleton<OutboundClient>();
        services.AddManaEventHandler<SessionRevoked, EndedSessions>("auth.oidc-sessions");
        services.AddManaEventHandler<BackChannelLogoutOwed, BackChannelLogout>("auth.backchannel-logout");
        services.AddManaJob<ExpiredGrants>("auth.expired-grants", schedule => schedule.Every(TimeSpan.FromMinutes(10)));
        services.AddHostedService<ConfiguredClients>();
        services.AddManaRateLimit(new(OidcEndpoints.TokenLimit, RateLimitKey.Address, 60, 60));
        services.AddManaRateLimit(new(OidcEndpoints.IntrospectionLimit, RateLimitKey.Address, 600, 600));
        services.AddManaRateLimit(new(OidcEndpoints.BrowserLimit, RateLimitKey.Address, 300, 300));
        services.AddManaRateLimit(new(OidcEndpoints.UserInfoLimit, RateLimitKey.Address, 300, 300));
    }
}
