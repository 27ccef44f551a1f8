using Mana.Apps.Reminders.Api;
using Mana.Apps.Reminders.Preferences;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Apps.Reminders;

/// <summary>Every route of reminders (compute.md 8.4), the paths of the former servers included (3.7).</summary>
internal static class ReminderEndpoints
{
    static readonly ErrorStyle Style = new(BadJson: "INVALID_JSON");

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").WithTags("reminders").WithMetadata(Style, new RequestSizeLimitAttribute(ReminderFields.LargestBody));
        var own = api.MapGroup("").RequireAuthorization(Policies.User).RequireRateLimiting(ReminderFeature.Limit);
        MapTasks(own.MapGroup("/todo"));
        MapTasks(own);
        own.MapGet("/reminders", ReminderHandlers.ListAsync).WithSummary("Reminders of the caller, of one record or all").Produces(400).Produces(404);
        own.MapPost("/reminders", ReminderHandlers.CreateForRecordAsync).WithSummary("A reminder of any record").Produces(201).Produces(400).Produces(404).Produces(409);
        own.MapGet("/reminders/upcoming", ReminderHandlers.UpcomingAsync).WithSummary("What fires next").Produces(400);
        own.MapGet("/reminders/inbox", ReminderHandlers.InboxAsync).WithSummary("What was told inside the apps, newest first");
        own.MapGet("/reminders/{id}", ReminderHandlers.ReadAsync).WithSummary("One reminder").Produces(404);
        own.MapGet("/notifications/preferences", PreferenceHandlers.ReadAsync).WithSummary("How the caller wants to be told");
        own.MapPut("/notifications/preferences", PreferenceHandlers.WriteAsync).WithSummary("Change how the caller wants to be told").Produces(400);
        var service = api.MapGroup("").RequireAuthorization(Policies.Service);
        service.MapGet("/reminders/admin/user-data/{userId}", AdminHandlers.CountAsync).WithSummary("How much reminders hold of a person");
        service.MapDelete("/reminders/admin/user-data/{userId}", AdminHandlers.EraseAsync).WithSummary("Erase reminders, subscriptions and endpoints of a person");
        service.MapPost("/internal/reminders/replay", ReminderHandlers.ReplayAsync).WithSummary("Derive all reminders again from what is synchronised");
    }

    static void MapTasks(RouteGroupBuilder group)
    {
        group.MapGet("/tasks/{taskId}/reminders", ReminderHandlers.OfTaskAsync).WithSummary("Reminders of a task").Produces(404);
        group.MapPost("/tasks/{taskId}/reminders", ReminderHandlers.CreateForTaskAsync).WithSummary("A reminder of a task").Produces(201).Produces(400).Produces(404).Produces(409);
        group.MapDelete("/reminders/{id}", ReminderHandlers.DeleteAsync).WithSummary("Delete a reminder").Produces(404).Produces(409);
        group.MapPost("/reminders/{id}/snooze", ReminderHandlers.SnoozeAsync).WithSummary("Tell it again later").Produces(400).Produces(404);
        group.MapPost("/reminders/{id}/dismiss", ReminderHandlers.DismissAsync).WithSummary("Do not tell it any more").Produces(404);
    }
}
