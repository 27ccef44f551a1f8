using Mana.Kernel.Identity;
using Mana.Sync.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mana.Sync.Gate;

/// <summary>After authentication, so that a bad token is told as such: 402 for whoever may not sync this app (sync.md 5).</summary>
internal sealed class BillingGate(EntitlementGate gate) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Features.Get<CurrentUser>() is { } user
            && await gate.CheckAsync(user.UserId, http.GetRouteValue("appId") as string ?? "", http.RequestAborted) == GateResult.Inactive)
            return SyncError.SyncInactive();
        return await next(context);
    }
}
