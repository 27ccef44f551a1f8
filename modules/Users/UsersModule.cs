using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Mana.Kernel.RateLimits;
using Mana.Users.Contracts;
using Mana.Users.Data;
using Mana.Users.Links;
using Mana.Users.Privacy;
using Mana.Users.Settings;
using Mana.Users.Tags;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Users;

/// <summary>The module's table of contents.</summary>
public static class UsersModule
{
    internal const string SettingsLimit = "settings";
    internal const string TagsLimit = "tags";

    public static IServiceCollection AddUsers(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaDbContext<UsersDbContext>(UsersDbContext.Schema, options => new UsersDbContext(options));
        services.AddManaOutbox(UsersDbContext.Schema);
        services.AddSingleton<UsersMetrics>();
        services.AddSingleton<SettingsStore>().AddSingleton<IUserSettings>(provider => provider.GetRequiredService<SettingsStore>());
        services.AddSingleton<TagStore>().AddSingleton<ITagDirectory>(provider => provider.GetRequiredService<TagStore>());
        services.AddSingleton<TagGroupStore>().AddSingleton<TagLinkStore>();
        services.AddSingleton<IPersonalData, UsersPersonalData>();
        services.AddManaEventHandler<UserRegistered, NewPeople>("users.new-people");
        services.AddManaRateLimit(new(SettingsLimit, RateLimitKey.User, 120, 60));
        services.AddManaRateLimit(new(TagsLimit, RateLimitKey.User, 300, 150));
        return services;
    }

    public static void MapUsers(this IEndpointRouteBuilder app) => UsersEndpoints.Map(app);
}
