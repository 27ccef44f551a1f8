using System.Text.Json.Nodes;
using Mana.Apps.Recurrence;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;
using NodaTime;

namespace Mana.Apps.Todo;

/// <summary>Routes of compute.md 6.12 and 7.</summary>
internal static class TodoHandlers
{
    public static async Task<IResult> NextTaskAsync(HttpContext context, NextTask next, CancellationToken cancellationToken)
    {
        var fields = await BodyFields.ReadAsync(context);
        var task = fields.Object("task");
        if (task is null)
            fields.Fail("task", "is required");
        var completedAt = When.Read(fields.AnyText("completedAt"));
        if (fields.Has("completedAt") && completedAt?.Offset is null)
            fields.Fail("completedAt", "must be an ISO 8601 time with its offset");
        var mode = fields.Choice("mode", "fromDue", "fromCompletion");
        DateTimeZone? zone = null;
        if (fields.Text("tzid", 100) is { } tzid && (zone = TimeZones.Find(tzid)) is null)
            return new ApiError(400, "TZID_UNKNOWN", $"Unknown time zone: {tzid}");
        if (fields.Problem is { } problem)
            return problem;
        var (follower, refused) = next.After(JsonObject.Create(task!.Value)!, completedAt?.In(null), mode == "fromCompletion", zone, cancellationToken);
        return (IResult?)refused ?? AppsJson.Ok(new NextTaskBody(follower));
    }

    public static async Task<IResult> CountAsync(string userId, TodoUserData data, CancellationToken cancellationToken) =>
        AppsJson.Ok(await data.CountAsync(userId, cancellationToken));

    public static async Task<IResult> EraseAsync(string userId, TodoUserData data, CancellationToken cancellationToken)
    {
        await data.EraseAsync(userId, cancellationToken);
        return AppsJson.Ok(new ErasedBody(userId, true, "All user data deleted"));
    }
}

internal sealed record NextTaskBody(JsonObject? Task);

internal sealed record ErasedBody(string UserId, bool Deleted, string Message);

internal sealed record TodoCountsBody(string UserId, TodoCountsBody.Of Counts)
{
    internal sealed record Of(long Tasks, long Projects, long Reminders);
}
