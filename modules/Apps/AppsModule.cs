using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Mana.Apps.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps;

/// <summary>The module's table of contents.</summary>
public static class AppsModule
{
    public static IServiceCollection AddApps(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaDbContext<AppsDbContext>(AppsDbContext.Schema, options => new AppsDbContext(options));
        services.AddManaOutbox(AppsDbContext.Schema);
        return services;
    }

    public static void MapApps(this IEndpointRouteBuilder app) => AppsEndpoints.Map(app);
}
