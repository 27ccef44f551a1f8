using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Kernel.Errors;

/// <summary>
/// Exceptions are bugs or broken infrastructure: the first become 500 <c>internal</c>, the second 503 <c>unavailable</c>.
/// What the framework throws for a bad request keeps its 4xx. No exception text ever reaches the client.
/// </summary>
internal sealed class ExceptionMapping(ILogger<ExceptionMapping> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.Response.HasStarted)
            return false;
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        // The exception middleware takes the endpoint away before it asks us; how its group words errors is written there.
        httpContext.SetEndpoint(httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint);
        var error = Map(exception, httpContext);
        if (error.StatusCode >= 500)
            log.LogError(exception, "{Method} {Route} failed with {Status}", httpContext.Request.Method, RouteOf(httpContext), error.StatusCode);
        await ErrorEnvelope.WriteAsync(httpContext, error);
        return true;
    }

    static ApiError Map(Exception exception, HttpContext context) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Refusals.BodyTooLarge,
        BadHttpRequestException or JsonException => Refusals.BadJson(context),
        _ when IsBrokenInfrastructure(exception) => Refusals.Unavailable,
        _ => Refusals.Internal,
    };

    /// <summary>The database is away, restarting, or out of connections; a retry can succeed.</summary>
    public static bool IsBrokenInfrastructure(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException or SocketException or TimeoutException => true,
        { InnerException: { } inner } => IsBrokenInfrastructure(inner),
        _ => false,
    };

    static string RouteOf(HttpContext context) =>
        (context.GetEndpoint() as Microsoft.AspNetCore.Routing.RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
}
