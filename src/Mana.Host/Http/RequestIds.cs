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
        context.Response.Headers[Header] = id;
        using (log.BeginScope(new KeyValuePair<string, object>("RequestId", id)))
            await next(context);
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex WellFormed();
}
