using Microsoft.AspNetCore.Routing;

namespace Mana.Subscriptions;

/// <summary>Every route of the module.</summary>
internal static class SubscriptionsEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
    }
}
