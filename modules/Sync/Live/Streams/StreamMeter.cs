using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.Live.Streams;

/// <summary>Counts streams that were refused, by whatever stands in front of them; one that begins is counted as it begins.</summary>
internal sealed class StreamMeter(SyncMetrics metrics) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        if (result is ApiError refused)
            metrics.Opened("stream", refused.StatusCode);
        return result;
    }
}
