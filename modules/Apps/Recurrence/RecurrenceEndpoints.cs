using Mana.Apps.Wire;
using Mana.Kernel.Configuration;
using Mana.Kernel.Identity;
using Mana.Kernel.RateLimits;
using Mana.Recurrence.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Apps.Recurrence;

/// <summary>Recurrence over HTTP, for the module's table of contents.</summary>
internal static class RecurrenceEndpoints
{
    const string Limit = "recurrence";

    public static void AddRecurrenceApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<RecurrenceOptions>(configuration, "Recurrence");
        services.AddManaOptions<CompatOptions>(configuration, "Compat");
        services.TryAddSingleton<IRecurrenceExpander, RecurrenceExpander>();
        services.AddSingleton<RecurrenceWork>().AddSingleton<ComputeGate>().AddSingleton<RecurrenceMetrics>().AddSingleton<OccurrenceCursors>();
        services.AddSingleton<NextOccurrence>().AddSingleton<RuleValidation>().AddSingleton<SeriesExpansion>();
        services.AddManaRateLimit(new RateLimitPolicy(Limit, RateLimitKey.User, 60, 60));
    }

    public static void Map(RouteGroupBuilder api, bool legacyPaths)
    {
        MapCompute(api.MapGroup("/todo/compute").RequireTierOf("todo"));
        MapExpand(api.MapGroup("/calendar/events").RequireTierOf("calendar"));
        if (!legacyPaths)
            return;
        MapCompute(api.MapGroup("/compute"));
        MapExpand(api.MapGroup("/events"));
    }

    /// <summary>One budget and one gate for everything that computes.</summary>
    public static RouteHandlerBuilder Computes(this RouteHandlerBuilder route) =>
        route.RequireAuthorization(Policies.User).RequireRateLimiting(Limit).AddEndpointFilterFactory((factory, next) =>
        {
            var gate = factory.ApplicationServices.GetRequiredService<ComputeGate>();
            return context => gate.InvokeAsync(context, next);
        });

    static void MapCompute(RouteGroupBuilder compute)
    {
        compute.MapPost("/next-occurrence", RecurrenceHandlers.NextAsync).Computes().WithSummary("The next occurrences of a rule").Produces<NextBody>().Produces(400).Produces(422);
        compute.MapPost("/validate", RecurrenceHandlers.ValidateAsync).Computes().WithSummary("Whether a text is a rule, and what it gives").Produces<ValidationBody>();
        MapExpand(compute);
    }

    static void MapExpand(RouteGroupBuilder group) =>
        group.MapPost("/expand", RecurrenceHandlers.ExpandAsync).Computes().WithSummary("Occurrences in a window, at most 5,000 a page; as lines with Accept: application/x-ndjson").Produces(200).Produces(400).Produces(422);
}
