using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Notifications.Development;
using Mana.Notifications.Push;
using Mana.Notifications.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Mana.Notifications;

/// <summary>Every route of the module.</summary>
internal static class NotificationsEndpoints
{
    /// <summary>The page runs nothing and loads nothing; a mail is shown in a sandboxed frame.</summary>
    const string PagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'";

    const int LargestBody = 16 * 1024;

    static readonly ErrorStyle Style = new(BadJson: "INVALID_JSON", BadToken: "Invalid or expired token", NoToken: "Missing authorization header", TextErrors: true);

    public static void MapChannels(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").WithTags("notifications").WithMetadata(Style, new RequestSizeLimitAttribute(LargestBody));
        api.MapGet("/push/vapid-public-key", PushHandlers.PublicKey).AllowAnonymous().WithSummary("The key that browsers subscribe with").Produces<PublicKeyBody>().Produces(503);
        var own = api.MapGroup("").RequireAuthorization(Policies.User).RequireRateLimiting(NotificationsModule.ChannelLimit);
        own.MapGet("/push/subscriptions", PushHandlers.ListAsync).WithSummary("Browsers of the caller");
        own.MapPost("/push/subscriptions", PushHandlers.SubscribeAsync).WithSummary("Subscribe a browser: PushSubscription.toJSON()").Produces<SubscriptionBody>(201).Produces(400).Produces(503);
        own.MapDelete("/push/subscriptions", PushHandlers.UnsubscribeEndpointAsync).WithSummary("Remove a browser by its endpoint").Produces(404);
        own.MapDelete("/push/subscriptions/{id}", PushHandlers.UnsubscribeAsync).WithSummary("Remove a browser").Produces(404);
        own.MapGet("/webhooks/endpoints", WebhookHandlers.ListAsync).WithSummary("Webhook endpoints of the caller, without their secrets");
        own.MapPost("/webhooks/endpoints", WebhookHandlers.CreateAsync).WithSummary("A new endpoint; its secret is shown this once").Produces<WebhookBody>(201).Produces(400).Produces(409);
        own.MapDelete("/webhooks/endpoints/{id}", WebhookHandlers.DeleteAsync).WithSummary("Remove an endpoint").Produces(404);
        api.MapPost("/notifications/test", PushHandlers.TestAsync).RequireAuthorization(Policies.User).RequireRateLimiting(NotificationsModule.TestLimit)
            .WithSummary("Tell all browsers and endpoints of the caller something now");
    }

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
