using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Mana.Kernel.Identity;

namespace Mana.Credits.Purchases;

/// <summary>Every route of packs and purchases (commerce.md 3.2, 3.5).</summary>
internal static class PurchaseEndpoints
{
    public static void Map(RouteGroupBuilder credits)
    {
        credits.MapGet("/packages", PurchaseHandlers.PackagesAsync).AllowAnonymous().WithSummary("Packs that can be bought").Produces<PackageBody[]>();
        var own = credits.MapGroup("").RequireAuthorization(Policies.User);
        own.MapGet("/purchases", PurchaseHandlers.PurchasesAsync).RequireRateLimiting(CreditsModule.ReadLimit).WithSummary("The caller's purchases, newest first").Produces<PurchaseBody[]>();
        own.MapGet("/purchase/{purchaseId}", PurchaseHandlers.PurchaseAsync).RequireRateLimiting(CreditsModule.ReadLimit).WithSummary("One purchase of the caller").Produces<PurchaseBody>().Produces(404);
        own.MapPost("/purchase", PurchaseHandlers.BuyAsync).RequireRateLimiting(CreditsModule.PurchaseLimit).WithSummary("Begin to buy a pack: a secret to pay with, or a page with successUrl and cancelUrl")
            .Produces<PurchaseBegunBody>().Produces(404).Produces(409).Produces(502).Produces(503);
        own.MapPost("/payment-link", PurchaseHandlers.LinkAsync).RequireRateLimiting(CreditsModule.PurchaseLimit).WithSummary("A page on which a pack can be paid, for a day")
            .Produces<PaymentLinkBody>().Produces(404).Produces(502).Produces(503);
    }

    public static void MapAdmin(RouteGroupBuilder admin)
    {
        admin.MapGet("/credits/purchases", PurchaseAdmin.PurchasesAsync).WithSummary("Purchases of everybody, by status").Produces<PurchaseBody[]>().Produces(403);
        admin.MapPost("/credits/purchases/{purchaseId}/refund", PurchaseAdmin.RefundAsync).WithSummary("Give money back, once per reference; the credits follow").Produces(400).Produces(403).Produces(404);
        admin.MapGet("/credits/packages", PurchaseAdmin.PackagesAsync).WithSummary("All packs, also those that are not sold").Produces<PackageBody[]>().Produces(403);
        admin.MapPost("/credits/packages", PurchaseAdmin.AddPackageAsync).WithSummary("A new pack").Produces<PackageBody>(201).Produces(400).Produces(403).Produces(409);
        admin.MapPatch("/credits/packages/{packageId}", PurchaseAdmin.ChangePackageAsync).WithSummary("Change a pack; purchases keep what they were begun with").Produces<PackageBody>().Produces(403).Produces(404);
        admin.MapDelete("/credits/packages/{packageId}", PurchaseAdmin.RemovePackageAsync).WithSummary("Stop selling a pack").Produces(403).Produces(404);
    }
}
