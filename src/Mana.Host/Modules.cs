using Mana.Analytics;
using Mana.Apps;
using Mana.Auth;
using Mana.Credits;
using Mana.Notifications;
using Mana.Payments;
using Mana.Subscriptions;
using Mana.Sync;
using Mana.Users;

namespace Mana.Host;

/// <summary>Every module of the platform, each after the ones that it stands on.</summary>
internal static class Modules
{
    public static IServiceCollection AddModules(this IServiceCollection services, IConfiguration configuration) => services
        .AddNotifications(configuration)
        .AddAuth(configuration)
        .AddPayments(configuration)
        .AddCredits(configuration)
        .AddSubscriptions(configuration)
        .AddSync(configuration)
        .AddUsers(configuration)
        .AddAnalytics(configuration)
        .AddApps(configuration);

    public static void MapModules(this IEndpointRouteBuilder app)
    {
        app.MapNotifications();
        app.MapAuth();
        app.MapPayments();
        app.MapCredits();
        app.MapSubscriptions();
        app.MapSync();
        app.MapUsers();
        app.MapAnalytics();
        app.MapApps();
    }
}
