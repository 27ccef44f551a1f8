using Microsoft.AspNetCore.Http;

namespace Mana.Sync.Live.Streams;

/// <summary>
/// The response of a stream. What the other side does not read stays in a bounded buffer of the server; when a part of it cannot be handed
/// over in time the connection is cut, and the client comes back with its cursor.
/// </summary>
internal sealed class StreamOutput(HttpContext context, TimeProvider time)
{
    public static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Small, so that a slow but steady reader is never given more than it can take within the time.</summary>
    const int Part = 32 * 1024;

    /// <summary>Sends the head of the response at once: a client with nothing to catch up must not wait for it (sync.md 8.5).</summary>
    public Task StartAsync(StreamEvents greeting)
    {
        var headers = context.Response.Headers;
        context.Response.ContentType = "text/event-stream";
        headers.CacheControl = "no-cache";
        headers["X-Accel-Buffering"] = "no";
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
            headers.Connection = "keep-alive";
        return SendAsync(greeting);
    }

    /// <summary>Sends what has been written and forgets it.</summary>
    public async Task SendAsync(StreamEvents events)
    {
        for (var rest = events.Written; rest.Length > 0; rest = rest[Math.Min(Part, rest.Length)..])
        {
            var flushed = context.Response.BodyWriter.WriteAsync(rest[..Math.Min(Part, rest.Length)], context.RequestAborted);
            if (!flushed.IsCompletedSuccessfully)
                await InTimeAsync(flushed.AsTask());
        }

        events.Clear();
    }

    async Task InTimeAsync(Task flushed)
    {
        try
        {
            await flushed.WaitAsync(WriteTimeout, time);
        }
        catch (TimeoutException slow)
        {
            context.Abort();
            throw new OperationCanceledException("The client does not read.", slow);
        }
    }
}
