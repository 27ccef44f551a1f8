using System.Diagnostics;
using Mana.Auth.Contracts;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Sync.Devices;
using Mana.Sync.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mana.Sync.Gate;

/// <summary>On the endpoints whose requests are counted, by these names only: a client must not be able to name a metric.</summary>
internal sealed record Metered(string Endpoint)
{
    public static readonly Metered Push = new("push");
    public static readonly Metered Pull = new("pull");
    public static readonly Metered History = new("history");

    /// <summary>One that begins is counted as it begins; how long it lasts says nothing about how fast the server is.</summary>
    public static readonly Metered Stream = new("stream");
}

/// <summary>The device that a push names in its body.</summary>
internal sealed record NamedDevice(string ClientId);

/// <summary>
/// Counts and times the requests of sync, those included that authentication, a limit or a lost database ended before they got to their
/// endpoint, and notes what each device was refused, for whoever asks why it does not sync.
/// </summary>
internal sealed class RequestMeter(SyncMetrics metrics, LiveMetrics live, DeviceNotes devices) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, following) =>
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                await following(context);
            }
            catch
            {
                Finish(context, StatusCodes.Status500InternalServerError, start);
                throw;
            }

            Finish(context, context.Response.StatusCode, start);
        });
        next(app);
    };

    void Finish(HttpContext context, int status, long start)
    {
        // An exception handler runs the pipeline again without the endpoint that failed.
        var failed = context.Features.Get<IExceptionHandlerFeature>();
        if ((failed?.Endpoint ?? context.GetEndpoint())?.Metadata.GetMetadata<Metered>() is not { } metered)
            return;
        if (metered != Metered.Stream)
            metrics.Request(metered.Endpoint, status, Stopwatch.GetElapsedTime(start));
        else if (status != StatusCodes.Status200OK)
            metrics.Opened(metered.Endpoint, status);
        if (status == StatusCodes.Status401Unauthorized)
            live.AuthFailed(Reason(context.Features.Get<TokenVerdict>()));
        if (status >= StatusCodes.Status400BadRequest)
            Note(context, failed?.RouteValues ?? context.Request.RouteValues);
    }

    void Note(HttpContext context, RouteValueDictionary route)
    {
        if (context.Features.Get<CurrentUser>() is not { } user || context.Features.Get<ApiError>() is not { } error || route["appId"] is not string appId)
            return;
        var device = context.Features.Get<NamedDevice>()?.ClientId ?? context.Request.Headers["X-Client-Id"].ToString();
        devices.Refused(user.UserId, device, appId, error.Error);
    }

    /// <summary>The words that sockets use. A token that was good belongs to a session that ended meanwhile.</summary>
    static string Reason(TokenVerdict? verdict) => verdict switch
    {
        TokenVerdict.Invalid { Reason: var reason } => reason,
        TokenVerdict.Expired => "expired",
        TokenVerdict.KeysUnavailable => "keys",
        TokenVerdict.Valid => "session",
        _ => "missing",
    };
}
