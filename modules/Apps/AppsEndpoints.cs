using Mana.Apps.Calendar;
using Mana.Apps.Recurrence;
using Mana.Apps.Registry;
using Mana.Apps.Reminders;
using Mana.Apps.Todo;
using Mana.Apps.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps;

/// <summary>Every route of the module, by feature.</summary>
internal static class AppsEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").WithTags("apps").WithMetadata(AppsRefusals.Style);
        var legacyPaths = app.ServiceProvider.GetRequiredService<CompatOptions>().LegacyPaths;
        RegistryEndpoints.Map(api);
        RecurrenceEndpoints.Map(api, legacyPaths);
        TodoEndpoints.Map(api, legacyPaths);
        CalendarEndpoints.Map(api, legacyPaths);
        ReminderEndpoints.Map(api, legacyPaths);
    }
}
