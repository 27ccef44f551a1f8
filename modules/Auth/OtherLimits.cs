using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;

namespace Mana.Auth;

internal static class OtherLimits
{
    /// <summary>
    /// "Everything else" of auth.md 3.5: a route that names no limit has this one. Services are not limited, because all their calls come from
    /// one address and stand for many people; nor is what is public and the same for everybody: keys, documents of discovery, styles and scripts.
    /// </summary>
    public static RouteGroupBuilder WithOtherLimit(this RouteGroupBuilder group)
    {
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            var named = endpoint.Metadata.Any(item => item is EnableRateLimitingAttribute or DisableRateLimitingAttribute);
            if (!named && !IsPublished((endpoint as RouteEndpointBuilder)?.RoutePattern.RawText ?? "") && !endpoint.Metadata.OfType<IAuthorizeData>().Any(data => data.Policy == Policies.Service))
                endpoint.Metadata.Add(new EnableRateLimitingAttribute(AuthModule.OtherLimit));
        });
        return group;
    }

    static bool IsPublished(string route) =>
        route.StartsWith("/.well-known/", StringComparison.Ordinal) || route.StartsWith("/pages/", StringComparison.Ordinal) || route.EndsWith("/jwks", StringComparison.Ordinal);
}
