using Mana.Apps.Calendar.Export;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Recurrence;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;
using NodaTime;

namespace Mana.Apps.Calendar.Feeds;

/// <summary>Export and feed (compute.md 9.4).</summary>
internal static class FeedHandlers
{
    static readonly ApiError Unknown = AppsRefusals.NotFound("Calendar not found");

    public static async Task<IResult> ExportAsync(
        string id, HttpContext context, CurrentUser user, CalendarAccess calendars, StoredEvents events, CalendarExport export, CancellationToken cancellationToken)
    {
        if (!TryLimit(context, "from", out var from) || !TryLimit(context, "to", out var to))
            return AppsRefusals.Invalid("from", "and to must be dates or times");
        if (await calendars.FindAsync(user.UserId, id, cancellationToken) is not { } calendar)
            return Unknown;
        context.Response.Headers.ContentDisposition = "attachment; filename=\"calendar.ics\"";
        return await SendAsync(context, await events.LoadAsync(calendar, StyleOf(context), from, to, cancellationToken), export, isFeed: false, cancellationToken);
    }

    public static async Task<IResult> ReadAsync(string token, HttpContext context, CalendarFeeds feeds, FeedBudget budget, StoredEvents events, CalendarExport export, CancellationToken cancellationToken)
    {
        if (await feeds.OpenAsync(token, cancellationToken) is not { } calendar)
            return AppsRefusals.NotFound("Feed not found");
        if (budget.Refusal(token, context) is { } refusal)
            return refusal;
        return await SendAsync(context, await events.LoadAsync(calendar, StyleOf(context), null, null, cancellationToken), export, isFeed: true, cancellationToken);
    }

    public static async Task<IResult> IssueAsync(string id, HttpContext context, CurrentUser user, CalendarAccess calendars, CalendarFeeds feeds, CalendarOptions options, CancellationToken cancellationToken)
    {
        if (await calendars.FindAsync(user.UserId, id, cancellationToken) is null)
            return Unknown;
        var (feed, token) = await feeds.IssueAsync(user.UserId, id, cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return AppsJson.Created(new IssuedFeedBody(token, $"{options.Public}/api/v1/calendar/feed/{token}.ics", feed.CreatedAt, feed.RotatedAt));
    }

    public static async Task<IResult> StatusAsync(string id, CurrentUser user, CalendarFeeds feeds, CancellationToken cancellationToken) =>
        await feeds.FindAsync(user.UserId, id, cancellationToken) is { } feed ? AppsJson.Ok(new FeedBody(feed.CreatedAt, feed.RotatedAt, feed.LastReadAt)) : AppsRefusals.NotFound("Feed not found");

    public static async Task<IResult> RevokeAsync(string id, CurrentUser user, CalendarFeeds feeds, CancellationToken cancellationToken) =>
        await feeds.RevokeAsync(user.UserId, id, cancellationToken) ? AppsJson.Ok(new { success = true }) : AppsRefusals.NotFound("Feed not found");

    internal static async Task<IResult> SendAsync(HttpContext context, LoadedCalendar calendar, CalendarExport export, bool isFeed, CancellationToken cancellationToken)
    {
        var headers = context.Response.Headers;
        (headers.ETag, headers.CacheControl, headers.Vary) = (calendar.ETag, "private, max-age=300", "Accept-Language");
        if (context.Request.Headers.IfNoneMatch.ToString().Contains(calendar.ETag, StringComparison.Ordinal))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        context.Response.ContentType = "text/calendar; charset=utf-8";
        if (!HttpMethods.IsHead(context.Request.Method))
            await export.WriteAsync(calendar, context.Response.BodyWriter, isFeed, cancellationToken);
        return Results.Empty;
    }

    internal static ExportStyle StyleOf(HttpContext context) => ExportStyle.For(context.Request.Host.Host, context.Request.Headers.AcceptLanguage.ToString());

    static bool TryLimit(HttpContext context, string name, out Instant? limit)
    {
        limit = null;
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0)
            return true;
        // A plus sign of an offset arrives as a space.
        limit = When.Read(text.Replace(' ', '+'))?.In(null);
        return limit is not null;
    }
}

internal sealed record FeedBody(DateTimeOffset CreatedAt, DateTimeOffset? RotatedAt, DateTimeOffset? LastReadAt);

internal sealed record IssuedFeedBody(string Token, string Url, DateTimeOffset CreatedAt, DateTimeOffset? RotatedAt);
