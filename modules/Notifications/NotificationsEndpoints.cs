using Mana.Notifications.Development;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Mana.Notifications;

/// <summary>Every route of the module.</summary>
internal static class NotificationsEndpoints
{
    /// <summary>The page runs nothing and loads nothing; a mail is shown in a sandboxed frame.</summary>
    const string PagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'";

    public static void MapDevelopment(IEndpointRouteBuilder app) =>
        app.MapGet("/dev/mail", ReadAsync).WithTags("development")
            .WithSummary("The latest mails, as they were or will be sent").WithDescription("Development only. JSON with `Accept: application/json`, else a page.")
            .Produces<DevMailList>(200, "application/json", "text/html");

    static async Task<IResult> ReadAsync(HttpContext context, DevMailbox mailbox, string? recipient, CancellationToken cancellationToken)
    {
        var mails = await mailbox.LatestAsync(recipient, cancellationToken);
        if (context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "application/json"))
            return Results.Ok(mails);
        context.Response.Headers[HeaderNames.ContentSecurityPolicy] = PagePolicy;
        return Results.Content(DevMailPage.Html(mails, recipient), "text/html; charset=utf-8");
    }
}
