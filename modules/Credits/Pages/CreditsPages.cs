using Mana.Auth.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Pages;

/// <summary><c>/account/credits</c>: what people see of their credits, without any script.</summary>
internal static class CreditsPages
{
    public const string Path = "/account/credits";
    public const string HistoryPath = Path + "/history";
    public const string BuyPath = Path + "/buy";
    public const string SyncPath = Path + "/sync";

    public static void AddCreditsPages(this IServiceCollection services) =>
        services.AddScoped<CreditsOverview>().AddScoped<PurchaseReturn>().AddAccountSubject(new(Path, "Guthaben", "Credits"));

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapAccountPages(Path);
        pages.MapGet("", BalancePage.ShowAsync).RequireRateLimiting(CreditsModule.ReadLimit);
        pages.MapGet("/history", HistoryPage.ShowAsync).RequireRateLimiting(CreditsModule.ReadLimit);
        pages.MapPost("/buy", PacksCard.BuyAsync).RequireRateLimiting(CreditsModule.PurchaseLimit);
        pages.MapPost("/sync", SyncCard.ChangeAsync).RequireRateLimiting(CreditsModule.ReadLimit);
        // Where only forms go; whoever comes back there after a sign-in starts at the page.
        foreach (var form in (string[])["/buy", "/sync"])
            pages.MapGet(form, () => Results.LocalRedirect(Path));
    }
}
