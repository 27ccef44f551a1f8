using Mana.Kernel.Errors;

namespace Mana.Apps.Reminders.Api;

/// <summary>compute.md 36. <c>error</c> is the sentence of the original, which its clients may show; <c>code</c> is for machines.</summary>
internal static class ReminderRefusals
{
    public static readonly ApiError TaskNotFound = Coded(404, "NOT_FOUND", "Task not found");
    public static readonly ApiError RecordNotFound = Coded(404, "NOT_FOUND", "Record not found");
    public static readonly ApiError ReminderNotFound = Coded(404, "NOT_FOUND", "Reminder not found");
    public static readonly ApiError NoDueDate = Coded(400, "VALIDATION", "Cannot create reminder for task without due date");
    public static readonly ApiError NoTime = Coded(400, "VALIDATION", "Cannot create reminder for record without a time; give at");
    public static readonly ApiError Limit = Coded(409, "LIMIT", "Too many reminders");
    public static readonly ApiError Carried = Coded(409, "MANAGED_BY_RECORD", "This reminder belongs to the record itself; change it there");

    public static ApiError Validation(IReadOnlyList<(string Path, string Message)> problems) =>
        Coded(400, "VALIDATION", string.Join("; ", problems.Select(problem => $"{problem.Path} {problem.Message}"))) with
        {
            Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["errors"] = problems.Select(problem => new { path = problem.Path, message = problem.Message }).ToArray() },
        };

    static ApiError Coded(int status, string code, string message) => new(status, message, message) { Code = code };
}
