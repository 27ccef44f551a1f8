using Mana.Auth.Contracts;
using Mana.Kernel.Configuration;
using Mana.Kernel.Outbox;
using Mana.Sync.Contracts;
using Mana.Sync.Live.Hosts;
using Mana.Sync.Live.Sockets;
using Mana.Sync.Live.Streams;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Live;

/// <summary>What the live channels are made of.</summary>
internal static class LiveServices
{
    public static IServiceCollection AddSyncLive(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<LiveOptions>(configuration, "Sync:Live");
        services.AddSingleton<Connections>().AddSingleton<ILivePresence>(provider => provider.GetRequiredService<Connections>());
        services.AddSingleton<LiveMetrics>().AddSingleton<RevokedSessions>().AddSingleton<MissedTables>();
        services.AddSingleton<LiveHub>().AddSingleton<IAnnouncements>(provider => provider.GetRequiredService<LiveHub>()).AddSingleton<ILiveHints, LiveHints>();
        services.AddSingleton<LiveReactions>().AddSingleton<ILiveSignals, LiveSignals>();
        services.AddSingleton<HostName>().AddSingleton<BackplaneSender>().AddSingleton<IBackplane>(provider => provider.GetRequiredService<BackplaneSender>());
        services.AddHostedService(provider => provider.GetRequiredService<BackplaneSender>()).AddHostedService<BackplaneListener>();
        services.AddSingleton<SocketEndpoint>();
        services.AddSingleton<StreamEndpoint>().AddSingleton<StreamReads>();
        services.AddSingleton<Memberships>().AddHostedService(provider => provider.GetRequiredService<Memberships>());
        services.AddSingleton<SessionSweep>().AddHostedService(provider => provider.GetRequiredService<SessionSweep>());
        services.AddHostedService<LiveClock>();
        services.AddManaEventHandler<SessionRevoked, LiveEventHandlers>("sync.live");
        services.AddManaEventHandler<SpaceMemberAdded, LiveEventHandlers>("sync.live");
        services.AddManaEventHandler<SpaceMemberRemoved, LiveEventHandlers>("sync.live");
        services.AddManaEventHandler<SpaceRoleChanged, LiveEventHandlers>("sync.live");
        services.AddManaEventHandler<SpaceDeleted, LiveEventHandlers>("sync.live");
        return services;
    }
}
