using Mana.Credits.Data;
using Mana.Credits.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Network;
using Mana.Payments.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Purchases;

/// <summary>Routes of packs and of buying them (commerce.md 3.2).</summary>
internal static class PurchaseHandlers
{
    static readonly ApiError NoPackage = CreditsRefusals.NotFound("Package not found or inactive");
    static readonly ApiError NoPurchase = CreditsRefusals.NotFound("Purchase not found");

    public static async Task<IResult> PackagesAsync(CreditsDbContext database, CreditsOptions options, CancellationToken cancellationToken) =>
        CreditsJson.Ok((await database.Packages.AsNoTracking().Where(row => row.Active).OrderBy(row => row.SortOrder).ThenBy(row => row.Id).ToListAsync(cancellationToken)).Select(row => PackageBody.Of(row, options)));

    public static async Task<IResult> PurchasesAsync(CurrentUser user, CreditsDbContext database, CancellationToken cancellationToken) =>
        CreditsJson.Ok((await database.Purchases.AsNoTracking().Where(row => row.UserId == user.UserId).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            .ToListAsync(cancellationToken)).Select(PurchaseBody.Of));

    public static async Task<IResult> PurchaseAsync(string purchaseId, CurrentUser user, CreditsDbContext database, CancellationToken cancellationToken) =>
        Guid.TryParseExact(purchaseId, "D", out var id)
            && await database.Purchases.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.UserId == user.UserId, cancellationToken) is { } purchase
            ? CreditsJson.Ok(PurchaseBody.Of(purchase))
            : NoPurchase;

    public static async Task<IResult> BuyAsync(HttpContext context, CurrentUser user, PurchaseBegin purchases, TrustedOrigins origins, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var package = fields.Id("packageId");
        var (success, cancel) = (Page(fields, "successUrl", origins), Page(fields, "cancelUrl", origins));
        var key = fields.IdempotencyKey();
        if ((success is null) != (cancel is null))
            fields.Fail(success is null ? "successUrl" : "cancelUrl", "is required when the other one is given");
        if (fields.Problem is { } problem)
            return problem;
        var wish = new PurchaseWish(user.UserId, user.Email, package, success is null ? null : _ => new ReturnPages(success, cancel!), key);
        return await purchases.BeginAsync(wish, cancellationToken) switch
        {
            PurchaseBegun.Waiting waiting => CreditsJson.Ok(new PurchaseBegunBody(
                waiting.Purchase.Id, waiting.ClientSecret, waiting.Purchase.PriceEuroCents, waiting.Purchase.Credits, waiting.CheckoutUrl, waiting.ExpiresAt)),
            var refused => Refusal(refused),
        };
    }

    public static async Task<IResult> LinkAsync(HttpContext context, CurrentUser user, PurchaseBegin purchases, TrustedOrigins origins, WebPages pages, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var package = fields.Id("packageId");
        var (success, cancel) = (Page(fields, "successUrl", origins), Page(fields, "cancelUrl", origins));
        var (room, key) = (fields.OptionalText("roomId", 255, shortest: 1), fields.IdempotencyKey());
        if (fields.Problem is { } problem)
            return problem;
        var wish = new PurchaseWish(user.UserId, user.Email, package, id => new ReturnPages(success ?? pages.PurchaseSuccess(id), cancel ?? pages.PurchaseCancelled), key, room);
        return await purchases.BeginAsync(wish, cancellationToken) switch
        {
            PurchaseBegun.Waiting waiting => CreditsJson.Ok(new PaymentLinkBody(
                waiting.CheckoutUrl, waiting.Purchase.Id, waiting.ExpiresAt, new(waiting.Package.Name, waiting.Purchase.Credits, waiting.Purchase.PriceEuroCents))),
            var refused => Refusal(refused),
        };
    }

    static ApiError Refusal(PurchaseBegun refused) => refused switch
    {
        PurchaseBegun.NoPackage => NoPackage,
        PurchaseBegun.KeyMismatch => CreditsRefusals.KeyMismatch,
        PurchaseBegun.NotConfigured => StripeRefusals.NotConfigured,
        PurchaseBegun.Failed => StripeRefusals.Failed,
        _ => throw new ArgumentException("This is no refusal.", nameof(refused)),
    };

    /// <summary>Stripe sends people there: only to pages of our own (W-44).</summary>
    static string? Page(RequestFields fields, string name, TrustedOrigins origins)
    {
        if (fields.OptionalText(name, 2000, shortest: 1) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.UserInfo.Length == 0 && origins.IsAllowed(url.GetLeftPart(UriPartial.Authority)))
            return text;
        fields.Fail(name, "must be a page of a trusted origin");
        return null;
    }
}
