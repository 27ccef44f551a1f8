using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Calendar.External;

/// <summary>Routes of <c>/external</c> (compute.md 9.5).</summary>
internal static class ExternalHandlers
{
    const int DefaultInterval = 15;
    static readonly ApiError Unknown = AppsRefusals.NotFound("External calendar not found");

    public static async Task<IResult> ListAsync(CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken)
    {
        var all = await calendars.OfAsync(user.UserId, cancellationToken);
        return AppsJson.Ok(new { items = all.ConvertAll(ExternalBody.Of), count = all.Count });
    }

    public static async Task<IResult> AddAsync(HttpContext context, CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken)
    {
        var fields = await BodyFields.ReadAsync(context);
        var provider = fields.Choice("provider", "google", "ical_url");
        if (provider is null)
            fields.Fail("provider", "must be google or ical_url");
        if ((fields.Choice("direction", "import") ?? "import") != "import")
            fields.Fail("direction", "must be import");
        var (remote, target) = (fields.Text("calendarId", 500), fields.Text("targetCalendarId", 128));
        var (account, url) = (fields.Text("accountId", 40), fields.Text("url"));
        var accountId = Guid.TryParse(account, out var id) ? id : (Guid?)null;
        if (target is null)
            fields.Fail("targetCalendarId", "is required");
        if (provider == "google" && (remote is null || accountId is null))
            fields.Fail("calendarId", "and accountId are required for google");
        if (provider == "ical_url" && url is null)
            fields.Fail("url", "is required for ical_url");
        var interval = fields.Whole("intervalMinutes", 5, 1440) ?? DefaultInterval;
        var (name, color, enabled) = (fields.Text("name", 200), fields.Text("color", 40), fields.Flag("enabled") ?? true);
        if (fields.Problem is { } problem)
            return problem;
        var isGoogle = provider == "google";
        var (calendar, outcome) = await calendars.AddAsync(
            user.UserId, new NewExternal(provider!, isGoogle ? accountId : null, isGoogle ? remote : null, isGoogle ? null : url, target!, interval, name, color, enabled), cancellationToken);
        return outcome switch
        {
            ExternalOutcome.Done => AppsJson.Created(ExternalBody.Of(calendar!)),
            ExternalOutcome.CalendarNotFound => AppsRefusals.NotFound("Calendar not found"),
            ExternalOutcome.AccountNotFound => AppsRefusals.NotFound("Account not found"),
            ExternalOutcome.UrlNotAllowed => AppsRefusals.BadRequest("URL_NOT_ALLOWED", "This address may not be fetched"),
            ExternalOutcome.TooMany => new ApiError(409, "LIMIT", "Too many external calendars"),
        };
    }

    public static async Task<IResult> ChangeAsync(Guid id, HttpContext context, CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken)
    {
        var fields = await BodyFields.ReadAsync(context);
        var (interval, enabled) = (fields.Whole("intervalMinutes", 5, 1440), fields.Flag("enabled"));
        var (name, color) = (fields.Text("name", 200), fields.Text("color", 40));
        if (fields.Problem is { } problem)
            return problem;
        var changed = await calendars.ChangeAsync(user.UserId, id, calendar =>
        {
            calendar.IntervalMinutes = interval ?? calendar.IntervalMinutes;
            calendar.Enabled = enabled ?? calendar.Enabled;
            (calendar.Name, calendar.Color) = (name ?? calendar.Name, color ?? calendar.Color);
        }, cancellationToken);
        return changed is null ? Unknown : AppsJson.Ok(ExternalBody.Of(changed));
    }

    public static async Task<IResult> RemoveAsync(Guid id, CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken) =>
        await calendars.RemoveAsync(user.UserId, id, cancellationToken) ? AppsJson.Ok(new { success = true }) : Unknown;

    public static async Task<IResult> SyncAsync(Guid id, CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken) =>
        await calendars.RunNowAsync(user.UserId, one => one.Id == id, cancellationToken) is [var run] ? AppsJson.Accepted(new { runId = run }) : Unknown;

    public static async Task<IResult> RunsAsync(Guid id, CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken)
    {
        var runs = await calendars.RunsAsync(user.UserId, id, cancellationToken);
        return AppsJson.Ok(new { items = runs.ConvertAll(run => new RunBody(run.Id, run.StartedAt, run.FinishedAt, run.Created, run.Updated, run.Deleted, run.Error)), count = runs.Count });
    }
}

/// <summary>A subscription; its address is not told again.</summary>
internal sealed record ExternalBody(
    Guid Id, string Provider, Guid? AccountId, string? CalendarId, string TargetCalendarId, string Direction, int IntervalMinutes, string? Name, string? Color, bool Enabled, int Failures, DateTimeOffset NextRunAt)
{
    public static ExternalBody Of(ExternalCalendar one) =>
        new(one.Id, one.Provider, one.AccountId, one.RemoteId, one.CalendarId, "import", one.IntervalMinutes, one.Name, one.Color, one.Enabled, one.Failures, one.NextRunAt);
}

internal sealed record RunBody(Guid Id, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, int Created, int Updated, int Deleted, string? Error);
