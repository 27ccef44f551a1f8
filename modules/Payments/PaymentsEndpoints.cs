using Microsoft.AspNetCore.Routing;

namespace Mana.Payments;

/// <summary>Every route of the module.</summary>
internal static class PaymentsEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
    }
}
