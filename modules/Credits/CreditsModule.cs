using Mana.Auth.Contracts;
using Mana.Credits.Accounts;
using Mana.Credits.Admin;
using Mana.Credits.Audit;
using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Figures;
using Mana.Credits.Gifts;
using Mana.Credits.Import;
using Mana.Credits.Ledger;
using Mana.Credits.Pages;
using Mana.Credits.Prices;
using Mana.Credits.Privacy;
using Mana.Credits.Purchases;
using Mana.Credits.SyncBilling;
using Mana.Credits.Wire;
using Mana.Kernel.Admin;
using Mana.Kernel.Configuration;
using Mana.Kernel.Database;
using Mana.Kernel.Figures;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Mana.Kernel.RateLimits;
using Mana.Payments.Contracts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits;

/// <summary>The module's table of contents.</summary>
public static class CreditsModule
{
    internal const string UseLimit = "credits-use";
    internal const string ReadLimit = "credits-read";
    internal const string GiftLookupLimit = "gift-lookup";
    internal const string GiftRedeemLimit = "gift-redeem";
    internal const string GiftWriteLimit = "gift-write";
    internal const string PurchaseLimit = "credits-purchase";

    public static IServiceCollection AddCredits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<CreditsOptions>(configuration, "Credits");
        services.AddManaDbContext<CreditsDbContext>(CreditsDbContext.Schema, options => new CreditsDbContext(options));
        services.AddManaOutbox(CreditsDbContext.Schema);
        services.AddSingleton<CreditsMetrics>().AddSingleton<WebPages>();
        services.AddLedger();
        services.AddGifts();
        services.AddSyncBilling();
        services.AddPurchases();
        services.AddCreditsPages();
        services.AddSingleton<ICommerceImport, CommerceImport>().AddSingleton<FormerHistory>().AddSingleton<FormerPurchases>().AddSingleton<FormerSync>().AddSingleton<FormerGifts>();
        services.AddSingleton<AdminOnly>().AddSingleton<Adjustments>();
        services.AddAdminSection(LedgerPage.Path, "Credits", "Credits", 30).AddAdminPersonPage(LedgerPage.Path, "Credits", "Credits").AddAdminGlances<LedgerGlances>();
        services.AddSingleton<CreditsPersonalData>().AddSingleton<IPersonalData>(provider => provider.GetRequiredService<CreditsPersonalData>());
        services.AddSingleton<ICreditTotals, Totals>().AddSingleton<IDailyFigures, CreditFigures>();
        services.AddManaRateLimit(new(UseLimit, RateLimitKey.User, 120, 60));
        services.AddManaRateLimit(new(ReadLimit, RateLimitKey.User, 300, 100));
        services.AddManaRateLimit(new(GiftLookupLimit, RateLimitKey.Address, 20, 20) { IsExact = true });
        services.AddManaRateLimit(new(GiftRedeemLimit, RateLimitKey.User, 10, 10) { IsExact = true, PermitsPerHour = 60 });
        services.AddManaRateLimit(new(GiftWriteLimit, RateLimitKey.User, 30, 30));
        services.AddManaRateLimit(new(PurchaseLimit, RateLimitKey.User, 10, 10) { IsExact = true, PermitsPerHour = 10 });
        return services;
    }

    public static void MapCredits(this IEndpointRouteBuilder app) => CreditsEndpoints.Map(app);

    static void AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<LedgerRetry>().AddSingleton<LedgerTransactions>().AddSingleton<CreditsLedger>();
        services.AddSingleton<ICreditsLedger>(provider => provider.GetRequiredService<CreditsLedger>());
        services.AddSingleton<ICreditsIssuance>(provider => provider.GetRequiredService<CreditsLedger>());
        services.AddSingleton<PriceList>().AddSingleton<Charge>().AddSingleton<Spending>().AddSingleton<UsageReport>().AddSingleton<Explanation>();
        services.AddSingleton<LedgerAuditor>();
        services.AddManaEventHandler<UserRegistered, NewAccounts>("credits.new-accounts");
        services.AddManaJob<ReservationExpiry>("credits.reservation-expiry", schedule => schedule.Every(TimeSpan.FromMinutes(5)));
        services.AddManaJob<ForgottenKeys>("credits.forgotten-keys", schedule => schedule.Every(TimeSpan.FromDays(1)));
        // The second of a month, when the month before has nothing to come.
        services.AddManaJob<UsageCompaction>("credits.usage-compaction", schedule => schedule.Cron("0 11 3 2 * ?"));
        services.AddManaJob<HourlyAudit>("credits.audit", schedule => schedule.Every(TimeSpan.FromHours(1)));
        services.AddManaJob<NightlyAudit>("credits.full-audit", schedule => schedule.Cron("0 41 2 * * ?"));
    }

    static void AddGifts(this IServiceCollection services)
    {
        services.AddSingleton<GiftCodes>().AddSingleton<IGiftCodes>(provider => provider.GetRequiredService<GiftCodes>());
        services.AddScoped<GiftList>().AddScoped<GiftErasure>().AddScoped<PurchaseErasure>();
        services.AddManaEventHandler<EmailVerified, PromisedGifts>("credits.promised-gifts").AddManaEventHandler<GiftExpired, GiftMails>("credits.gift-mails");
        services.AddManaJob<GiftExpiry>("credits.gift-expiry", schedule => schedule.Every(TimeSpan.FromHours(1)));
    }

    static void AddSyncBilling(this IServiceCollection services)
    {
        services.AddSingleton<SyncSubscriptions>().AddSingleton<ISyncSubscriptions>(provider => provider.GetRequiredService<SyncSubscriptions>());
        services.AddSingleton<SyncPrices>().AddScoped<SyncStatus>().AddSingleton<SyncRenewals>();
        services.AddManaEventHandler<PausedSyncFunded, PausedSyncEvents>("credits.sync-resume").AddManaEventHandler<SyncNotice, SyncMails>("credits.sync-mails");
        services.AddManaJob<SyncRenewals>("credits.sync-renewals", schedule => schedule.Every(TimeSpan.FromMinutes(10)));
    }

    static void AddPurchases(this IServiceCollection services)
    {
        services.AddSingleton<PurchaseRefresh>().AddScoped<PurchaseBegin>();
        services.AddStripeEventHandler<PurchaseEvents>("credits.purchases", PurchaseEvents.Types).AddStripeReconciler<PurchaseReconciliation>("credits.purchases");
    }
}
