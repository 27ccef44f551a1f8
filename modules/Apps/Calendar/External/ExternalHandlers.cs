using Mana.Apps.Calendar.CalDav;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Calendar.External;

/// <summary>Routes of <c>/external</c> (compute.md 9.5).</summary>
internal static class ExternalHandlers
{
    const int DefaultInterval = 15;
    static readonly string[] Directions = [MirrorDirection.Import, MirrorDirection.Export, MirrorDirection.Both];
    static readonly ApiError Refused = new(409, "REAUTH_REQUIRED", "The calendar server refused the password; please give it again");
    static readonly ApiError Unknown = AppsRefusals.NotFound("External calendar not found");

    public static async Task<IResult> ListAsync(CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken)
    {
        var all = await calendars.OfAsync(user.UserId, cancellationToken);
        return AppsJson.Ok(new { items = all.ConvertAll(ExternalBody.Of), count = all.Count });
    }

    public static async Task<IResult> AddAsync(HttpContext context, CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken)
    {
        var fields = await BodyFields.ReadAsync(context);
        var provider = fields.Choice("provider", "google", "ical_url", "caldav", "apple");
        if (provider is null)
            fields.Fail("provider", "must be google, ical_url, caldav or apple");
        var direction = fields.Choice("direction", Directions) ?? MirrorDirection.Import;
        if (provider is not (null or "google") && direction != MirrorDirection.Import)
            fields.Fail("direction", $"must be import for {provider}; only calendars at Google can be written to");
        var (remote, target) = (fields.Text("calendarId", 500), fields.Text("targetCalendarId", 128));
        var (account, url) = (fields.Text("accountId", 40), fields.Text("url"));
        var accountId = Guid.TryParse(account, out var id) ? id : (Guid?)null;
        if (target is null)
            fields.Fail("targetCalendarId", "is required");
        if (provider == "google" && (remote is null || accountId is null))
            fields.Fail("calendarId", "and accountId are required for google");
        if (provider is not (null or "google") && url is null)
            fields.Fail("url", $"is required for {provider}");
        var isDav = provider is not null && DavAccounts.Serves(provider);
        var credentials = isDav ? DavHandlers.CredentialsOf(fields) : null;
        if (isDav && credentials is null && accountId is null)
            fields.Fail("credentials", "or accountId are required for " + provider);
        var interval = fields.Whole("intervalMinutes", 5, 1440) ?? DefaultInterval;
        var (name, color, enabled) = (fields.Text("name", 200), fields.Text("color", 40), fields.Flag("enabled") ?? true);
        if (fields.Problem is { } problem)
            return problem;
        var isGoogle = provider == "google";
        var (calendar, outcome) = await calendars.AddAsync(
            user.UserId, new NewExternal(provider!, isGoogle || isDav ? accountId : null, isGoogle ? remote : null, isGoogle ? null : url, target!, direction, interval, name, color, enabled) { Credentials = credentials },
            cancellationToken);
        return outcome == ExternalOutcome.Done ? AppsJson.Created(ExternalBody.Of(calendar!)) : Refusal(outcome);
    }

    static ApiError Refusal(ExternalOutcome outcome) => outcome switch
    {
        ExternalOutcome.NotFound => Unknown,
        ExternalOutcome.CalendarNotFound => AppsRefusals.NotFound("Calendar not found"),
        ExternalOutcome.AccountNotFound => AppsRefusals.NotFound("Account not found"),
        ExternalOutcome.UrlNotAllowed => AppsRefusals.BadRequest("URL_NOT_ALLOWED", "This address may not be fetched"),
        ExternalOutcome.MayNotWrite => new ApiError(409, "CONSENT_REQUIRED", "This Google account does not let us change its events; please connect it again with access=write"),
        ExternalOutcome.NotGoogle => AppsRefusals.Invalid("direction", "must be import; only calendars at Google can be written to"),
        ExternalOutcome.NotDav => AppsRefusals.Invalid("credentials", "are for caldav and apple"),
        ExternalOutcome.TooMany or _ => new ApiError(409, "LIMIT", "Too many external calendars"),
    };

    public static async Task<IResult> ChangeAsync(Guid id, HttpContext context, CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken)
    {
        var fields = await BodyFields.ReadAsync(context);
        var (interval, enabled) = (fields.Whole("intervalMinutes", 5, 1440), fields.Flag("enabled"));
        var (name, color, direction) = (fields.Text("name", 200), fields.Text("color", 40), fields.Choice("direction", Directions));
        var credentials = DavHandlers.CredentialsOf(fields);
        if (fields.Problem is { } problem)
            return problem;
        var (changed, outcome) = await calendars.ChangeAsync(user.UserId, id, new ExternalChange(interval, enabled, name, color, direction) { Credentials = credentials }, cancellationToken);
        return outcome == ExternalOutcome.Done ? AppsJson.Ok(ExternalBody.Of(changed!)) : Refusal(outcome);
    }

    public static async Task<IResult> RemoveAsync(Guid id, CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken) =>
        await calendars.RemoveAsync(user.UserId, id, cancellationToken) ? AppsJson.Ok(new { success = true }) : Unknown;

    public static async Task<IResult> SyncAsync(Guid id, CurrentUser user, ExternalCalendars calendars, CancellationToken cancellationToken) =>
        await calendars.RunNowAsync(user.UserId, one => one.Id == id, cancellationToken) is [var run] ? AppsJson.Accepted(new { runId = run })
            : await calendars.IsRefusedAsync(user.UserId, id, cancellationToken) ? Refused : Unknown;

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
    /// <summary>Of CalDAV: <c>connected</c>, or <c>reauth_required</c> when the server has refused the password.</summary>
    public string? State { get; init; }

    public string? Server { get; init; }

    public string? Username { get; init; }

    public static ExternalBody Of(ExternalCalendar one) =>
        new(one.Id, one.Provider, one.AccountId ?? one.DavAccountId, one.RemoteId, one.CalendarId, one.Direction, one.IntervalMinutes, one.Name, one.Color, one.Enabled, one.Failures, one.NextRunAt)
        {
            State = one.DavAccount?.State, Server = one.DavAccount?.Server, Username = one.DavAccount?.Username,
        };
}

internal sealed record RunBody(Guid Id, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, int Created, int Updated, int Deleted, string? Error);
