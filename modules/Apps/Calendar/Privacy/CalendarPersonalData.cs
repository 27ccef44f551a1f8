using System.Text.Json;
using Mana.Apps.Calendar.CalDav;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Feeds;
using Mana.Apps.Calendar.Google;
using Mana.Apps.Calendar.Google.Mirror;
using Mana.Apps.Calendar.Shares;
using Mana.Apps.Data;
using Mana.Apps.Wire;
using Mana.Kernel.Privacy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Calendar.Privacy;

/// <summary>What the calendar keeps of a person beside their records: feeds, shares, connected accounts, subscriptions.</summary>
internal sealed class CalendarPersonalData(IServiceScopeFactory scopes) : IPersonalData
{
    public string Module => "calendar";

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppsDbContext>();
        await JsonSerializer.SerializeAsync(output, new
        {
            feeds = await database.Set<CalendarFeed>().Where(row => row.UserId == userId).Select(row => new { row.CalendarId, row.CreatedAt, row.RotatedAt, row.LastReadAt }).ToListAsync(cancellationToken),
            sharesGiven = await database.Set<CalendarShare>().Where(row => row.OwnerId == userId).Select(row => new { row.CalendarId, row.Email, row.Status, row.CreatedAt }).ToListAsync(cancellationToken),
            sharesReceived = await database.Set<CalendarShare>().Where(row => row.InviteeId == userId).Select(row => new { row.CalendarId, row.Status, row.CreatedAt }).ToListAsync(cancellationToken),
            googleAccounts = await database.Set<GoogleAccount>().Where(row => row.UserId == userId).Select(row => new { row.Email, row.State, row.Scopes, row.CreatedAt }).ToListAsync(cancellationToken),
            calDavAccounts = await database.Set<DavAccount>().Where(row => row.UserId == userId).Select(row => new { row.Server, row.Username, row.State, row.CreatedAt }).ToListAsync(cancellationToken),
            externalCalendars = await database.Set<ExternalCalendar>().Where(row => row.UserId == userId)
                .Select(row => new { row.Provider, row.RemoteId, row.CalendarId, row.Direction, row.Name, row.IntervalMinutes, row.Enabled, row.CreatedAt }).ToListAsync(cancellationToken),
            mirroredEvents = await database.Set<EventLink>().Where(link => database.Set<ExternalCalendar>().Any(row => row.Id == link.ExternalId && row.UserId == userId))
                .OrderBy(link => link.EventId).Select(link => new { link.EventId, link.RemoteId }).ToListAsync(cancellationToken),
            calDavObjects = await database.Set<DavObject>().Where(one => database.Set<ExternalCalendar>().Any(row => row.Id == one.ExternalId && row.UserId == userId))
                .OrderBy(one => one.Href).Select(one => new { one.Href, one.Uid }).ToListAsync(cancellationToken),
        }, AppsJson.Options, cancellationToken);
    }

    /// <summary>Shares that were offered to an address name nobody else's account; those that the person accepted go too.</summary>
    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppsDbContext>();
        await scope.ServiceProvider.GetRequiredService<GoogleAccounts>().DisconnectAsync(userId, cancellationToken);
        // Their links and runs go with them; what Google has of the person's events is the person's own affair with Google.
        await database.Set<ExternalCalendar>().Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await scope.ServiceProvider.GetRequiredService<DavAccounts>().EraseAsync(userId, cancellationToken);
        await database.Set<CalendarFeed>().Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await database.Set<CalendarShare>().Where(row => row.OwnerId == userId || row.InviteeId == userId).ExecuteDeleteAsync(cancellationToken);
        await database.Set<GoogleConsent>().Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task<long> CountAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppsDbContext>();
        return await database.Set<GoogleAccount>().CountAsync(row => row.UserId == userId, cancellationToken)
            + await database.Set<ExternalCalendar>().CountAsync(row => row.UserId == userId, cancellationToken)
            + await database.Set<EventLink>().CountAsync(link => database.Set<ExternalCalendar>().Any(row => row.Id == link.ExternalId && row.UserId == userId), cancellationToken)
            + await database.Set<DavAccount>().CountAsync(row => row.UserId == userId, cancellationToken)
            + await database.Set<DavObject>().CountAsync(one => database.Set<ExternalCalendar>().Any(row => row.Id == one.ExternalId && row.UserId == userId), cancellationToken)
            + await database.Set<CalendarFeed>().CountAsync(row => row.UserId == userId, cancellationToken)
            + await database.Set<CalendarShare>().CountAsync(row => row.OwnerId == userId || row.InviteeId == userId, cancellationToken)
            + await database.Set<GoogleConsent>().CountAsync(row => row.UserId == userId, cancellationToken);
    }
}
