using System.Globalization;
using Mana.Apps.Reminders.Rules;
using Mana.Apps.Wire;
using Mana.Kernel.Identity;
using Mana.Notifications.Contracts;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Reminders.Api;

/// <summary>Routes of reminders (compute.md 8.1, 8.4).</summary>
internal static class ReminderHandlers
{
    const int MostMinutes = 40_320;
    const int MostDays = 365;
    const int LongestSnooze = 10_080;
    const int MostHours = 24 * 31;
    const int LargestPage = 200;

    public static async Task<IResult> OfTaskAsync(string taskId, CurrentUser user, ReminderService reminders, CancellationToken cancellationToken) =>
        await reminders.FindAsync(user.UserId, "todo", "tasks", taskId, cancellationToken) is { } key
            ? AppsJson.Ok(new { reminders = await reminders.OfRecordAsync(user.UserId, key, cancellationToken) })
            : ReminderRefusals.TaskNotFound;

    public static async Task<IResult> CreateForTaskAsync(string taskId, HttpContext context, CurrentUser user, ReminderService reminders, CancellationToken cancellationToken)
    {
        var fields = await ReminderFields.ReadAsync(context);
        var wanted = Wanted(fields, "todo", "tasks", taskId, mayHaveInstant: false);
        return fields.Problem ?? await CreateAsync(wanted, user, reminders, ReminderRefusals.TaskNotFound, ReminderRefusals.NoDueDate, cancellationToken);
    }

    public static async Task<IResult> CreateForRecordAsync(HttpContext context, CurrentUser user, ReminderService reminders, CancellationToken cancellationToken)
    {
        var fields = await ReminderFields.ReadAsync(context);
        var (app, collection, record) = (Required(fields, "appId"), Required(fields, "collection"), Required(fields, "recordId"));
        var wanted = Wanted(fields, app, collection, record, mayHaveInstant: true);
        return fields.Problem ?? await CreateAsync(wanted, user, reminders, ReminderRefusals.RecordNotFound, ReminderRefusals.NoTime, cancellationToken);
    }

    /// <summary>Of one record (<c>appId</c>, <c>collection</c>, <c>recordId</c>), or all, in pages.</summary>
    public static async Task<IResult> ListAsync(
        CurrentUser user, ReminderService reminders, string? appId, string? collection, string? recordId, string? limit, Guid? after, CancellationToken cancellationToken)
    {
        if (appId is not null && collection is not null && recordId is not null)
            return await reminders.FindAsync(user.UserId, appId, collection, recordId, cancellationToken) is { } key
                ? AppsJson.Ok(new { reminders = await reminders.OfRecordAsync(user.UserId, key, cancellationToken) })
                : ReminderRefusals.RecordNotFound;
        if (!TryNumber(limit, 100, 1, LargestPage, out var rows))
            return AppsRefusals.Invalid("limit", $"must be a whole number from 1 to {LargestPage}");
        return AppsJson.Ok(new { reminders = await reminders.AllAsync(user.UserId, rows, after, cancellationToken) });
    }

    public static async Task<IResult> ReadAsync(string id, CurrentUser user, ReminderService reminders, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var reminder) && await reminders.OneAsync(user.UserId, reminder, cancellationToken) is { } view ? AppsJson.Ok(new { reminder = view }) : ReminderRefusals.ReminderNotFound;

    public static async Task<IResult> DeleteAsync(string id, CurrentUser user, ReminderService reminders, CancellationToken cancellationToken) =>
        (Guid.TryParse(id, out var reminder) ? await reminders.DeleteAsync(user.UserId, reminder, cancellationToken) : ReminderDeletion.NotFound) switch
        {
            ReminderDeletion.Deleted => Results.Ok(new { success = true }),
            ReminderDeletion.Carried => ReminderRefusals.Carried,
            _ => ReminderRefusals.ReminderNotFound,
        };

    public static async Task<IResult> SnoozeAsync(
        string id, HttpContext context, CurrentUser user, ReminderActions actions, ReminderService reminders, TimeProvider time, CancellationToken cancellationToken)
    {
        var fields = await ReminderFields.ReadAsync(context);
        var (minutes, until, occurrence) = (fields.Whole("minutes", 1, LongestSnooze), fields.Instant("until"), Occurrence(fields));
        if (minutes is null == until is null && fields.Problem is null)
            fields.Fail("minutes", "or until is required, and not both");
        var at = until ?? actions.After(minutes ?? 0);
        if (until is not null && (at <= time.GetUtcNow() || at > actions.After(LongestSnooze)))
            fields.Fail("until", "must be in the future, at most a week ahead");
        if (fields.Problem is { } problem)
            return problem;
        return Guid.TryParse(id, out var reminder) && await actions.SnoozeAsync(user.UserId, reminder, occurrence, at, cancellationToken)
            ? AppsJson.Ok(new { reminder = await reminders.OneAsync(user.UserId, reminder, cancellationToken), fireAt = at })
            : ReminderRefusals.ReminderNotFound;
    }

    public static async Task<IResult> DismissAsync(string id, HttpContext context, CurrentUser user, ReminderActions actions, ReminderService reminders, CancellationToken cancellationToken)
    {
        var fields = await ReminderFields.ReadAsync(context, optional: true);
        var occurrence = Occurrence(fields);
        if (fields.Problem is { } problem)
            return problem;
        return Guid.TryParse(id, out var reminder) && await actions.DismissAsync(user.UserId, reminder, occurrence, cancellationToken)
            ? AppsJson.Ok(new { reminder = await reminders.OneAsync(user.UserId, reminder, cancellationToken) })
            : ReminderRefusals.ReminderNotFound;
    }

    /// <summary>Which firing of a series is meant, as <c>upcoming</c> names it; without it the one in front of the person.</summary>
    static string? Occurrence(ReminderFields fields) => fields.Text("occurrenceKey", 40);

    public static async Task<IResult> UpcomingAsync(CurrentUser user, ReminderLists lists, string? hours, CancellationToken cancellationToken) =>
        TryNumber(hours, 24, 1, MostHours, out var ahead)
            ? AppsJson.Ok(new { reminders = await lists.UpcomingAsync(user.UserId, ahead, cancellationToken) })
            : AppsRefusals.Invalid("hours", $"must be a whole number from 1 to {MostHours}");

    public static async Task<IResult> InboxAsync(CurrentUser user, ReminderLists lists, CancellationToken cancellationToken) => AppsJson.Ok(new { items = await lists.InboxAsync(user.UserId, cancellationToken) });

    /// <summary>For an operator who has imported records.</summary>
    public static async Task<IResult> ReplayAsync(FirstRead firstRead, CancellationToken cancellationToken)
    {
        await firstRead.ReplayAsync(cancellationToken);
        return Results.Ok(new { success = true });
    }

    static async Task<IResult> CreateAsync(NewReminder wanted, CurrentUser user, ReminderService reminders, IResult notFound, IResult noTime, CancellationToken cancellationToken) =>
        await reminders.CreateAsync(user.UserId, wanted, cancellationToken) switch
        {
            ReminderCreation.Created created => AppsJson.Created(new { reminder = await reminders.OneAsync(user.UserId, created.Id, cancellationToken) }),
            ReminderCreation.Existing existing => AppsJson.Ok(new { reminder = await reminders.OneAsync(user.UserId, existing.Id, cancellationToken) }),
            ReminderCreation.NotFound => notFound,
            ReminderCreation.NoTime => noTime,
            ReminderCreation.Limit => ReminderRefusals.Limit,
            ReminderCreation.Busy => ReminderRefusals.Busy,
            _ => throw new InvalidOperationException(),
        };

    static NewReminder Wanted(ReminderFields fields, string app, string collection, string record, bool mayHaveInstant)
    {
        var (minutes, days) = (fields.Whole("minutesBefore", 0, MostMinutes), fields.Whole("daysBefore", 0, MostDays));
        var at = mayHaveInstant ? fields.Instant("at") : null;
        var atLocalTime = fields.Time("atLocalTime");
        if (fields.Problem is null && new object?[] { minutes, days, at }.Count(given => given is not null) != 1)
            fields.Fail(mayHaveInstant ? "minutesBefore, daysBefore or at" : "minutesBefore or daysBefore", "is required, and only one of them");
        if (fields.Problem is null && atLocalTime is not null && days is null)
            fields.Fail("atLocalTime", "needs daysBefore");
        return new NewReminder(
            app, collection, record, minutes, days, atLocalTime, at, fields.Channels() ?? [Channel.Push], fields.Zone("tzid"), fields.Text("title", 200), fields.Text("titleHintEnc", 1000), fields.Text("body", 200),
            fields.Path("url"), fields.Text("priority", 16) == "critical");
    }

    static string Required(ReminderFields fields, string name)
    {
        if (!fields.Has(name))
            fields.Fail(name, "is required");
        return fields.Text(name, 200) ?? "";
    }

    static bool TryNumber(string? text, int otherwise, int smallest, int largest, out int number)
    {
        number = otherwise;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= smallest && number <= largest);
    }
}
