using Microsoft.AspNetCore.Routing;

namespace Mana.Analytics;

/// <summary>Every route of the module.</summary>
internal static class AnalyticsEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
    }
}
