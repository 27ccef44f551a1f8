using Mana.Auth.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions.Pages;

/// <summary><c>/account/plan</c>: what people see of their subscription, without any script.</summary>
internal static class PlanPages
{
    public const string Path = "/account/plan";
    public const string SubscribePath = Path + "/subscribe";
    public const string ChangePath = Path + "/change";
    public const string CancelPath = Path + "/cancel";
    public const string ReactivatePath = Path + "/reactivate";
    public const string PortalPath = Path + "/portal";

    public static void AddPlanPages(this IServiceCollection services) => services.AddScoped<PlanOverview>().AddScoped<CheckoutReturn>().AddAccountSubject(new(Path, "Abo", "Plan"));

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapAccountPages(Path);
        pages.MapGet("", PlanPage.ShowAsync);
        var billing = pages.MapGroup("").RequireRateLimiting(SubscriptionsModule.BillingLimit);
        billing.MapPost("/subscribe", PlanForms.SubscribeAsync);
        billing.MapPost("/change", PlanForms.ChangeAsync);
        billing.MapPost("/cancel", PlanForms.CancelAsync);
        billing.MapPost("/reactivate", PlanForms.ReactivateAsync);
        billing.MapPost("/portal", PlanForms.PortalAsync);
        // Where only forms go; whoever comes back there after a sign-in starts at the page.
        foreach (var form in (string[])["/subscribe", "/change", "/cancel", "/reactivate", "/portal"])
            pages.MapGet(form, () => Results.LocalRedirect(Path));
    }
}
