using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Kernel.Admin;
using Mana.Kernel.Configuration;
using Mana.Kernel.Database;
using Mana.Kernel.Figures;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Mana.Kernel.RateLimits;
using Mana.Sync.Compaction;
using Mana.Sync.Contracts;
using Mana.Sync.Data;
using Mana.Sync.Devices;
using Mana.Sync.Figures;
using Mana.Sync.Gate;
using Mana.Sync.History;
using Mana.Sync.Import;
using Mana.Sync.Internal;
using Mana.Sync.Live;
using Mana.Sync.Live.Streams;
using Mana.Sync.Overview;
using Mana.Sync.Privacy;
using Mana.Sync.Pull;
using Mana.Sync.Push;
using Mana.Sync.Replicas;
using Mana.Sync.Singletons;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Sync;

/// <summary>The module's table of contents.</summary>
public static class SyncModule
{
    public static IServiceCollection AddSync(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<SyncOptions>(configuration, "Sync");
        services.AddManaDbContext<SyncDbContext>(SyncDbContext.Schema, options => new SyncDbContext(options));
        services.AddManaOutbox(SyncDbContext.Schema);
        services.AddSingleton<SyncMetrics>().AddSingleton<IStartupFilter, RequestMeter>();
        services.AddSyncLive(configuration);
        services.TryAddSingleton<ISyncEntitlement, SwitchedEntitlement>();
        services.AddSingleton<EntitlementGate>().AddSingleton<IStreamGate>(provider => provider.GetRequiredService<EntitlementGate>())
            .AddSingleton<ISyncEntitlementChanges, EntitlementChanges>();
        services.AddManaEventHandler<SyncEntitlementChanged, EntitlementEvents>("sync.entitlement");
        services.AddSingleton<Tenancy>();
        services.AddSingleton<RecordFeedWriter>().AddSingleton<RecordReader>().AddSingleton<SyncRecords>().AddSingleton<ISyncRecords>(provider => provider.GetRequiredService<SyncRecords>());
        services.TryAddSingleton<IAppCatalogue, AnyApp>();
        services.AddSingleton<ChangeStore>().AddSingleton<PushService>();
        services.AddSingleton<AnswerRoom>(provider => new AnswerRoom(provider.GetRequiredService<TimeProvider>())).AddSingleton<BodyBudget>();
        services.AddSingleton<DeltaReader>().AddSingleton<PullService>().AddSingleton<StateView>().AddSingleton<Feed>();
        services.AddSingleton<ReplicaSet>().AddSingleton<IReplicaStatus>(provider => provider.GetRequiredService<ReplicaSet>()).AddSingleton<ReplicaMetrics>();
        services.AddSingleton<ReplicaReads>().AddSingleton<ColdReader>().AddSingleton<ReplicaWatch>().AddHostedService(provider => provider.GetRequiredService<ReplicaWatch>());
        services.AddSingleton<SingletonBootstrap>();
        services.AddManaEventHandler<UserRegistered, SingletonHandlers>("sync.singletons").AddManaEventHandler<SpaceCreated, SingletonHandlers>("sync.singletons");
        services.AddSingleton<DeviceRoll>().AddAdminSection(DevicesPage.Path, "Geräte", "Devices", 25).AddAdminPersonPage(DevicesPage.Path, "Sync-Geräte", "Sync devices").AddAdminGlances<LiveGlances>();
        services.AddSingleton<DeviceNotes>().AddSingleton<DebugView>().AddSingleton<DeviceLog>().AddHostedService(provider => provider.GetRequiredService<DeviceLog>());
        services.AddSingleton<ScopeErasure>().AddSingleton<SharedTraces>().AddSingleton<IPersonalData, SyncPersonalData>().AddSingleton<ClosedSpaces>();
        services.AddSingleton<IRecordCounts, RecordCounts>();
        services.AddSingleton<SyncFigures>().AddSingleton<IDailyFigures>(provider => provider.GetRequiredService<SyncFigures>())
            .AddSingleton<IPeopleOfPeriod>(provider => provider.GetRequiredService<SyncFigures>());
        services.AddManaJob<ClosedSpaces>("sync.closed-spaces", schedule => schedule.Every(TimeSpan.FromDays(1)));
        services.AddSingleton<RecordHistory>().AddSingleton<Revert>();
        services.AddSingleton<ChunkStore>().AddSingleton<ISyncImport, SyncImport>();
        services.AddSingleton<Reclaim>().AddSingleton<Compactor>();
        services.AddManaJob<Compactor>("sync.compaction", schedule => schedule.Every(TimeSpan.FromHours(1)));
        services.AddManaRateLimit(new RateLimitPolicy(SyncEndpoints.PushLimit, RateLimitKey.User, PermitsPerMinute: 20 * 60, Burst: 60));
        services.AddManaRateLimit(new RateLimitPolicy(SyncEndpoints.PullLimit, RateLimitKey.User, PermitsPerMinute: 60 * 60, Burst: 120));
        return services;
    }

    public static void MapSync(this IEndpointRouteBuilder app) => SyncEndpoints.Map(app);
}
