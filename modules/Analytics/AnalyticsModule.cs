using Mana.Analytics.Admin;
using Mana.Analytics.Contracts;
using Mana.Analytics.Data;
using Mana.Analytics.Inbox;
using Mana.Analytics.Items;
using Mana.Analytics.Metrics;
using Mana.Analytics.Privacy;
using Mana.Analytics.Pseudonyms;
using Mana.Analytics.Reactions;
using Mana.Analytics.Rewards;
using Mana.Analytics.Titles;
using Mana.Analytics.Upkeep;
using Mana.Auth.Contracts;
using Mana.Kernel.Configuration;
using Mana.Kernel.Database;
using Mana.Kernel.Figures;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Analytics;

/// <summary>The module's table of contents.</summary>
public static class AnalyticsModule
{
    internal const string SubmitLimit = "feedback-submit";
    internal const string ReactLimit = "feedback-react";
    internal const string ReadLimit = "feedback-read";
    internal const string PublicLimit = "feedback-public";

    public static IServiceCollection AddAnalytics(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<FeedbackOptions>(configuration, "Feedback");
        services.AddManaDbContext<AnalyticsDbContext>(AnalyticsDbContext.Schema, options => new AnalyticsDbContext(options));
        services.AddManaOutbox(AnalyticsDbContext.Schema);
        services.AddSingleton<FeedbackMetrics>().AddSingleton<EventOutbox>();
        services.AddSingleton<Profiles>().AddSingleton<IFeedbackProfiles>(provider => provider.GetRequiredService<Profiles>())
            .AddSingleton<IFeedbackPreferences>(provider => provider.GetRequiredService<Profiles>());
        services.AddSingleton<FeedbackBoard>().AddSingleton<Submissions>().AddSingleton<ReactionToggle>().AddSingleton<InboxStore>().AddSingleton<Triage>().AddSingleton<Grants>();
        services.AddSingleton<IPersonalData, FeedbackPersonalData>();
        services.AddConsequences();
        services.AddFigures();
        if (configuration["Feedback:LlmUrl"] is { Length: > 0 })
            services.AddSingleton<ITitleFinder, GatewayTitles>();
        services.AddManaJob<TitleJob>("feedback.titles", schedule => schedule.Every(TimeSpan.FromSeconds(30)));
        services.AddManaJob<FeedbackRetention>("feedback.retention", schedule => schedule.Cron("0 17 3 * * ?"));
        services.AddManaJob<FeedbackRecount>("feedback.recount", schedule => schedule.Every(TimeSpan.FromDays(7)));
        services.AddManaRateLimit(new(SubmitLimit, RateLimitKey.User, 5, 5) { IsExact = true });
        services.AddSingleton(provider => new OutcomeLimit(Submissions.DailyLimit, "ideas per person", provider.GetRequiredService<FeedbackOptions>().SubmissionsPerDay, TimeSpan.FromDays(1)));
        services.AddManaRateLimit(new(ReactLimit, RateLimitKey.User, 120, 120) { IsExact = true });
        services.AddManaRateLimit(new(ReadLimit, RateLimitKey.User, 300, 100));
        services.AddManaRateLimit(new(PublicLimit, RateLimitKey.Address, 60, 60) { IsExact = true });
        return services;
    }

    public static void MapAnalytics(this IEndpointRouteBuilder app)
    {
        AnalyticsEndpoints.Map(app);
        AnalyticsEndpoints.MapPages(app);
    }

    static void AddConsequences(this IServiceCollection services)
    {
        services.AddManaEventHandler<RewardDue, SubmissionRewards>("feedback.reward").AddManaEventHandler<Withdrawn, SubmissionRewards>("feedback.reversal");
        services.AddSingleton<SupporterRewards>().AddManaEventHandler<SupporterDue, SupporterRewards>("feedback.supporter");
        services.AddManaEventHandler<StatusChanged, StatusConsequences>("feedback.status").AddManaEventHandler<Answered, StatusConsequences>("feedback.answer");
    }

    static void AddFigures(this IServiceCollection services)
    {
        services.AddSingleton<IDailyFigures, FeedbackFigures>().AddSingleton<MetricsReport>();
        // A few minutes before the hour ends: the last run of a day sees nearly all of it.
        services.AddManaJob<DailyMetrics>("feedback.daily-metrics", schedule => schedule.Cron("0 57 * * * ?"));
    }
}
