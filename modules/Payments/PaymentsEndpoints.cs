using Mana.Kernel.Admin;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Payments.Admin;
using Mana.Payments.Risk;
using Mana.Payments.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Payments;

/// <summary>Every route of the module.</summary>
internal static class PaymentsEndpoints
{
    static readonly ErrorStyle Style = new(Unauthorized: "unauthorized", BadJson: "validation_failed", BadToken: "Invalid or expired token");

    public static void Map(IEndpointRouteBuilder app)
    {
        MapWebhook(app, "/api/v1/webhooks/stripe");
        MapWebhook(app, "/webhooks/stripe");
        var admin = app.MapGroup("/api/v1/admin/stripe").WithTags("payments").WithMetadata(Style, new RequestSizeLimitAttribute(WebhookHandler.LargestBody))
            .RequireAuthorization(Policies.User).AddEndpointFilter<AdminOnly>();
        admin.MapGet("/events", AdminHandlers.ListAsync).WithSummary("Events of Stripe: those that wait for a person, or of a status or object").Produces(403);
        admin.MapPost("/events/{id}/replay", AdminHandlers.ReplayAsync).WithSummary("Handle an event again").Produces(403).Produces(404);
        admin.MapPost("/reconcile", AdminHandlers.ReconcileAsync).WithSummary("Ask Stripe for what webhooks did not bring, now").Produces(403).Produces(502).Produces(503);
        admin.MapGet("/risk/{userId}", RiskHandlers.ShowAsync).WithSummary("Whether a person is offered bank debits, and which disputes say no").Produces<RiskBody>().Produces(403);
        admin.MapDelete("/risk/{userId}", RiskHandlers.LiftAsync).WithSummary("Offer bank debits to a person again").Produces(403).Produces(404);
        app.MapGet(RiskPage.Route, RiskPage.ShowAsync).AsAdminPage("stripe.risk");
        app.MapPost(RiskPage.Route, RiskPage.ChangeAsync).AsAdminAction("stripe.risk-lift");
        app.MapGet(InboxPage.Path, InboxPage.ShowAsync).AsAdminPage("stripe");
        app.MapPost(InboxPage.Path, InboxPage.ChangeAsync).AsAdminAction("stripe.replay");
    }

    static void MapWebhook(IEndpointRouteBuilder app, string path) =>
        app.MapPost(path, WebhookHandler.ReceiveAsync).AllowAnonymous().WithTags("payments").WithMetadata(Style, new RequestSizeLimitAttribute(WebhookHandler.LargestBody))
            .WithSummary("Events of Stripe, signed").Produces(400).Produces(413).Produces(503);
}
