using Mana.Kernel.Errors;

namespace Mana.Notifications;

/// <summary>Refusals of the routes for push and webhooks (compute.md 36). <c>error</c> is a sentence, as the original's clients expect.</summary>
internal static class ChannelRefusals
{
    public static readonly ApiError PushNotConfigured = Coded(503, "NOT_CONFIGURED", "Push is not configured on this server");
    public static readonly ApiError UrlNotAllowed = Coded(400, "URL_NOT_ALLOWED", "This URL is not allowed");
    public static readonly ApiError EndpointLimit = Coded(409, "LIMIT", "Too many webhook endpoints");

    public static ApiError NotFound(string message) => Coded(404, "NOT_FOUND", message);

    public static ApiError Validation(IReadOnlyList<(string Path, string Message)> problems) =>
        Coded(400, "VALIDATION", string.Join("; ", problems.Select(problem => $"{problem.Path} {problem.Message}"))) with
        {
            Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["errors"] = problems.Select(problem => new { path = problem.Path, message = problem.Message }).ToArray() },
        };

    static ApiError Coded(int status, string code, string message) => new(status, code, message);
}
