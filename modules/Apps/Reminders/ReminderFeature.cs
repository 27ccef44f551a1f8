using Mana.Apps.Reminders.Api;
using Mana.Apps.Reminders.Delivery;
using Mana.Apps.Reminders.Firing;
using Mana.Apps.Reminders.Preferences;
using Mana.Apps.Reminders.Privacy;
using Mana.Apps.Reminders.Rules;
using Mana.Apps.Reminders.Sources;
using Mana.Kernel.Configuration;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Mana.Kernel.RateLimits;
using Mana.Recurrence.Contracts;
using Mana.Sync.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Apps.Reminders;

/// <summary>The feature's table of contents.</summary>
internal static class ReminderFeature
{
    public const string Limit = "reminders";

    public static IServiceCollection AddReminders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<ReminderOptions>(configuration, "Reminders");
        services.AddOptions<ReminderOptions>().PostConfigure(options => options.WebBaseUrl ??= configuration["Auth:BaseUrl"] is { Length: > 0 } url ? url : "http://localhost:3001");
        foreach (var (app, table) in Tables.All)
            services.AddRecordFeed(app, table);
        services.AddManaEventHandler<RecordChanged, ReminderFeedHandler>("apps.reminders");
        services.AddManaEventHandler<ScheduleOutdated, Rescheduling>("apps.reminders");
        services.TryAddSingleton<IRecurrenceExpander, RecurrenceExpander>();
        services.AddSingleton<SourceReader>().AddSingleton<FirePlan>().AddSingleton<Scheduler>().AddSingleton<RuleLimits>().AddSingleton<Relevance>().AddSingleton<RuleRefresh>();
        services.AddSingleton<PreferenceStore>().AddSingleton<ReminderService>().AddScoped<ReminderActions>().AddSingleton<ReminderLists>();
        services.AddSingleton<DeliveryWriter>().AddSingleton<ReminderClaims>().AddSingleton<DeliveryQueue>().AddSingleton<ReminderRetries>().AddSingleton<ReminderSender>().AddSingleton<ReminderDispatcher>();
        services.AddSingleton<WriteBack>().AddSingleton<FirstRead>().AddSingleton<ReminderSignal>().AddSingleton<ReminderMetrics>();
        services.AddHostedService<ReminderWorker>();
        services.AddSingleton<ReminderPersonalData>().AddSingleton<IPersonalData>(provider => provider.GetRequiredService<ReminderPersonalData>());
        services.AddSingleton<ReminderRetention>();
        services.AddManaJob<ReminderRetention>("apps.reminder-retention", schedule => schedule.Every(TimeSpan.FromDays(1)));
        services.AddManaRateLimit(new(Limit, RateLimitKey.User, 300, 100));
        return services;
    }
}
