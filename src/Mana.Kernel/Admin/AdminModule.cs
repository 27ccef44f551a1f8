using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Admin;

/// <summary>Kernel's own subjects of <c>/admin</c>.</summary>
internal static class AdminModule
{
    public static void AddAdmin(this IServiceCollection services)
    {
        services.AddAdminSection(OverviewPage.Path, "Überblick", "Overview", 0);
        services.AddAdminSection(JobsPage.Path, "Aufgaben", "Jobs", 60);
        services.AddAdminSection(ParkedPage.Path, "Ereignisse", "Events", 70);
        services.AddAdminSection(LimitsPage.Path, "Grenzen", "Limits", 80);
        services.AddAdminSection(HealthPage.Path, "Zustand", "Health", 90);
        services.AddSingleton<ParkedEvents>().AddAdminGlances<KernelGlances>();
        services.AddManaRateLimit(new(AdminRoutes.Limit, RateLimitKey.User, 300, 100));
    }

    public static void MapAdmin(this IEndpointRouteBuilder app)
    {
        app.MapGet(OverviewPage.Path, OverviewPage.ShowAsync).AsAdminPage("overview");
        app.MapGet(HealthPage.Path, HealthPage.Show).AsAdminPage("health");
        app.MapGet(LimitsPage.Path, LimitsPage.Show).AsAdminPage("limits");
        app.MapGet(JobsPage.Path, JobsPage.ShowAsync).AsAdminPage("jobs");
        app.MapPost(JobsPage.Path, JobsPage.RunAsync).AsAdminAction("job.run");
        app.MapGet(ParkedPage.Path, ParkedPage.ShowAsync).AsAdminPage("events");
        app.MapPost(ParkedPage.Path, ParkedPage.RetryAsync).AsAdminAction("event.retry");
    }
}
