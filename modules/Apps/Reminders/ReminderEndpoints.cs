using Mana.Apps.Reminders.Api;
using Mana.Apps.Reminders.Preferences;
using Mana.Apps.Wire;
using Mana.Apps.Wire.Idempotency;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Apps.Reminders;

/// <summary>Every route of reminders (compute.md 8.4), the paths of the former servers included (3.7).</summary>
internal static class ReminderEndpoints
{
    public static void Map(RouteGroupBuilder api, bool legacyPaths)
    {
        var own = api.MapGroup("").WithTags("reminders").WithMetadata(new RequestSizeLimitAttribute(ReminderFields.LargestBody))
            .RequireAuthorization(Policies.User).RequireRateLimiting(ReminderFeature.Limit);
        MapTask(own.MapGroup("/todo").RequireTierOf("todo"));
        MapOne(own.MapGroup("/todo"));
        MapOne(own);
        if (legacyPaths)
            MapTask(own);
        own.MapGet("/reminders", ReminderHandlers.ListAsync).WithSummary("Reminders of the caller, of one record or all").Produces(400).Produces(404);
        own.MapPost("/reminders", ReminderHandlers.CreateForRecordAsync).TakesIdempotencyKey().WithSummary("A reminder of any record").Produces(201).Produces(400).Produces(404).Produces(409);
        own.MapGet("/reminders/upcoming", ReminderHandlers.UpcomingAsync).WithSummary("What fires next").Produces(400);
        own.MapGet("/reminders/inbox", ReminderHandlers.InboxAsync).WithSummary("What was told inside the apps, newest first");
        own.MapGet("/reminders/{id}", ReminderHandlers.ReadAsync).WithSummary("One reminder").Produces(404);
        own.MapGet("/notifications/preferences", PreferenceHandlers.ReadAsync).WithSummary("How the caller wants to be told");
        own.MapPut("/notifications/preferences", PreferenceHandlers.WriteAsync).WithSummary("Change how the caller wants to be told").Produces(400);
        api.MapPost("/internal/reminders/replay", ReminderHandlers.ReplayAsync).RequireAuthorization(Policies.Service).WithTags("reminders").WithSummary("Derive all reminders again from what is synchronised");
    }

    static void MapTask(RouteGroupBuilder group)
    {
        group.MapGet("/tasks/{taskId}/reminders", ReminderHandlers.OfTaskAsync).WithSummary("Reminders of a task").Produces(404);
        group.MapPost("/tasks/{taskId}/reminders", ReminderHandlers.CreateForTaskAsync).TakesIdempotencyKey().WithSummary("A reminder of a task").Produces(201).Produces(400).Produces(404).Produces(409);
    }

    static void MapOne(RouteGroupBuilder group)
    {
        group.MapDelete("/reminders/{id}", ReminderHandlers.DeleteAsync).WithSummary("Delete a reminder").Produces(404).Produces(409);
        group.MapPost("/reminders/{id}/snooze", ReminderHandlers.SnoozeAsync).WithSummary("Tell it again later").Produces(400).Produces(404);
        group.MapPost("/reminders/{id}/dismiss", ReminderHandlers.DismissAsync).WithSummary("Do not tell it any more").Produces(404);
    }
}
