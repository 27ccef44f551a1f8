using Mana.Apps.Calendar.CalDav;
using Mana.Apps.Calendar.Export;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Feeds;
using Mana.Apps.Calendar.Google;
using Mana.Apps.Calendar.Google.Mirror;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Calendar.Import;
using Mana.Apps.Calendar.Privacy;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Calendar.Shares;
using Mana.Apps.Todo;
using Mana.Apps.Wire;
using Mana.Apps.Wire.Idempotency;
using Mana.Kernel.Configuration;
using Mana.Kernel.Identity;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Mana.Kernel.RateLimits;
using Mana.Sync.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Calendar;

/// <summary>The calendar app, for the module's table of contents.</summary>
internal static class CalendarEndpoints
{
    const string ImportLimit = "imports";
    const string FeedLimit = "calendar-feed";
    const string OwnLimit = "calendar";
    const string DiscoveryLimit = "caldav-discover";

    public static void AddCalendar(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<CalendarOptions>(configuration, "Calendar");
        services.PostConfigure<CalendarOptions>(options => options.PublicUrl ??= configuration["Auth:BaseUrl"] ?? "http://localhost:3001");
        services.AddSingleton<CalendarMetrics>().AddSingleton<CalendarAccess>().AddSingleton<CalendarRecords>();
        services.AddSingleton<IcsImport>().AddSingleton<StoredEvents>().AddSingleton<CalendarExport>().AddScoped<CalendarFeeds>().AddSingleton<FeedBudget>();
        services.AddScoped<CalendarShares>();
        services.AddManaOptions<GoogleOptions>(configuration, "Google");
        services.AddSingleton<GoogleClient>().AddScoped<GoogleAccounts>().AddScoped<GoogleFeed>().AddScoped<GoogleSource>();
        services.AddSingleton<EventLinks>().AddScoped<GoogleMirror>().AddRecordFeed(CalendarAccess.App, "events").AddRecordFeed("timeblocks", "timeBlocks");
        services.AddManaEventHandler<RecordChanged, MirrorFeedHandler>("apps.calendar-mirror");
        services.AddSingleton<DavClient>().AddSingleton<DavDiscovery>().AddScoped<DavAccounts>().AddScoped<DavSource>();
        services.AddSingleton<SafeFetcher>().AddSingleton<CalendarAddresses>().AddSingleton<IcalSource>().AddScoped<ExternalCalendars>().AddScoped<ExternalSync>();
        services.AddSingleton<ExternalWorker>().AddHostedService(provider => provider.GetRequiredService<ExternalWorker>());
        services.AddSingleton<CalendarPersonalData>().AddSingleton<IPersonalData>(provider => provider.GetRequiredService<CalendarPersonalData>());
        services.AddManaRateLimit(new RateLimitPolicy(ImportLimit, RateLimitKey.User, 10, 10));
        services.AddManaRateLimit(new RateLimitPolicy(FeedLimit, RateLimitKey.Address, 60, 60));
        services.AddManaRateLimit(new RateLimitPolicy(OwnLimit, RateLimitKey.User, 120, 60));
        services.AddManaRateLimit(new RateLimitPolicy(DiscoveryLimit, RateLimitKey.User, 10, 10));
    }

    public static void Map(RouteGroupBuilder api, bool legacyPaths)
    {
        MapAdmin(api.MapGroup("/calendar/admin/user-data").RequireAuthorization(Policies.Service));
        var calendar = api.MapGroup("/calendar").RequireTierOf("calendar");
        MapImport(calendar);
        if (legacyPaths)
            MapImport(api);
        MapFeeds(calendar);
        MapShares(calendar);
        MapGoogle(calendar, api, legacyPaths);
        MapCalDav(calendar);
        MapExternal(calendar.MapGroup("/external").RequireAuthorization(Policies.User).RequireRateLimiting(OwnLimit));
    }

    static void MapAdmin(RouteGroupBuilder service)
    {
        service.MapGet("/{userId}", CalendarUserData.CountAsync).WithSummary("How much the server keeps of a person's calendar beside their records").Produces<CalendarCountsBody>();
        service.MapDelete("/{userId}", CalendarUserData.EraseAsync).WithSummary("Erase what the server owns of a person's calendar").Produces<ErasedBody>();
    }

    static void MapImport(RouteGroupBuilder group) => group.MapPost("/import/ics", ImportHandlers.ImportAsync)
        .RequireAuthorization(Policies.User).RequireRateLimiting(ImportLimit).DisableAntiforgery()
        .WithMetadata(new RequestSizeLimitAttribute(IcsLimits.FileBytes + (64 * 1024)))
        .WithSummary("Read a calendar file; with apply=true and calendarId, write its events").Produces(200).Produces(400).Produces(413);

    static void MapFeeds(RouteGroupBuilder calendar)
    {
        var own = calendar.MapGroup("/calendars/{id}").RequireAuthorization(Policies.User).RequireRateLimiting(OwnLimit);
        own.MapGet("/export.ics", FeedHandlers.ExportAsync).WithSummary("A calendar as a file").Produces(200, contentType: "text/calendar").Produces(404);
        own.MapPost("/feed", FeedHandlers.IssueAsync).TakesIdempotencyKey(secret: true).WithSummary("Make a secret address of a calendar; an earlier one ends").Produces<IssuedFeedBody>(201).Produces(404);
        own.MapGet("/feed", FeedHandlers.StatusAsync).WithSummary("Whether the calendar has a secret address").Produces<FeedBody>().Produces(404);
        own.MapDelete("/feed", FeedHandlers.RevokeAsync).WithSummary("Revoke the secret address of a calendar").Produces(404);
        calendar.MapMethods("/feed/{token}.ics", ["GET", "HEAD"], FeedHandlers.ReadAsync).AllowAnonymous().RequireRateLimiting(FeedLimit)
            .WithSummary("A calendar by its secret address").Produces(200, contentType: "text/calendar").Produces(304).Produces(404).Produces(429);
    }

    static void MapShares(RouteGroupBuilder calendar)
    {
        var given = calendar.MapGroup("/calendars/{id}/shares").RequireAuthorization(Policies.User).RequireRateLimiting(OwnLimit);
        given.MapPost("", ShareHandlers.OfferAsync).TakesIdempotencyKey().WithSummary("Let somebody read a calendar, by their address").Produces<ShareBody>(201).Produces(404);
        given.MapGet("", ShareHandlers.ListAsync).WithSummary("Who may read a calendar");
        given.MapDelete("/{shareId}", ShareHandlers.RevokeAsync).WithSummary("Take a share back").Produces(404);
        var received = calendar.MapGroup("/shares").RequireAuthorization(Policies.User).RequireRateLimiting(OwnLimit);
        received.MapGet("", ShareHandlers.ReceivedAsync).WithSummary("Calendars that others share with the caller");
        received.MapPost("/{id}/accept", ShareHandlers.AcceptAsync).WithSummary("Accept a share").Produces<ShareBody>().Produces(404);
        received.MapPost("/{id}/decline", ShareHandlers.DeclineAsync).WithSummary("Decline a share, or leave it").Produces<ShareBody>().Produces(404);
        received.MapGet("/{id}/export.ics", ShareHandlers.ExportAsync).WithSummary("A shared calendar as a file").Produces(200, contentType: "text/calendar").Produces(404);
    }

    static void MapGoogle(RouteGroupBuilder calendar, RouteGroupBuilder api, bool legacyPaths)
    {
        var own = calendar.MapGroup("/google").RequireAuthorization(Policies.User).RequireRateLimiting(OwnLimit);
        own.MapGet("/auth-url", GoogleHandlers.AuthUrlAsync).WithSummary("Where to connect a Google account").Produces(503);
        own.MapGet("/status", GoogleHandlers.StatusAsync).WithSummary("Connected Google accounts").Produces<GoogleStatusBody>();
        own.MapGet("/calendars", GoogleHandlers.CalendarsAsync).WithSummary("Calendars of the connected accounts").Produces(502).Produces(503);
        own.MapDelete("", GoogleHandlers.DisconnectAsync).WithSummary("Forget the Google accounts, and revoke what they gave");
        calendar.MapGet("/google/callback", GoogleHandlers.CallbackAsync).AllowAnonymous().RequireRateLimiting(FeedLimit).WithSummary("Google sends browsers here").Produces(302).Produces(400);
        foreach (var group in legacyPaths ? (RouteGroupBuilder[])[calendar, api] : [calendar])
            group.MapPost("/sync/google", GoogleHandlers.SyncAllAsync).RequireAuthorization(Policies.User).RequireRateLimiting(OwnLimit).WithSummary("Synchronise all Google calendars now").Produces(202).Produces(503);
    }

    static void MapCalDav(RouteGroupBuilder calendar) => calendar.MapPost("/sync/caldav/discover", DavHandlers.DiscoverAsync).RequireAuthorization(Policies.User).RequireRateLimiting(DiscoveryLimit)
        .WithSummary("Calendars of a CalDAV server; nothing is stored").Produces(200).Produces(400).Produces(404).Produces(502);

    static void MapExternal(RouteGroupBuilder external)
    {
        external.MapGet("", ExternalHandlers.ListAsync).WithSummary("Calendars outside that are mirrored");
        external.MapPost("", ExternalHandlers.AddAsync).WithSummary("Mirror a calendar of Google, of a CalDAV server or of an address").Produces<ExternalBody>(201).Produces(400).Produces(404);
        external.MapPatch("/{id}", ExternalHandlers.ChangeAsync).WithSummary("Change interval, name, colour or credentials, or switch it off").Produces<ExternalBody>().Produces(404);
        external.MapDelete("/{id}", ExternalHandlers.RemoveAsync).WithSummary("Mirror it no more; its events stay").Produces(404);
        external.MapPost("/{id}/sync", ExternalHandlers.SyncAsync).WithSummary("Synchronise now").Produces(202).Produces(404);
        external.MapGet("/{id}/runs", ExternalHandlers.RunsAsync).WithSummary("The last synchronisations").Produces(404);
    }
}
