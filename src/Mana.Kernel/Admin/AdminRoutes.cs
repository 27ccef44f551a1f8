using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Admin;

/// <summary>How a module maps its pages below <c>/admin</c>. Nothing is reached there but behind one of these two.</summary>
public static class AdminRoutes
{
    public const string Path = "/admin";
    internal const string Limit = "admin";
    const int LargestForm = 16 * 1024;

    /// <summary>A page. Looking at what belongs to a person is told to the security log, when the page says whose it is (<see cref="AdminPage.About"/>).</summary>
    /// <param name="action">What the log calls it.</param>
    public static void AsAdminPage(this RouteHandlerBuilder route, string action) => Guard(route, action, isChange: false);

    /// <summary>A form of the page at the same address. Every one is told to the security log, also when it was refused or failed.</summary>
    /// <param name="action">What the log calls it, unless the handler says more exactly (<see cref="AdminPage.Does"/>).</param>
    public static void AsAdminAction(this RouteHandlerBuilder route, string action) => Guard(route, action, isChange: true);

    static void Guard(RouteHandlerBuilder route, string action, bool isChange) => route
        .RequireAuthorization(Policies.Cookie).RequireRateLimiting(Limit).WithMetadata(new AdminErrors(), new RequestSizeLimitAttribute(LargestForm)).ExcludeFromDescription()
        .AddEndpointFilter((context, next) => RunAsync(context, next, action, isChange));

    static async ValueTask<object?> RunAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, string action, bool isChange)
    {
        var http = context.HttpContext;
        var desk = http.RequestServices.GetRequiredService<IAdminDesk>();
        var page = context.Arguments.OfType<AdminPage>().FirstOrDefault() ?? new AdminPage(http);
        if (await desk.RefuseAsync(http, isChange, http.RequestAborted) is { } refused)
        {
            desk.Tell(http, new AdminDeed(action, isChange, null, null, null, refused.StatusCode));
            return refused;
        }

        if (isChange && !await desk.IsOwnFormAsync(http))
        {
            desk.Tell(http, new AdminDeed(action, isChange, null, null, null, StatusCodes.Status400BadRequest));
            return AdminErrors.Stale(page);
        }

        var result = await next(context);
        if (isChange || page.UserId is not null)
            desk.Tell(http, new AdminDeed(page.Action ?? action, isChange, page.UserId, page.Target, page.Value, page.HasFailed ? StatusCodes.Status409Conflict : StatusOf(result)));
        return result;
    }

    static int StatusOf(object? result) => result switch
    {
        Errors.ApiError error => error.StatusCode,
        IStatusCodeHttpResult { StatusCode: { } status } => status,
        _ => StatusCodes.Status200OK,
    };
}
