using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Mana.Kernel.Telemetry;

/// <summary>ASP.NET Core 10 tags its spans with what is known at the start of a request; route, status and error are known at its end.</summary>
internal sealed class SpanRoutes : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(static async (context, following) =>
        {
            try
            {
                await following(context);
                Finish(context, context.Response.StatusCode, context.Features.Get<IExceptionHandlerFeature>()?.Error);
            }
            catch (Exception error)
            {
                Finish(context, StatusCodes.Status500InternalServerError, error);
                throw;
            }
        });
        next(app);
    };

    private static void Finish(HttpContext context, int status, Exception? error)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } activity) return;
        // An exception handler runs the pipeline again without the endpoint that failed.
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
        if (endpoint is RouteEndpoint { RoutePattern.RawText: { } route }) activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", status);
        if (error is not null) activity.SetTag("error.type", error.GetType().FullName);
        if (status >= StatusCodes.Status500InternalServerError) activity.SetStatus(ActivityStatusCode.Error);
    }
}
