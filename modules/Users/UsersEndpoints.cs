using Microsoft.AspNetCore.Routing;

namespace Mana.Users;

/// <summary>Every route of the module.</summary>
internal static class UsersEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
    }
}
