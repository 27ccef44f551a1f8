using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Mana.Subscriptions.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions;

/// <summary>The module's table of contents.</summary>
public static class SubscriptionsModule
{
    public static IServiceCollection AddSubscriptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaDbContext<SubscriptionsDbContext>(SubscriptionsDbContext.Schema, options => new SubscriptionsDbContext(options));
        services.AddManaOutbox(SubscriptionsDbContext.Schema);
        return services;
    }

    public static void MapSubscriptions(this IEndpointRouteBuilder app) => SubscriptionsEndpoints.Map(app);
}
