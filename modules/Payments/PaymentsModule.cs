using Mana.Auth.Contracts;
using Mana.Kernel.Admin;
using Mana.Kernel.Configuration;
using Mana.Kernel.Database;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Mana.Payments.Admin;
using Mana.Payments.Api;
using Mana.Payments.Contracts;
using Mana.Payments.Customers;
using Mana.Payments.Data;
using Mana.Payments.Import;
using Mana.Payments.Inbox;
using Mana.Payments.Privacy;
using Mana.Payments.Reconciliation;
using Mana.Payments.Risk;
using Mana.Payments.Webhooks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Payments;

/// <summary>The module's table of contents.</summary>
public static class PaymentsModule
{
    public static IServiceCollection AddPayments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<StripeOptions>(configuration, "Stripe");
        services.AddSingleton<IStripeAvailability>(provider => provider.GetRequiredService<StripeOptions>());
        services.AddManaDbContext<PaymentsDbContext>(PaymentsDbContext.Schema, options => new PaymentsDbContext(options));
        services.AddManaOutbox(PaymentsDbContext.Schema);
        services.AddSingleton<PaymentsMetrics>();
        services.AddApi();
        services.AddInbox();
        services.AddSingleton<AdminOnly>().AddScoped<EventList>();
        services.AddSingleton<PaymentRisks>().AddSingleton<IPaymentRisk>(provider => provider.GetRequiredService<PaymentRisks>());
        services.AddAdminPersonPage(RiskPage.Path, "Zahlungsrisiko", "Payment risk");
        services.AddSingleton<IStripeCustomerImport, CustomerImport>();
        services.AddAdminSection(InboxPage.Path, "Stripe", "Stripe", 40).AddAdminGlances<InboxGlances>();
        services.AddSingleton<PaymentsPersonalData>().AddSingleton<IPersonalData>(provider => provider.GetRequiredService<PaymentsPersonalData>());
        return services;
    }

    public static void MapPayments(this IEndpointRouteBuilder app) => PaymentsEndpoints.Map(app);

    static void AddApi(this IServiceCollection services)
    {
        // No redirects: the secret key goes where the configuration says and nowhere else.
        services.AddSingleton(_ => new StripeHttp(new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })));
        services.AddSingleton<StripeTransport>().AddSingleton<IStripeApi, StripeApi>();
        services.AddSingleton<StripeCustomers>().AddSingleton<IStripeCustomers>(provider => provider.GetRequiredService<StripeCustomers>());
        services.AddManaEventHandler<EmailVerified, CustomerAddresses>("payments.customer-addresses").AddManaEventHandler<CustomerErased, CustomerRedaction>("payments.customer-redaction");
        services.AddStripeEventHandler<DeletedCustomers>("payments.deleted-customers", "customer.deleted");
    }

    static void AddInbox(this IServiceCollection services)
    {
        services.AddSingleton<StripeSubscribers>().AddSingleton<InboxStore>().AddSingleton<CurrentObjects>().AddSingleton<EventHandling>();
        services.AddSingleton<InboxDispatcher>().AddHostedService(provider => provider.GetRequiredService<InboxDispatcher>());
        services.AddSingleton<WebhookReceiver>().AddSingleton<EventPull>().AddSingleton<Reconcilers>().AddSingleton<IStripeInbox, StripeInbox>().AddSingleton<IStripeInboxLag, InboxLag>();
        services.AddManaJob<PullJob>("payments.pull", schedule => schedule.Every(TimeSpan.FromMinutes(5)));
        services.AddManaJob<OpenReconciliation>("payments.reconcile", schedule => schedule.Every(TimeSpan.FromMinutes(15)));
        services.AddManaJob<FullReconciliation>("payments.reconcile-all", schedule => schedule.Cron("0 30 2 * * ?"));
        services.AddManaJob<InboxRetention>("payments.retention", schedule => schedule.Every(TimeSpan.FromDays(1)));
    }
}
