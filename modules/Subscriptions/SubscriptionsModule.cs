using Mana.Auth.Contracts;
using Mana.Kernel.Configuration;
using Mana.Kernel.Database;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Mana.Kernel.RateLimits;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Admin;
using Mana.Subscriptions.Billing;
using Mana.Subscriptions.Contracts;
using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Notices;
using Mana.Subscriptions.Pages;
using Mana.Subscriptions.PlanCredits;
using Mana.Subscriptions.Plans;
using Mana.Subscriptions.Privacy;
using Mana.Subscriptions.Stripe;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Subscriptions;

/// <summary>The module's table of contents.</summary>
public static class SubscriptionsModule
{
    internal const string BillingLimit = "subscriptions-billing";

    public static IServiceCollection AddSubscriptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<SubscriptionsOptions>(configuration, "Subscriptions");
        services.AddManaDbContext<SubscriptionsDbContext>(SubscriptionsDbContext.Schema, options => new SubscriptionsDbContext(options));
        services.AddManaOutbox(SubscriptionsDbContext.Schema);
        services.AddSingleton<SubscriptionsMetrics>().AddSingleton<AdminOnly>();
        services.AddScoped<PlanCatalogue>().AddScoped<CurrentSubscriptions>().AddScoped<Checkout>().AddScoped<Changes>();
        services.AddScoped<SubscriptionRefresh>().AddScoped<SubscriptionStore>().AddScoped<InvoiceSettlement>().AddScoped<InvoiceReversals>().AddScoped<GrantBooking>();
        services.AddSingleton<SubscriptionEntitlements>().AddSingleton<ISubscriptionEntitlements>(provider => provider.GetRequiredService<SubscriptionEntitlements>());
        services.AddSingleton<IPlanLimits>(provider => provider.GetRequiredService<SubscriptionEntitlements>());
        services.AddSingleton<IPersonalData, SubscriptionsPersonalData>();
        services.AddPlanPages();
        services.AddStripeEventHandler<SubscriptionEvents>("subscriptions", SubscriptionEvents.Types).AddStripeReconciler<SubscriptionReconciliation>("subscriptions");
        services.AddManaEventHandler<SubscriptionNotice, SubscriptionMails>("subscriptions.mails");
        services.AddManaJob<YearlyDrip>("subscriptions.plan-credits", schedule => schedule.Cron("0 30 0 * * ?"));
        services.AddManaJob<SubscriptionUpkeep>("subscriptions.upkeep", schedule => schedule.Every(TimeSpan.FromMinutes(10)));
        services.AddManaRateLimit(new(BillingLimit, RateLimitKey.User, 20, 20) { IsExact = true, PermitsPerHour = 20 });
        return services;
    }

    public static void MapSubscriptions(this IEndpointRouteBuilder app) => SubscriptionsEndpoints.Map(app);
}
