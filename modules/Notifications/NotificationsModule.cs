using Mana.Kernel.Configuration;
using Mana.Kernel.Database;
using Mana.Kernel.Jobs;
using Mana.Kernel.Privacy;
using Mana.Kernel.RateLimits;
using Mana.Notifications.Contracts;
using Mana.Notifications.Data;
using Mana.Notifications.Development;
using Mana.Notifications.Outbound;
using Mana.Notifications.Outside;
using Mana.Notifications.Privacy;
using Mana.Notifications.Push;
using Mana.Notifications.Queue;
using Mana.Notifications.Templates;
using Mana.Notifications.Transports;
using Mana.Notifications.Webhooks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mana.Notifications;

/// <summary>The module's table of contents.</summary>
public static class NotificationsModule
{
    internal const string ChannelLimit = "notification-channels";
    internal const string TestLimit = "notification-test";

    public static IServiceCollection AddNotifications(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<NotificationsOptions>(configuration, "Notifications");
        services.AddOptions<NotificationsOptions>().PostConfigure<IHostEnvironment>((options, environment) => Complete(options, configuration, environment));
        services.AddManaDbContext<NotificationsDbContext>(NotificationsDbContext.Schema, options => new NotificationsDbContext(options));
        services.AddSingleton<NotificationsMetrics>();
        services.AddSingleton<LinkRule>().AddSingleton<DeliveryStore>().AddSingleton<IMailer, Mailer>();
        services.AddSingleton<MailMessages>().AddSingleton<SmtpTransport>().AddSingleton<FileTransport>();
        services.AddSingleton<IMailTransport>(provider => provider.GetRequiredService<NotificationsOptions>().UsesSmtp
            ? provider.GetRequiredService<SmtpTransport>()
            : provider.GetRequiredService<FileTransport>());
        services.AddSingleton<RetrySchedule>().AddSingleton<QueueSignal>().AddSingleton<QueueGauges>().AddSingleton<MailWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<MailWorker>());
        services.AddSingleton<IPersonalData, NotificationsPersonalData>().AddSingleton<DeliveryLog>();
        services.AddManaJob<DeliveryLog>("notifications.delivery-log", schedule => schedule.Every(TimeSpan.FromDays(1)));
        services.AddSingleton<DevMailbox>();
        services.AddChannels(configuration);
        return services;
    }

    static void AddChannels(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<PushOptions>(configuration, "Push");
        services.AddManaOptions<OutboundOptions>(configuration, "Notifications:Outbound");
        services.AddManaOptions<OutsideOptions>(configuration, "Notifications:Outside");
        services.AddSingleton<GuardedHttp>().AddSingleton<Vapid>().AddSingleton<PushSender>().AddScoped<PushSubscriptions>();
        services.AddSingleton<WebhookSecrets>().AddSingleton<WebhookSender>().AddSingleton<NotifyClient>();
        services.AddSingleton<INotificationChannels, NotificationChannels>();
        services.AddManaRateLimit(new(ChannelLimit, RateLimitKey.User, 60, 30));
        services.AddManaRateLimit(new(TestLimit, RateLimitKey.User, 6, 3));
    }

    public static void MapNotifications(this IEndpointRouteBuilder app)
    {
        NotificationsEndpoints.MapChannels(app);
        // What people are told is readable there, without any question: it exists in Development and nowhere else.
        if (app.ServiceProvider.GetRequiredService<IHostEnvironment>().IsDevelopment())
            NotificationsEndpoints.MapDevelopment(app);
    }

    /// <summary>What follows from other settings: one public address and one switch for limits serve the whole platform.</summary>
    static void Complete(NotificationsOptions options, IConfiguration configuration, IHostEnvironment environment)
    {
        options.BaseUrl ??= configuration["Auth:BaseUrl"] is { Length: > 0 } baseUrl ? baseUrl : "http://localhost:3001";
        options.Limits ??= configuration.GetValue<bool?>("RateLimits:Enabled") ?? environment.IsProduction();
        options.KeepValues ??= environment.IsDevelopment();
    }
}
