using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Data;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar.Feeds;

/// <summary>A secret address of a calendar. Of the token only the hash is kept.</summary>
internal sealed class CalendarFeed
{
    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    public required string CalendarId { get; init; }

    public required byte[] TokenHash { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RotatedAt { get; set; }

    public DateTimeOffset? LastReadAt { get; set; }
}

/// <summary>Makes, replaces and revokes feeds (compute.md 9.4): one of a person and calendar at a time, 192 bits, readable while the person may read the calendar.</summary>
internal sealed class CalendarFeeds(AppsDbContext database, CalendarAccess calendars, IIdSource ids, TimeProvider time)
{
    const int TokenBytes = 24;

    /// <summary>How exact the last read is told; not every read is a write.</summary>
    static readonly TimeSpan ReadPrecision = TimeSpan.FromHours(1);

    /// <summary>The token is told here and never again; one that the calendar had before is worth nothing from now on.</summary>
    public async Task<(CalendarFeed Feed, string Token)> IssueAsync(string userId, string calendarId, CancellationToken cancellationToken)
    {
        var secret = new byte[TokenBytes];
        ids.Fill(secret);
        var token = Base64Url.EncodeToString(secret);
        var feed = await FindAsync(userId, calendarId, cancellationToken);
        if (feed is null)
        {
            feed = new CalendarFeed { Id = ids.NewGuid(), UserId = userId, CalendarId = calendarId, TokenHash = Hash(token), CreatedAt = time.GetUtcNow() };
            database.Add(feed);
        }
        else
        {
            (feed.TokenHash, feed.RotatedAt) = (Hash(token), time.GetUtcNow());
        }

        await database.SaveChangesAsync(cancellationToken);
        return (feed, token);
    }

    public Task<CalendarFeed?> FindAsync(string userId, string calendarId, CancellationToken cancellationToken) =>
        database.Set<CalendarFeed>().FirstOrDefaultAsync(feed => feed.UserId == userId && feed.CalendarId == calendarId, cancellationToken);

    public async Task<bool> RevokeAsync(string userId, string calendarId, CancellationToken cancellationToken) =>
        await database.Set<CalendarFeed>().Where(feed => feed.UserId == userId && feed.CalendarId == calendarId).ExecuteDeleteAsync(cancellationToken) > 0;

    /// <summary>The calendar behind a token; null for a token that never was, was replaced or revoked, or whose owner may not read the calendar any more.</summary>
    public async Task<FoundCalendar?> OpenAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length is < 20 or > 64)
            return null;
        var hash = Hash(token);
        if (await database.Set<CalendarFeed>().FirstOrDefaultAsync(feed => feed.TokenHash == hash, cancellationToken) is not { } feed)
            return null;
        var now = time.GetUtcNow();
        if (feed.LastReadAt is not { } last || now - last > ReadPrecision)
        {
            feed.LastReadAt = now;
            await database.SaveChangesAsync(cancellationToken);
        }

        return await calendars.FindAsync(feed.UserId, feed.CalendarId, cancellationToken);
    }

    static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
