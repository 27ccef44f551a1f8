using Mana.Kernel.Errors;

namespace Mana.Apps.Wire;

/// <summary>Codes of compute.md 36. Clients show the texts, so they are those of the original.</summary>
internal static class AppsRefusals
{
    /// <summary>For every route group of the module: <c>error</c> is a text, <c>code</c> a word (compute.md 3.3).</summary>
    public static readonly ErrorStyle Style = new(BadJson: "INVALID_JSON", BadToken: "Invalid or expired token", NoToken: "Missing authorization header", TextErrors: true);

    public static ApiError Invalid(string path, string message) => Invalid([(path, message)]);

    public static ApiError Invalid(IReadOnlyList<(string Path, string Message)> errors) =>
        new(400, "VALIDATION", string.Join("; ", errors.Select(error => $"{error.Path} {error.Message}")))
        {
            Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["errors"] = errors.Select(error => new { path = error.Path, message = error.Message }).ToArray() },
        };

    public static ApiError BadRequest(string code, string text) => new(400, code, text);

    public static ApiError NotFound(string text) => new(404, "NOT_FOUND", text);

    public static ApiError NotConfigured(string what) => new(503, "NOT_CONFIGURED", $"{what} is not set up on this server");

    public static IReadOnlyDictionary<string, object> Fact(string name, object value) => new Dictionary<string, object>(StringComparer.Ordinal) { [name] = value };
}
