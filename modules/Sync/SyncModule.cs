using Mana.Kernel.Configuration;
using Mana.Kernel.Database;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Mana.Kernel.RateLimits;
using Mana.Sync.Compaction;
using Mana.Sync.Contracts;
using Mana.Sync.Data;
using Mana.Sync.History;
using Mana.Sync.Internal;
using Mana.Sync.Live;
using Mana.Sync.Pull;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync;

/// <summary>The module's table of contents.</summary>
public static class SyncModule
{
    public static IServiceCollection AddSync(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<SyncOptions>(configuration, "Sync");
        services.AddManaDbContext<SyncDbContext>(SyncDbContext.Schema, options => new SyncDbContext(options));
        services.AddManaOutbox(SyncDbContext.Schema);
        services.AddSingleton<SyncMetrics>();
        services.AddSyncLive(configuration);
        services.AddSingleton<Tenancy>();
        services.AddSingleton<RecordFeedWriter>().AddSingleton<RecordReader>().AddSingleton<ISyncRecords, SyncRecords>();
        services.AddSingleton<ChangeStore>().AddSingleton<PushService>();
        services.AddSingleton<DeltaReader>().AddSingleton<PullService>().AddSingleton<StateView>().AddSingleton<Feed>();
        services.AddSingleton<RecordHistory>();
        services.AddSingleton<Compactor>();
        services.AddManaJob<Compactor>("sync.compaction", schedule => schedule.Every(TimeSpan.FromHours(1)));
        services.AddManaRateLimit(new RateLimitPolicy(SyncEndpoints.PushLimit, RateLimitKey.User, PermitsPerMinute: 20 * 60, Burst: 60));
        services.AddManaRateLimit(new RateLimitPolicy(SyncEndpoints.PullLimit, RateLimitKey.User, PermitsPerMinute: 60 * 60, Burst: 120));
        return services;
    }

    public static void MapSync(this IEndpointRouteBuilder app) => SyncEndpoints.Map(app);
}
