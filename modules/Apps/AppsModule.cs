using Mana.Apps.Calendar;
using Mana.Apps.Data;
using Mana.Apps.Recurrence;
using Mana.Apps.Registry;
using Mana.Apps.Reminders;
using Mana.Apps.Todo;
using Mana.Apps.Wire.Idempotency;
using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
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
        services.AddSingleton<IdempotencyStore>();
        services.AddRegistry();
        services.AddRecurrenceApi(configuration);
        services.AddTodo();
        services.AddCalendar(configuration);
        services.AddReminders(configuration);
        return services;
    }

    public static void MapApps(this IEndpointRouteBuilder app) => AppsEndpoints.Map(app);
}
