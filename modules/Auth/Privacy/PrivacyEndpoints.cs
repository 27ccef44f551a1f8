using Mana.Auth.Contracts;
using Mana.Auth.Cookies;
using Mana.Auth.Privacy.Erasures;
using Mana.Auth.SecurityEvents;
using Mana.Auth.StepUp;
using Mana.Kernel.Configuration;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Jobs;
using Mana.Kernel.Privacy;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Privacy;

/// <summary>What people may know and take along, and how they leave (auth.md 19.1–19.3, 22): services and routes.</summary>
internal static class PrivacyEndpoints
{
    const string OverviewLimit = "me-data";
    internal const string ExportLimit = "me-data-export";
    const int LargestBody = 64 * 1024;

    public static void AddPrivacy(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<PrivacyOptions>(configuration, "Auth:Privacy");
        foreach (var table in PersonalTables.All)
            services.AddSingleton(table);
        services.AddSingleton<IPersonalData, AuthPersonalData>().AddSingleton<IErasedUsers, ErasedUsers>().AddSingleton<ErasureClaims>();
        services.AddScoped<DataOverview>().AddScoped<DataExport>().AddScoped<OwnErasure>();
        services.AddScoped<SpaceDeparture>().AddScoped<AccountRemoval>().AddScoped<ErasureStart>().AddScoped<AccountErasure>();
        services.AddScoped<SecurityEventList>().AddScoped<Disowning>().AddSingleton<ChainVerdicts>();
        services.AddManaJob<ErasureRun>("auth.erasures", schedule => schedule.Every(TimeSpan.FromMinutes(1)));
        services.AddManaJob<PrivacyRetention>("auth.privacy-retention", schedule => schedule.Every(TimeSpan.FromHours(1)));
        services.AddManaRateLimit(new(OverviewLimit, RateLimitKey.User, 30, 30));
        services.AddManaRateLimit(new(ExportLimit, RateLimitKey.User, 2, 5));
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var data = app.MapGroup("/api/v1/me/data").WithTags("privacy").RequireAuthorization(Policies.User).RequireLiveSession()
            .WithMetadata(new ErrorStyle(WithStatus: true, BadJson: "VALIDATION"), new RequestSizeLimitAttribute(LargestBody)).WithoutStorage();
        data.MapGet("", DataHandlers.OverviewAsync).RequireRateLimiting(OverviewLimit)
            .WithSummary("What is stored about the caller, in numbers").Produces<DataSummary>().Produces(401).Produces(404).Produces(429).Produces(503);
        data.MapGet("/export", DataHandlers.ExportAsync).RequireStepUp().RequireRateLimiting(ExportLimit)
            .WithSummary("The caller's account and everything around it as one JSON document").Produces(200, contentType: "application/json").Produces(401).Produces(403).Produces(429).Produces(503);
        data.MapGet("/archive", DataHandlers.ArchiveAsync).RequireStepUp().RequireRateLimiting(ExportLimit)
            .WithSummary("The same and a file of every module, as one archive").Produces(200, contentType: "application/zip").Produces(401).Produces(403).Produces(429).Produces(503);
        data.MapDelete("", DataHandlers.EraseAsync).RequireRateLimiting(AuthModule.PasswordLimit)
            .WithSummary("Erase the caller's account and everything that belongs to it")
            .WithDescription("Body: password (or a sign-in within 15 minutes), transferTo, deleteSpaces. 202: it is under way and ends without anybody's help.")
            .Produces<ErasureReport>().Produces<ErasureReport>(202).Produces(400).Produces(401).Produces(403).Produces(409).Produces(429).Produces(503);
    }

    /// <summary>Below <c>/api/v1/auth</c>.</summary>
    public static void MapWrapper(RouteGroupBuilder auth)
    {
        auth.MapDelete("/account", DataHandlers.DeleteAccountAsync).RequireSession().RequireLiveSession().RequireRateLimiting(AuthModule.PasswordLimit)
            .WithSummary("Erase the caller's account").Produces(200).Produces(202).Produces(400).Produces(401).Produces(403).Produces(409).Produces(429).Produces(503);
        auth.MapGet("/security-events", SecurityEventHandlers.ListAsync).RequireSession().RequireLiveSession().RequireRateLimiting(AuthModule.SessionLimit)
            .WithSummary("What happened to the caller's account, newest first").WithDescription("limit 1–200; before=<id> goes on where a page ended (header Link).")
            .Produces<IReadOnlyList<SecurityEventView>>().Produces(401).Produces(503);
        auth.MapPost("/security-events/{id:guid}/not-me", SecurityEventHandlers.NotMeAsync).RequireSession().RequireLiveSession().RequireRateLimiting(AuthModule.PasswordLimit)
            .WithSummary("That was not me: everybody is signed out, and only the mailbox opens the account again")
            .Produces<DisownedView>().Produces(401).Produces(404).Produces(429).Produces(503);
    }

    /// <summary>Below <c>/api/auth</c>: what the engine of the web apps calls.</summary>
    public static void MapNative(RouteGroupBuilder native) =>
        native.MapPost("/delete-user", DataHandlers.DeleteUserAsync).RequireSession().RequireLiveSession().RequireRateLimiting(AuthModule.PasswordLimit)
            .WithSummary("Erase the caller's account").Produces<NativeDeleted>().Produces<NativeDeleted>(202).Produces(400).Produces(401).Produces(403).Produces(409).Produces(429).Produces(503);
}
