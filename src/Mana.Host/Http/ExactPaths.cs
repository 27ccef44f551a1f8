using Mana.Kernel.Errors;

namespace Mana.Host.Http;

/// <summary>
/// Paths are exact: one that ends in a slash names nothing (sync.md 1). Routing alone would ignore the slash, or answer 405.
/// Below <c>/api/v1/me</c> and at <c>/api/v1/settings</c> clients of the original write it, and it makes no difference there (auth.md 18, 19.4).
/// </summary>
internal sealed class ExactPaths(RequestDelegate next)
{
    static readonly ApiError NotFound = new(StatusCodes.Status404NotFound, "not_found", "There is nothing at this path.");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.Value is not { Length: > 1 } path || !path.EndsWith('/'))
            return next(context);
        if (!path.StartsWith("/api/v1/me/", StringComparison.Ordinal) && path != "/api/v1/settings/")
            return NotFound.ExecuteAsync(context);
        context.Request.Path = path[..^1];
        return next(context);
    }
}
