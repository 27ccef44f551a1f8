using Mana.Apps.Contracts;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Sync.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Apps.Registry;

/// <summary>The registry of apps, for the module's table of contents.</summary>
internal static class RegistryEndpoints
{
    static readonly ApiError NothingComputed = new(404, "NOT_FOUND", "Not found");

    public static void AddRegistry(this IServiceCollection services)
    {
        services.AddSingleton<AppRegistry>().AddSingleton<IAppRegistry>(provider => provider.GetRequiredService<AppRegistry>());
        services.Replace(ServiceDescriptor.Singleton<IAppCatalogue>(provider => provider.GetRequiredService<AppRegistry>()));
        services.AddHostedService<RegistryCheck>();
    }

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/apps", List).RequireAuthorization(Policies.User).WithSummary("Apps of the platform, with their collections").Produces<RegistryBody>();
        api.MapGet("/registry", List).RequireAuthorization(Policies.User).WithSummary("The same").Produces<RegistryBody>();
        api.Map("/{appId}/compute/{**rest}", () => NothingComputed).WithOrder(int.MaxValue).ExcludeFromDescription();
    }

    static IResult List(IAppRegistry registry) => AppsJson.Ok(RegistryBody.Of(registry));
}

/// <summary>Answer of <c>GET /api/v1/registry</c>.</summary>
internal sealed record RegistryBody(IReadOnlyList<RegistryBody.App> Apps, int Count)
{
    public static RegistryBody Of(IAppRegistry registry) => new(
        [.. registry.Apps.Select(app => new App(
            app.AppId, app.Aliases, app.SyncOnly, app.RequiredTier,
            [.. app.Collections.Select(one => new Collection(one.Name, one.LocalName, one.EncryptedFields))]))],
        registry.Apps.Count);

    internal sealed record App(string AppId, IReadOnlyList<string> Aliases, bool SyncOnly, string? RequiredTier, IReadOnlyList<Collection> Collections);

    internal sealed record Collection(string Name, string? LocalName, IReadOnlyList<string> EncryptedFields);
}
