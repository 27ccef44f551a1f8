using Mana.Apps.Reminders;
using Microsoft.AspNetCore.Routing;

namespace Mana.Apps;

/// <summary>Every route of the module.</summary>
internal static class AppsEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        ReminderEndpoints.Map(app);
    }
}
