using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Mana.Payments.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Payments;

/// <summary>The module's table of contents.</summary>
public static class PaymentsModule
{
    public static IServiceCollection AddPayments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaDbContext<PaymentsDbContext>(PaymentsDbContext.Schema, options => new PaymentsDbContext(options));
        services.AddManaOutbox(PaymentsDbContext.Schema);
        return services;
    }

    public static void MapPayments(this IEndpointRouteBuilder app) => PaymentsEndpoints.Map(app);
}
