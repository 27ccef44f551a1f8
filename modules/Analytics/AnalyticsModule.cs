using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Mana.Analytics.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Analytics;

/// <summary>The module's table of contents.</summary>
public static class AnalyticsModule
{
    public static IServiceCollection AddAnalytics(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaDbContext<AnalyticsDbContext>(AnalyticsDbContext.Schema, options => new AnalyticsDbContext(options));
        services.AddManaOutbox(AnalyticsDbContext.Schema);
        return services;
    }

    public static void MapAnalytics(this IEndpointRouteBuilder app) => AnalyticsEndpoints.Map(app);
}
