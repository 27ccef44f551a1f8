using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Subscriptions.Admin;
using Mana.Subscriptions.Billing;
using Mana.Subscriptions.Current;
using Mana.Subscriptions.Pages;
using Mana.Subscriptions.Plans;
using Mana.Subscriptions.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Subscriptions;

/// <summary>Every route of the module (commerce.md 6.3, 6.4, 3.5).</summary>
internal static class SubscriptionsEndpoints
{
    static readonly ErrorStyle Style = new(Unauthorized: "unauthorized", BadJson: "validation_failed", BadToken: "Invalid or expired token");

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").WithTags("subscriptions").WithMetadata(Style, new RequestSizeLimitAttribute(RequestFields.LargestBody));
        var plans = api.MapGroup("/subscriptions/plans").AllowAnonymous();
        plans.MapGet("", BillingHandlers.PlansAsync).WithSummary("Plans that can be subscribed to").Produces<PlanBody[]>();
        plans.MapGet("/{planId}", BillingHandlers.PlanAsync).WithSummary("One plan, also one that is not sold any more").Produces<PlanBody>().Produces(404);

        var own = api.MapGroup("/subscriptions").RequireAuthorization(Policies.User);
        own.MapGet("/current", BillingHandlers.CurrentAsync).WithSummary("The caller's subscription, and the plan whose benefits hold").Produces<CurrentBody>();
        own.MapGet("/invoices", BillingHandlers.InvoicesAsync).WithSummary("The caller's invoices, newest first").Produces<InvoiceBody[]>();
        var billing = own.MapGroup("").RequireRateLimiting(SubscriptionsModule.BillingLimit);
        billing.MapPost("/checkout", BillingHandlers.CheckoutAsync).WithSummary("A page on which a plan is subscribed to").Produces(404).Produces(409).Produces(502).Produces(503);
        billing.MapPost("/portal", BillingHandlers.PortalAsync).WithSummary("A page on which cards, invoices and the plan are managed").Produces(400).Produces(502).Produces(503);
        billing.MapPost("/cancel", BillingHandlers.CancelAsync).WithSummary("End the subscription with its period").Produces(404).Produces(502).Produces(503);
        billing.MapPost("/reactivate", BillingHandlers.ReactivateAsync).WithSummary("Go on after all").Produces(404).Produces(502).Produces(503);
        billing.MapPost("/change", BillingHandlers.ChangeAsync).WithSummary("Another plan or interval, prorated at once").Produces<CurrentBody>().Produces(404).Produces(502).Produces(503);
        billing.MapPost("/change/preview", BillingHandlers.PreviewAsync).WithSummary("What that would cost now").Produces(404).Produces(502).Produces(503);

        PlanPages.Map(app);

        var service = api.MapGroup("/internal").RequireAuthorization(Policies.Service);
        service.MapGet("/plan-limits/{userId}", BillingHandlers.LimitsOfAsync).WithSummary("How many people and spaces a person's plan allows; null is no limit");
        service.MapGet("/subscription/{userId}", BillingHandlers.CurrentOfAsync).WithSummary("The subscription of a person").Produces<CurrentBody>();

        var admin = api.MapGroup("/admin/subscriptions/plans").RequireAuthorization(Policies.User).AddEndpointFilter<AdminOnly>();
        admin.MapGet("", PlanAdmin.PlansAsync).WithSummary("All plans, also those that are not sold").Produces<PlanBody[]>().Produces(403);
        admin.MapPost("", PlanAdmin.AddAsync).WithSummary("A new plan").Produces<PlanBody>(201).Produces(400).Produces(403).Produces(409);
        admin.MapPatch("/{planId}", PlanAdmin.ChangeAsync).WithSummary("Change a plan").Produces<PlanBody>().Produces(403).Produces(404).Produces(409);
        admin.MapDelete("/{planId}", PlanAdmin.RemoveAsync).WithSummary("Stop selling a plan").Produces(403).Produces(404);
    }
}
