using Mana.Apps.Contracts;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Wire;

/// <summary>
/// Parts of the server that are for some people only as yet (compute.md 3.1): an app's tier is that of the registry, or what <c>Modules:{app}:RequiredTier</c> says.
/// Nobody is asked who needs no account at all.
/// </summary>
internal static class TierGate
{
    static readonly string[] Ascending = ["guest", "public", "beta", "alpha", "founder"];

    public static T RequireTierOf<T>(this T routes, string appId)
        where T : IEndpointConventionBuilder => routes.AddEndpointFilterFactory((factory, next) =>
    {
        var services = factory.ApplicationServices;
        var required = services.GetRequiredService<IConfiguration>()[$"Modules:{appId}:RequiredTier"] ?? services.GetRequiredService<IAppRegistry>().Find(appId)?.RequiredTier;
        if (required is null)
            return next;
        var least = Array.IndexOf(Ascending, required);
        if (least < 0)
            throw new InvalidOperationException($"Modules:{appId}:RequiredTier must be one of {string.Join(", ", Ascending)}.");
        var refused = new ApiError(403, "TIER_REQUIRED", $"This needs access tier {required}");
        return context => context.HttpContext.Features.Get<CurrentUser>() is { } user && Array.IndexOf(Ascending, user.Tier) < least ? ValueTask.FromResult<object?>(refused) : next(context);
    });
}
