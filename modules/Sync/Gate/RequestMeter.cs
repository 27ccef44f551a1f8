using System.Diagnostics;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.Gate;

/// <summary>Counts and times every request that ends by itself.</summary>
internal sealed class RequestMeter(SyncMetrics metrics) : IEndpointFilter
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
            return result;
        }
        finally
        {
            metrics.Request(endpoint, status, Stopwatch.GetElapsedTime(start));
        }
    }

    /// <summary>From a closed set: a client must not be able to name a metric.</summary>
    static string EndpointOf(HttpRequest request)
    {
        if (request.Path.Value!.Contains("/history", StringComparison.Ordinal))
            return "history";
        return HttpMethods.IsPost(request.Method) ? "push" : "pull";
    }
}
