using Mana.Apps.Calendar.CalDav;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Feeds;
using Mana.Apps.Calendar.Google;
using Mana.Apps.Calendar.Shares;
using Mana.Apps.Data;
using Mana.Apps.Todo;
using Mana.Apps.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar.Privacy;

/// <summary>What operators ask and erase (compute.md 7): events are the sync module's, and are erased there.</summary>
internal static class CalendarUserData
{
    public static async Task<IResult> CountAsync(string userId, AppsDbContext database, CancellationToken cancellationToken) => AppsJson.Ok(new CalendarCountsBody(userId, new CalendarCountsBody.Of(
        await database.Set<CalendarFeed>().CountAsync(row => row.UserId == userId, cancellationToken), await database.Set<CalendarShare>().CountAsync(row => row.OwnerId == userId || row.InviteeId == userId, cancellationToken),
        await database.Set<GoogleAccount>().CountAsync(row => row.UserId == userId, cancellationToken), await database.Set<ExternalCalendar>().CountAsync(row => row.UserId == userId, cancellationToken),
        await database.Set<DavAccount>().CountAsync(row => row.UserId == userId, cancellationToken))));

    /// <summary>May be repeated: the second time finds nothing.</summary>
    public static async Task<IResult> EraseAsync(string userId, CalendarPersonalData data, CancellationToken cancellationToken)
    {
        await data.EraseAsync(userId, cancellationToken);
        return AppsJson.Ok(new ErasedBody(userId, true, "All user data deleted"));
    }
}

internal sealed record CalendarCountsBody(string UserId, CalendarCountsBody.Of Counts)
{
    internal sealed record Of(long Feeds, long Shares, long GoogleAccounts, long ExternalCalendars, long CalDavAccounts);
}
