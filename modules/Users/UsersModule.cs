using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Mana.Users.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Users;

/// <summary>The module's table of contents.</summary>
public static class UsersModule
{
    public static IServiceCollection AddUsers(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaDbContext<UsersDbContext>(UsersDbContext.Schema, options => new UsersDbContext(options));
        services.AddManaOutbox(UsersDbContext.Schema);
        return services;
    }

    public static void MapUsers(this IEndpointRouteBuilder app) => UsersEndpoints.Map(app);
}
