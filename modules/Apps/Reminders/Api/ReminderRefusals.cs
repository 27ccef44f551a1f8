using Mana.Apps.Wire;
using Mana.Kernel.Errors;

namespace Mana.Apps.Reminders.Api;

/// <summary>Texts of the original, which its clients may show (compute.md 8.1).</summary>
internal static class ReminderRefusals
{
    public static readonly ApiError TaskNotFound = AppsRefusals.NotFound("Task not found");
    public static readonly ApiError RecordNotFound = AppsRefusals.NotFound("Record not found");
    public static readonly ApiError ReminderNotFound = AppsRefusals.NotFound("Reminder not found");
    public static readonly ApiError NoDueDate = AppsRefusals.BadRequest("VALIDATION", "Cannot create reminder for task without due date");
    public static readonly ApiError NoTime = AppsRefusals.BadRequest("VALIDATION", "Cannot create reminder for record without a time; give at");
    public static readonly ApiError Limit = new(409, "LIMIT", "Too many reminders");
    public static readonly ApiError Busy = new(429, "RATE_LIMITED", "Too many requests") { RetryAfterSeconds = 1 };
    public static readonly ApiError Carried = new(409, "MANAGED_BY_RECORD", "This reminder belongs to the record itself; change it there");
}
