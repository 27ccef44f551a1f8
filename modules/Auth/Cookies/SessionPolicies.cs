using Mana.Auth.Tokens;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Cookies;

/// <summary>Who may call a route of this module (auth.md 8 and 9, column "Auth").</summary>
internal static class SessionPolicies
{
    /// <summary>Scheme that hands on to Bearer when there is an <c>Authorization</c> header, else to the cookie.</summary>
    public const string EitherScheme = "ManaSession";

    const string Either = "mana-session";

    public static void AddSessionPolicies(this IServiceCollection services)
    {
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, ManaCookieHandler>(ManaCookieHandler.SchemeName, null)
            .AddPolicyScheme(EitherScheme, null, either => either.ForwardDefaultSelector = context =>
                context.Request.Headers.Authorization.Count > 0 ? ManaBearerHandler.SchemeName : ManaCookieHandler.SchemeName);
        services.AddAuthorizationBuilder()
            .AddPolicy(Either, policy => policy.AddAuthenticationSchemes(EitherScheme).RequireAuthenticatedUser())
            .AddPolicy(Policies.Cookie, policy => policy.AddAuthenticationSchemes(ManaCookieHandler.SchemeName).RequireAuthenticatedUser());
    }

    /// <summary>An access token, or the session cookie from a trusted origin. <see cref="CurrentUser"/> tells who it is, either way.</summary>
    public static TBuilder RequireSession<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(Either);

    /// <summary>The session cookie and nothing else.</summary>
    public static TBuilder RequireSessionCookie<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(Policies.Cookie);
}
