using Mana.Kernel.Errors;

namespace Mana.Host.Http;

/// <summary>
/// Paths are exact: one that ends in a slash names nothing (sync.md 1). Routing alone would ignore the slash, or answer 405.
/// </summary>
internal sealed class ExactPaths(RequestDelegate next)
{
    static readonly ApiError NotFound = new(StatusCodes.Status404NotFound, "not_found", "There is nothing at this path.");

    public Task InvokeAsync(HttpContext context) =>
        context.Request.Path.Value is { Length: > 1 } path && path.EndsWith('/') ? NotFound.ExecuteAsync(context) : next(context);
}
