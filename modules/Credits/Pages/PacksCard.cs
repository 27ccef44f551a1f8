using Mana.Auth.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Purchases;
using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Pages;

/// <summary>Packs to buy, and what became of those that were.</summary>
internal static class PacksCard
{
    public static Markup Of(AccountPage page, CreditsView view)
    {
        // One key per shown form: a second click is the same purchase.
        var ids = page.Http.RequestServices.GetRequiredService<IIdSource>();
        var packs = view.Packages.Select(pack => Markup.Of($"""
            <li class="offer"><div><strong>{pack.Credits.ToString("#,0", page.Culture)}</strong> Mana<br><small>{pack.Name}</small></div>
            {page.Form(CreditsPages.BuyPath, Markup.Of($"{Controls.Hidden("package", pack.Id.ToString())}{Controls.Hidden("key", "page:" + ids.NewId())}{Controls.Button(page[$"Für {page.Euro(pack.PriceEuroCents)} kaufen", $"Buy for {page.Euro(pack.PriceEuroCents)}"])}"), "")}</li>
            """));
        var offers = view.CanBuy ? Markup.Of($"<ul class=\"offers\">{packs}</ul>") : Markup.Of($"<p>{page["Hier kann gerade nichts gekauft werden.", "Nothing can be bought here at the moment."]}</p>");
        var bought = view.Purchases.Count == 0 ? Markup.None : Markup.Of($"<ul class=\"rows\">{view.Purchases.Select(purchase => Line(page, purchase))}</ul>");
        return AccountPage.Card(page["Mana kaufen", "Buy Mana"], Markup.Of($"{offers}{bought}"), page["Einmalig, ohne Abo. Bezahlt wird bei Stripe, mit Karte oder Lastschrift.", "Once, no subscription. You pay at Stripe, by card or bank debit."], "packs");
    }

    public static async Task<IResult> BuyAsync(AccountPage page, CurrentUser user, PurchaseBegin purchases, CreditsOverview overview, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var package = Guid.TryParseExact(form["package"].ToString(), "D", out var id) ? id : Guid.Empty;
        var key = form["key"].ToString() is { Length: > 0 and <= 64 } given ? given : null;
        ReturnPages Pages(Guid purchase) => new(page.Absolute($"{CreditsPages.Path}?purchase={purchase}"), page.Absolute(CreditsPages.Path + "?done=cancelled"));
        switch (await purchases.BeginAsync(new PurchaseWish(user.UserId, user.Email, package, Pages, key), cancellationToken))
        {
            case PurchaseBegun.Waiting { CheckoutUrl: { } place }:
                return page.GoOn(place);
            case PurchaseBegun.NoPackage:
                return BalancePage.Show(page, await overview.OfAsync(user.UserId, cancellationToken), Controls.Problem(page["Dieses Paket gibt es nicht mehr.", "This pack is not sold any more."]), 404);
            default:
                return BalancePage.Show(page, await overview.OfAsync(user.UserId, cancellationToken),
                    Controls.Problem(page["Der Kauf ließ sich nicht beginnen. Bitte versuche es später noch einmal.", "The purchase could not begin. Please try again later."]), 502);
        }
    }

    static Markup Line(AccountPage page, Purchase purchase) => Markup.Of($"""
        <li><div><strong>{purchase.Credits.ToString("#,0", page.Culture)} Mana</strong><small>{page.Day(purchase.CreatedAt)} · {CreditsWords.Status(page, purchase.Status)}</small></div><span class="sum">{page.Euro(purchase.PriceEuroCents)}</span></li>
        """);
}
