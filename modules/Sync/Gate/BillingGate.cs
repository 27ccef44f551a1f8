using Mana.Sync.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Mana.Sync.Gate;

/// <summary>
/// Asks, after authentication, whether this app may sync (sync.md 5). Today the answer is a switch; the ledger will answer per user
/// behind the same filter.
/// </summary>
internal sealed class BillingGate(SyncOptions options, IHostEnvironment environment, SyncMetrics metrics) : IEndpointFilter
{
    readonly bool _open = options.BillingGate is { Length: > 0 } gate ? gate == "open" : environment.IsDevelopment();

    readonly HashSet<string> _exempt = new(
        options.BillingExemptApps.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var exempt = context.HttpContext.GetRouteValue("appId") is string appId && _exempt.Contains(appId);
        metrics.Billing(exempt ? "exempt" : _open ? "active" : "inactive");
        return exempt || _open ? next(context) : ValueTask.FromResult<object?>(SyncError.SyncInactive());
    }
}
