using System.Text.RegularExpressions;
using Mana.Kernel.Ids;

namespace Mana.Host.Http;

/// <summary>Takes over a well-formed <c>X-Request-Id</c> or makes one; echoes it and puts it into every log line of the request (auth.md 3.3).</summary>
internal sealed partial class RequestIds(RequestDelegate next, IIdSource ids, ILogger<RequestIds> log)
{
    const string Header = "X-Request-Id";

    public async Task InvokeAsync(HttpContext context)
    {
        var sent = context.Request.Headers[Header].ToString();
        var id = WellFormed().IsMatch(sent) ? sent : ids.NewId()[^8..];
        context.TraceIdentifier = id;
        // At the last moment, because an answer that begins as an exception starts with no headers at all.
        context.Response.OnStarting(static state =>
        {
            var started = (HttpContext)state;
            started.Response.Headers[Header] = started.TraceIdentifier;
            return Task.CompletedTask;
        }, context);
        using (log.BeginScope("RequestId:{RequestId}", id))
            await next(context);
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex WellFormed();
}
