using System.Diagnostics;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Sync.Devices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mana.Sync.Gate;

/// <summary>Counts and times every request that ends by itself.</summary>
internal sealed class RequestMeter(SyncMetrics metrics, DeviceNotes devices) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        var endpoint = EndpointOf(context.HttpContext.Request);
        // What throws on its way has failed, whatever status it is mapped to later.
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            var result = await next(context);
            status = (result as ApiError)?.StatusCode ?? StatusCodes.Status200OK;
            if (result is ApiError error)
                Note(context.HttpContext, error);
            return result;
        }
        finally
        {
            metrics.Request(endpoint, status, Stopwatch.GetElapsedTime(start));
        }
    }

    /// <summary>The last refusal of each device, for whoever asks why it does not sync.</summary>
    void Note(HttpContext context, ApiError error)
    {
        if (context.Features.Get<CurrentUser>() is { } user && context.GetRouteValue("appId") is string appId)
            devices.Refused(user.UserId, context.Request.Headers["X-Client-Id"].ToString(), appId, error.Error);
    }

    /// <summary>From a closed set: a client must not be able to name a metric.</summary>
    static string EndpointOf(HttpRequest request)
    {
        if (request.Path.Value!.Contains("/history", StringComparison.Ordinal))
            return "history";
        return HttpMethods.IsPost(request.Method) ? "push" : "pull";
    }
}
