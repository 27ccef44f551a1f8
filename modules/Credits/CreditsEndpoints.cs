using Mana.Credits.Accounts;
using Mana.Credits.Admin;
using Mana.Credits.Gifts;
using Mana.Credits.Internal;
using Mana.Credits.Pages;
using Mana.Credits.Purchases;
using Mana.Credits.SyncBilling;
using Mana.Credits.Wire;
using Mana.Kernel.Admin;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Credits;

/// <summary>Every route of the module (commerce.md 3).</summary>
internal static class CreditsEndpoints
{
    static readonly ErrorStyle Style = new(Unauthorized: "unauthorized", BadJson: "validation_failed", BadToken: "Invalid or expired token");

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").WithTags("credits").WithMetadata(Style, new RequestSizeLimitAttribute(RequestFields.LargestBody));
        MapCredits(api.MapGroup("/credits"));
        PurchaseEndpoints.Map(api.MapGroup("/credits"));
        MapGifts(api.MapGroup("/gifts"));
        MapSync(api.MapGroup("/sync").RequireAuthorization(Policies.User).RequireRateLimiting(CreditsModule.ReadLimit));
        MapAdmin(api.MapGroup("/admin").RequireAuthorization(Policies.User).AddEndpointFilter<AdminOnly>().AddEndpointFilter<UserInPath>());
        MapPages(app);
        MapInternal(api.MapGroup("/internal").RequireAuthorization(Policies.Service).AddEndpointFilter<UserInPath>());
        CreditsPages.Map(app);
    }

    static void MapCredits(RouteGroupBuilder credits)
    {
        credits.MapGet("/costs", AccountHandlers.CostsAsync).AllowAnonymous().WithSummary("What things cost");
        var own = credits.MapGroup("").RequireAuthorization(Policies.User).RequireRateLimiting(CreditsModule.ReadLimit);
        own.MapGet("/balance", AccountHandlers.BalanceAsync).WithSummary("What the caller has, ever earned and ever spent").Produces<BalanceBody>();
        own.MapGet("/transactions", AccountHandlers.TransactionsAsync).WithSummary("The caller's transactions, newest first; include=holds shows reservations too");
        own.MapGet("/explain", AccountHandlers.ExplainAsync).WithSummary("Every posting behind the caller's balance, and whether they add up").Produces<ExplanationBody>();
        own.MapGet("/usage", AccountHandlers.UsageAsync).WithSummary("What the caller spent, by day or by app").Produces<UsageBody>();
        credits.MapPost("/use", AccountHandlers.UseAsync).RequireAuthorization(Policies.User).RequireRateLimiting(CreditsModule.UseLimit)
            .WithSummary("Spend the caller's credits").Produces<UseBody>().Produces(402).Produces(409);
    }

    static void MapGifts(RouteGroupBuilder gifts)
    {
        gifts.MapGet("/{code}", GiftHandlers.InfoAsync).AllowAnonymous().RequireRateLimiting(CreditsModule.GiftLookupLimit)
            .WithSummary("What a gift code is worth").Produces<GiftInfoBody>().Produces(404);
        var own = gifts.MapGroup("").RequireAuthorization(Policies.User);
        own.MapPost("", GiftHandlers.CreateAsync).RequireRateLimiting(CreditsModule.GiftWriteLimit).WithSummary("Make a gift of the caller's credits").Produces<GiftBody>(201).Produces(400);
        own.MapGet("/me/created", GiftHandlers.CreatedAsync).RequireRateLimiting(CreditsModule.ReadLimit).WithSummary("Gifts that the caller made").Produces<GiftBody[]>();
        own.MapGet("/me/received", GiftHandlers.ReceivedAsync).RequireRateLimiting(CreditsModule.ReadLimit).WithSummary("Gifts that the caller redeemed").Produces<RedemptionBody[]>();
        own.MapPost("/{code}/redeem", GiftHandlers.RedeemAsync).RequireRateLimiting(CreditsModule.GiftRedeemLimit).WithSummary("Take the credits of a gift").Produces(400).Produces(403).Produces(404);
        own.MapDelete("/{id}", GiftHandlers.CancelAsync).RequireRateLimiting(CreditsModule.GiftWriteLimit).WithSummary("Take back a gift that nobody has redeemed").Produces(400).Produces(404);
    }

    static void MapSync(RouteGroupBuilder sync)
    {
        sync.MapGet("/status", SyncHandlers.StatusAsync).WithSummary("The caller's Cloud Sync").Produces<SyncStatusBody>();
        sync.MapPost("/activate", SyncHandlers.ActivateAsync).WithSummary("Pay for Cloud Sync and switch it on").Produces(400).Produces(402);
        sync.MapPost("/deactivate", SyncHandlers.DeactivateAsync).WithSummary("Switch Cloud Sync off").Produces(400);
        sync.MapPost("/change-interval", SyncHandlers.ChangeIntervalAsync).WithSummary("Another interval, from the next charge on").Produces(400);
        sync.MapPost("/auto-resume", SyncHandlers.AutoResumeAsync).WithSummary("Whether paused sync goes on when credits come in").Produces(400);
    }

    static void MapAdmin(RouteGroupBuilder admin)
    {
        PurchaseEndpoints.MapAdmin(admin);
        admin.MapGet("/credits/{userId}", AdminHandlers.AccountAsync).WithSummary("Balance, open reservations and last transactions of an account").Produces(403).Produces(404);
        admin.MapPost("/credits/{userId}/adjust", AdminHandlers.AdjustAsync).WithSummary("Correct a balance, once per reference").Produces(402).Produces(403);
        admin.MapPost("/credits/{userId}/unfreeze", AdminHandlers.UnfreezeAsync).WithSummary("Let an account spend again that the audit held").Produces(403).Produces(404);
        admin.MapGet("/sync/{userId}", SyncHandlers.StatusOfAsync).WithSummary("Cloud Sync of an account").Produces<SyncStatusBody>().Produces(403);
        admin.MapPost("/sync/{userId}/gift", SyncHandlers.GiveAsync).WithSummary("Give Cloud Sync for free").Produces(403);
        admin.MapDelete("/sync/{userId}/gift", SyncHandlers.RevokeAsync).WithSummary("Take back free Cloud Sync").Produces(400).Produces(403).Produces(404);
    }

    static void MapPages(IEndpointRouteBuilder app)
    {
        app.MapGet(LedgerPage.Path, LedgerPage.Find).AsAdminPage("credits");
        app.MapGet(LedgerPage.Route, LedgerPage.ShowAsync).AsAdminPage("credits.read");
        app.MapPost(LedgerPage.Route, LedgerPage.ChangeAsync).AsAdminAction("credits.adjust");
    }

    static void MapInternal(RouteGroupBuilder service)
    {
        service.MapGet("/credits/balance/{userId}", InternalHandlers.BalanceAsync).WithSummary("What a person has").Produces<InternalBalanceBody>();
        service.MapDelete("/credits/balance/{userId}", InternalHandlers.EraseAsync).WithSummary("Erase a person; entries stay under a pseudonym");
        service.MapPost("/credits/use", InternalHandlers.UseAsync).WithSummary("Debit a person").Produces<UseBody>().Produces(402).Produces(409);
        service.MapPost("/credits/refund", InternalHandlers.RefundAsync).WithSummary("Give credits back").Produces<RefundBody>();
        service.MapPost("/credits/grant", InternalHandlers.GrantAsync).WithSummary("Reward a person, once per reference");
        service.MapPost("/credits/init", InternalHandlers.InitAsync).WithSummary("Make a person's accounts").Produces<BalanceRowBody>();
        service.MapPost("/credits/reserve", InternalHandlers.ReserveAsync).WithSummary("Hold credits for something that will be used").Produces(402).Produces(409);
        service.MapPost("/credits/commit", InternalHandlers.CommitAsync).WithSummary("Take what was held, or a part").Produces(400).Produces(404);
        service.MapPost("/credits/refund-reservation", InternalHandlers.ReleaseAsync).WithSummary("Give back what was held").Produces(400).Produces(404);
        service.MapGet("/credits/reservations/{id}", InternalHandlers.ReservationAsync).WithSummary("State of a reservation").Produces(404);
        service.MapPost("/gifts/redeem-pending", GiftHandlers.RedeemPendingAsync).WithSummary("Redeem what was promised to a person's address");
        service.MapGet("/sync/status/{userId}", SyncHandlers.StatusOfAsync).WithSummary("Cloud Sync of a person").Produces<SyncStatusBody>();
        service.MapPost("/sync/charge-recurring", SyncHandlers.ChargeAsync).WithSummary("Charge what is due now").Produces<RenewalSummary>();
    }
}
