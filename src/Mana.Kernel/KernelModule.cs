using Mana.Kernel.Admin;
using Mana.Kernel.Configuration;
using Mana.Kernel.Database;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Kernel.Jobs;
using Mana.Kernel.Network;
using Mana.Kernel.Outbox;
using Mana.Kernel.RateLimits;
using Mana.Kernel.ServiceKeys;
using Mana.Kernel.Telemetry;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Mana.Kernel;

/// <summary>The kernel's table of contents: what every module may count on.</summary>
public static class KernelModule
{
    public static IServiceCollection AddKernel(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaTelemetry(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IIdSource, IdSource>();
        services.AddManaOptions<DatabaseOptions>(configuration, "Database");
        services.AddManaOptions<ServiceKeyOptions>(configuration, "ServiceKeys");
        services.AddManaOptions<ProxyOptions>(configuration, "Proxy");
        services.AddManaOptions<TrustedOrigins>(configuration, "Origins");
        services.AddManaOptions<RateLimitOptions>(configuration, "RateLimits");
        services.AddSingleton(provider => RuntimeSource(provider.GetRequiredService<DatabaseOptions>()));
        services.AddKeyedSingleton(DirectConnection.Key, (provider, _) => DirectSource(provider));
        services.AddSingleton(provider => new ReadReplicas(provider.GetRequiredService<DatabaseOptions>()));
        services.AddManaDbContext<KernelDbContext>(KernelDbContext.Schema, options => new KernelDbContext(options));
        services.AddSingleton<MigrationRunner>();
        services.AddSingleton<NamedLocks>();
        services.AddSingleton<DatabaseFigures>().AddHostedService(provider => provider.GetRequiredService<DatabaseFigures>());
        services.AddSingleton<EventWriter>();
        services.AddSingleton<OutboxBell>().AddSingleton<OutboxDispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxDispatcher>());
        services.AddManaJobs(configuration);
        services.AddExceptionHandler<ExceptionMapping>();
        // Outside Development the framework would answer a bad body itself, without the envelope.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddManaRateLimiter();
        services.AddAdmin();
        // Nothing here is sealed with data-protection keys; without this the framework would write a key file at every first start.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ServiceKeyHandler>(ServiceKeyHandler.SchemeName, null);
        services.AddAuthorizationBuilder().AddPolicy(Policies.Service, policy =>
            policy.AddAuthenticationSchemes(ServiceKeyHandler.SchemeName).RequireAuthenticatedUser());
        return services;
    }

    /// <summary>The part of the pipeline that every request passes before routing reaches a module.</summary>
    public static void UseKernel(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(pages => ErrorEnvelope.WriteAsync(pages.HttpContext, Refusals.ForStatus(pages.HttpContext.Response.StatusCode)));
    }

    static NpgsqlDataSource RuntimeSource(DatabaseOptions options)
    {
        // The name is what metrics and spans show instead of host, port and user.
        var builder = new NpgsqlDataSourceBuilder(ConnectionStrings.Runtime(options).ConnectionString) { Name = "mana" };
        return builder.Build();
    }

    static NpgsqlDataSource DirectSource(IServiceProvider provider) => provider.GetRequiredService<DatabaseOptions>() is { DirectUrl.Length: > 0 } options
        ? new NpgsqlDataSourceBuilder(ConnectionStrings.Direct(options).ConnectionString) { Name = DirectConnection.Key }.Build()
        : provider.GetRequiredService<NpgsqlDataSource>();

    public static void MapKernel(this IEndpointRouteBuilder app)
    {
        app.MapOutbox();
        app.MapManaMetrics();
        app.MapAdmin();
    }

    /// <summary>Brings the database up to date and proves that the run-time role is bound by row-level security; throws when not.</summary>
    public static Task PrepareDatabaseAsync(this WebApplication app, CancellationToken cancellationToken = default) =>
        app.Services.GetRequiredService<MigrationRunner>().RunAsync(cancellationToken);
}
